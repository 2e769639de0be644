/* Leaving: announced, frozen on the day, audited by the level that the regulation names, closed
 * with the result. */
#ifndef GDPOP_ADMIN_LEAVE_H
#define GDPOP_ADMIN_LEAVE_H

#include "admin/office.h"

/* Freezes the accounts whose day has come. */
int leave_tick(struct gdpop_admin *a, size_t *frozen);

/* The operation account leave. */
int leave_announce(struct gdpop_admin *a, const struct request *q);

/* The account of the parameter USER, in scope, not the actor's own, whose leaving runs.
 * GDPOP_ERR_REFUSED. */
int leave_find(struct gdpop_admin *a, const struct request *q, Model__Account **x);

/* leave_records.c: what is on record of the account and its person, masked, as sections. */
struct dossier;
int leave_write_records(struct gdpop_admin *a, const Model__Account *x, struct dossier *d);

/* ---- succession.c ---- */

struct holding {
    const char *kind; /* service-account secret key */
    const char *id, *what, *state;
    bool done; /* handed over, given back or destroyed */
};

/* What the account's person holds, in the arena. */
int leave_holdings(struct gdpop_admin *a, const Model__Account *x, struct holding **list,
                   size_t *count);
/* The first of them that is not done, in a sentence's part; *lacks stays NULL for none. */
int leave_lacks_holding(struct gdpop_admin *a, const Model__Account *x, const char **lacks);

/* ---- leave_lacks.c; x->leave is there ---- */
bool leave_has_returned(const Model__Leave *l, const char *item);
/* The row that names who audits; NULL when this regulation does not hold for the account. */
int leave_row(const struct applying *ap, enum regulation regulation, const struct matrix_row **row);
/* What is still to do, in a sentence's part; NULL for nothing. The audit comes last. */
int leave_lacks(struct gdpop_admin *a, const Model__Account *x, const char **lacks);
int leave_lacks_audit(struct gdpop_admin *a, const Model__Account *x, const char **lacks);

#endif
