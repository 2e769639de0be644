/* All commands: the library's operations and the program's own (imports, init), one sorted list. */
#ifndef GDPOP_ADMIN_OPERATIONS_H
#define GDPOP_ADMIN_OPERATIONS_H

#include "arguments.h"
#include "tool.h"

/* A command of the program itself. */
struct own_command {
    struct gdpop_operation operation;
    int (*run)(struct tool *t, struct call *call);
};

/* Sorted by noun and verb; *list lives as long as the process. 0 when memory is short. */
size_t operations_list(const struct gdpop_operation *const **list);

/* The operation, NULL when there is none. A verb of "" is a noun's only word ("status"). */
const struct gdpop_operation *operations_find(const char *noun, const char *verb);

/* The program's own command behind an operation, NULL for the library's. */
const struct own_command *operations_own(const struct gdpop_operation *operation);

/* "verb, verb, verb" of a noun, or all nouns when noun is NULL. To be freed. */
char *operations_names(const char *noun);
bool operations_has_noun(const char *noun);
/* The noun's operation when it has only one, so that "status" needs no verb. */
const struct gdpop_operation *operations_single(const char *noun);

/* "org add", or "status" where there is no verb. Static storage, one at a time. */
const char *operations_title(const struct gdpop_operation *operation);

#endif
