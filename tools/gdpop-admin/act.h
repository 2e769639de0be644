/* One act on the store: its operations are all done or none. */
#ifndef GDPOP_ADMIN_ACT_H
#define GDPOP_ADMIN_ACT_H

#include "arguments.h"
#include "tool.h"

/* Runs one operation of the library as typed: asks for secrets, reads files, calls, writes the
 * secret, commits, prints. */
int act_run(struct tool *t, struct call *call);

/* An argument for act_call: name NULL is the operation's next positional parameter; a NULL value is
 * left out; len 0 means strlen(value). */
struct pair {
    const char *name;
    const char *value;
    size_t len;
};

/* gdpop_admin_call with positional arguments named by the operation's table. */
int act_call(struct gdpop_admin *a, const char *noun, const char *verb, const struct pair *pairs,
             size_t count, const struct gdpop_result **result);

/* The text of a field in a result's first row, NULL when it has none. */
const char *act_field(const struct gdpop_result *result, const char *name);

/* Who stands behind an act: flags of gdpop_admin_begin. */
unsigned act_flags(const struct tool *t, const char *actor);

/* Ends an act that went well so far: GDPOP_ERR_REFUSED (said) when a signal asks to stop, else the
 * commit unless dry run. */
int act_commit(struct tool *t, struct gdpop_admin *a);

#endif
