/* What the parts of gdpop-audit share. */
#ifndef GDPOP_AUDIT_TOOL_H
#define GDPOP_AUDIT_TOOL_H

#include "report/report.h"
#include "report/words.h"

#include <stdio.h>

/* Exit codes: an interface, the same as those of gdpop-admin. */
enum { EXIT_DONE = 0, EXIT_NOT_SOUND = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 4 };

/* Which events are meant; NULL and 0: any. */
struct filter {
    const char *account; /* acts or is acted upon */
    const char *person;  /* it, or an account of it, is acted upon */
    bool looks;          /* only acts that look at data */
    const char *actor, *action, *rule, *tag, *outcome, *session;
    const char *address; /* or a network: 10.77.1.0/24 */
    int64_t from_at, until_at;
    struct tally *accounts; /* of the person, as the events before told */
};

struct options {
    bool json;
    const char *out;   /* report: the page's file */
    size_t events_max; /* report: how many the table holds */
    struct filter filter;
};

/* A command: its name, what it reads and does. files: at least one. */
struct command {
    const char *name;
    const char *help;
    int (*run)(struct gdpop_audit *a, const struct options *o, int count, char **files);
};

extern const struct command verify_command, show_command, stats_command, report_command,
    follow_command, diff_command;

/* Events are given in their order: which accounts a person has is learned from them. */
bool filter_takes(const struct filter *f, const struct gdpop_audit_event *e);
/* Whether the address is written soundly. */
bool filter_address_is_good(const char *address);
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
/* Whether the file is a copy of an export in a form that verifies by its manifest only. */
bool is_copy(const char *path);
int verify_copies(struct gdpop_audit *a, const struct options *o, int count, char **files);
/* An event as show and follow print it: a line, or an object a line. */
void put_event(const struct gdpop_audit_event *e, bool json);

#endif
