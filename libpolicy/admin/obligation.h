/* Passwords that are to be changed because somebody left (CQ-6.7, CQ-6.8): one obligation for every
 * account and every secret outside gdpop that a holder of a security post, or a vendor's staff,
 * held. Due at 24:00 of the last working day (REGULATIONS 2.3). */
#ifndef GDPOP_ADMIN_OBLIGATION_H
#define GDPOP_ADMIN_OBLIGATION_H

#include "admin/admin.h"

/* Whether what the person held is to be changed at all: a duty, a vendor's staff, an office in the
 * register "responsible", a secret in custody. */
int obligation_concerns(struct gdpop_admin *a, const Model__Person *p, bool *concerns);

/* Opens them for a person who leaves on the day of on_at, which may lie ahead; to be called while
 * the accounts still have their duties. What is open already is kept. *opened may be 0: the person
 * is not concerned, or held nothing. */
int obligation_open(struct gdpop_admin *a, const Model__Person *p, int64_t on_at, size_t *opened);

struct obligation_report {
    size_t open, overdue, done, reminded, locked, escalated;
};

/* obligation_tick.c: what time asks for. Changed passwords end obligations; reminders at 5 and 1
 * working days; past the end a personal account is frozen, anything else is told one level up. */
int obligation_tick(struct gdpop_admin *a, struct obligation_report *report);

/* Appends the event of an obligation, with its article. */
int obligation_event(struct gdpop_admin *a, const Model__Obligation *o, const char *action,
                     const char *detail);
/* Ends it. */
int obligation_finish(struct gdpop_admin *a, Model__Obligation *o, const char *proof);
/* Refuses while an open one asks that the secret of this register entry be changed. */
int obligation_spares(struct gdpop_admin *a, const char *secret);
/* Whether an open one keeps the account locked: past its end and not met. *o is it, else NULL. */
int obligation_locking(struct gdpop_admin *a, const char *account, Model__Obligation **o);
/* Whether the password has been changed, or what it opened is gone; *known is false for what the
 * store cannot see. */
int obligation_is_met(struct gdpop_admin *a, const Model__Obligation *o, bool *met, bool *known);

#endif
