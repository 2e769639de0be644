#include "base/progress.h"

#include <stddef.h>

static _Thread_local progress_report *asked;
static _Thread_local void *asked_arg;

void progress_ask(progress_report *report, void *arg)
{
    asked = report;
    asked_arg = arg;
}

void progress_tell(const char *what, uint64_t done, uint64_t total)
{
    if (asked)
        asked(what, done, total, asked_arg);
}
