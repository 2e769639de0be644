/* What the parts of gdpop-audit share. */
#ifndef GDPOP_AUDIT_TOOL_H
#define GDPOP_AUDIT_TOOL_H

#include "gdpop.h"

#include <stdio.h>

/* Exit codes: an interface, the same as those of gdpop-admin. */
enum { EXIT_DONE = 0, EXIT_NOT_SOUND = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 4 };

/* Which events are meant; NULL and 0: any. */
struct filter {
    const char *account; /* acts or is acted upon */
    const char *person;  /* subject or object: who looked at this person's data */
    const char *actor, *action, *address, *rule, *tag, *outcome, *session;
    int64_t from_at, until_at;
};

struct options {
    bool json;
    struct filter filter;
};

/* A command: its name, what it reads and does. files: at least one. */
struct command {
    const char *name;
    const char *help;
    int (*run)(struct gdpop_audit *a, const struct options *o, int count, char **files);
};

extern const struct command verify_command, show_command, stats_command, diff_command;

bool filter_takes(const struct filter *f, const struct gdpop_audit_event *e);
/* "2026-09-15" or with a time and an offset; a day alone with end_of_day is its end. False when it
 * is neither. */
bool parse_instant(const char *text, bool end_of_day, int64_t *at);
/* Local time of the regulations (UTC+8) to the second. */
void format_instant(int64_t at, char out[static 32]);
/* Says what the library's failed call was about; returns the exit code. */
int fail(int r);
/* Text in a JSON string, with its quotes. */
void put_json(FILE *out, const char *text);
/* Text as it may be shown on a terminal. */
void put_clean(FILE *out, const char *text);

static inline __attribute__((format_arg(1))) const char *_(const char *english)
{
    return gdpop_text(english);
}
#define N_(english) (english)

#endif
