/* The words behind noun and verb, matched to the operation's parameters. */
#ifndef GDPOP_ADMIN_ARGUMENTS_H
#define GDPOP_ADMIN_ARGUMENTS_H

#include "tool.h"

struct argument {
    const struct gdpop_param *param;
    const char *typed; /* as typed: a path for FILE and OUT, the value for others */
    char *content;     /* what a FILE holds or the SECRET that was asked for; NULL for others.
                          Owned, wiped when freed */
    size_t content_len;
};

struct call {
    const struct gdpop_operation *operation;
    size_t count;
    struct argument *list;
};

/* Matches words to operation's parameters; global options among them go to t unless the operation
 * has a parameter of that name. Texts are kept as pointers into argv. Says what is wrong:
 * GDPOP_ERR_USAGE. Required parameters of kind SECRET are not missed: they are asked for. */
int arguments_parse(struct tool *t, const struct gdpop_operation *operation, int argc, char **argv,
                    struct call *call);

/* The value typed for a parameter, NULL when it was not. */
const char *arguments_value(const struct call *call, const char *name);
const struct gdpop_param *arguments_param(const struct gdpop_operation *operation,
                                          const char *name);
void arguments_free(struct call *call);

/* Takes a global option ("--json", "--as NAME", "--as=NAME") at argv[*at]: 1 when it was one
 * (*at stands on its last word), 0 when not, GDPOP_ERR_USAGE (said). */
int arguments_global(struct tool *t, int argc, char **argv, int *at);

/* Looks for --json and --conf FILE anywhere, so that they hold for errors in words before them. */
void arguments_early(struct tool *t, int argc, char **argv);

/* The table behind it, for help: name, metavar (NULL: a flag), help; ended by a NULL name. */
struct global_option {
    const char *name, *metavar, *help;
};
extern const struct global_option global_options[];

#endif
