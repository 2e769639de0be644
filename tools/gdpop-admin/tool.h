/* What every part of gdpop-admin shares: the global options, translation, exit codes. */
#ifndef GDPOP_ADMIN_TOOL_H
#define GDPOP_ADMIN_TOOL_H

#include "gdpop.h"

/* Exit codes: an interface. */
enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* by a rule; also a check that did not pass */
    EXIT_USAGE = 2,
    EXIT_NOT_AUTHORISED = 3,
    EXIT_SYSTEM = 4,
};

enum { WITNESSES_MAX = 8 };

struct tool {
    struct gdpop *g;
    bool json;
    bool dry_run;
    bool recover; /* break-glass: no actor, flag RECOVER */
    bool restore; /* behind gdpop_restore: flag RESTORE */
    bool help;
    bool version;
    int closed; /* why the store does not open, where that is the answer */
    bool language_chosen; /* by --language or the locale; else gdpop.conf says */
    const char *as;
    const char *password_file;
    const char *conf;
    const char *witness[WITNESSES_MAX]; /* named in advance */
    size_t witness_count;
};

static inline __attribute__((format_arg(1))) const char *_(const char *english)
{
    return gdpop_text(english);
}
#define N_(english) (english)

#endif
