/* The role catalogue: what an account may hold. */
#ifndef GDPOP_ADMIN_ROLE_H
#define GDPOP_ADMIN_ROLE_H

#include "admin/admin.h"

/* Whether the account may hold the role at its organisation, beside what it holds: in the
 * catalogue, for its systems, within the level range (GD-9), of a kind that fits its duty and
 * staff, excluded by nothing. Until a catalogue is loaded every name passes. as_extra: as a further
 * right. GDPOP_ERR_REFUSED. */
int role_check(struct gdpop_admin *a, const Model__Account *x, const char *name, bool as_extra);

#endif
