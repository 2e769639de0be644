/* Sentences in the thread's language. */
#ifndef GDPOP_REPORT_WORDS_H
#define GDPOP_REPORT_WORDS_H

#include "gdpop.h"

static inline __attribute__((format_arg(1))) const char *_(const char *english)
{
    return gdpop_text(english);
}
#define N_(english) (english)

#endif
