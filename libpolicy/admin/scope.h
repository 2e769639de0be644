/* Sets of names, and the organisations of a subtree as one: for reports that ask of many records.
 */
#ifndef GDPOP_ADMIN_SCOPE_H
#define GDPOP_ADMIN_SCOPE_H

#include "admin/admin.h"

/* In the act's arena; all zero is empty. Names are added, then it is closed, then asked. */
struct names {
    char **list;
    size_t count, room;
};
int names_add(struct gdpop_admin *a, struct names *n, const char *name);
/* Sorts it, each name once. */
void names_close(struct names *n);
bool names_has(const struct names *n, const char *name);

struct scope {
    bool all;
    struct names organisations;
};
/* The organisations within top; NULL: all. */
int scope_read(struct gdpop_admin *a, const char *top, struct scope *s);
bool scope_has(const struct scope *s, const char *organisation);

#endif
