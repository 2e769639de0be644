/* Transfer and secondment: the account stays, its rights wait for a new approval. */
#ifndef GDPOP_ADMIN_TRANSFER_H
#define GDPOP_ADMIN_TRANSFER_H

#include "admin/admin.h"

/* Brings back the seconded whose time is over. */
int transfer_tick(struct gdpop_admin *a, size_t *returned);

#endif
