/* Further rights, for a time or with the post. */
#ifndef GDPOP_ADMIN_GRANT_H
#define GDPOP_ADMIN_GRANT_H

#include "admin/admin.h"

/* Marks the rights whose time is over, and ends the sessions where the policy says so. */
int grant_tick(struct gdpop_admin *a, size_t *ended);

#endif
