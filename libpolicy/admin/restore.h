/* What the frame of acts does for a restored store (backup_restore.c). */
#ifndef GDPOP_ADMIN_RESTORE_H
#define GDPOP_ADMIN_RESTORE_H

#include "policy/policy.h"

/* Behind the commit, the store still open: the store that g->conf names goes to its place. On an
 * error it stays beside it, and gdpop_close takes it away. */
int restore_place(struct gdpop *g);

/* Only a break-glass login, or none at all, may (act_begin.c). GDPOP_ERR_NOT_AUTHORISED. */
int act_check_unnamed(const struct gdpop *g);

#endif
