/* Transfer and secondment: the account stays, its rights wait for a new approval. */
#ifndef GDPOP_ADMIN_TRANSFER_H
#define GDPOP_ADMIN_TRANSFER_H

#include "admin/admin.h"

/* Brings back the seconded whose time is over. */
int transfer_tick(struct gdpop_admin *a, size_t *returned);
/* A transfer or secondment that was not approved: the account is again what it was before, but for
 * the further rights and sessions that ended with it. Writes it. */
int transfer_undo(struct gdpop_admin *a, Model__Account *x);

#endif
