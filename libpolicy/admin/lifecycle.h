/* Steps that several nouns take with an account. */
#ifndef GDPOP_ADMIN_LIFECYCLE_H
#define GDPOP_ADMIN_LIFECYCLE_H

#include "admin/admin.h"

/* Activates an approved account once approval, pledge and real-name data are complete (DESIGN 2):
 * gives uid, home and shell, once for ever, and shows it to NSS. *missing tells in a word what is
 * still missing, NULL when the account is active now. Writes the record. */
int lifecycle_complete(struct gdpop_admin *a, Model__Account *x, const char **missing);

/* The organisation whose leader approves an application (GD-7, GD-12): administrators, the one
 * above; operators of county level and higher, their own; below, the county's. */
int lifecycle_approver(struct gdpop_admin *a, const Model__Account *x, Model__Organisation **o);

/* Refuses when x is the last active holder of its duty. */
int lifecycle_keep_duty(struct gdpop_admin *a, const Model__Account *x);

#endif
