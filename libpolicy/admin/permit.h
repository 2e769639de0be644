/* One kind of record for the nouns exception, waiver, observe and window, whose name is the kind,
 * and grant, whose kind is role. */
#ifndef GDPOP_ADMIN_PERMIT_H
#define GDPOP_ADMIN_PERMIT_H

#include "admin/admin.h"

/* Fills what all permits carry: kind, reason, term, who made it. GDPOP_ERR_USAGE when the term is
 * empty or over. */
int permit_begin(struct gdpop_admin *a, const struct request *q, Model__Permit *p);
/* Gives it its number, writes it with its event and tells so. */
int permit_finish(struct gdpop_admin *a, Model__Permit *p);
/* Ends it at that instant; writes it with its event. A further right goes from NSS, and the
 * sessions that rest on it where the policy says so. */
int permit_over(struct gdpop_admin *a, Model__Permit *p, int64_t at);

struct permit_report {
    size_t rights; /* further rights that ended */
    size_t others; /* exceptions and windows that did */
    size_t warned;
};

/* permit_tick.c: ends the rights, exceptions and windows whose time is over, and tells the sessions
 * of those that soon will be. */
int permit_tick(struct gdpop_admin *a, struct permit_report *report);
/* Ends the sessions that rest on it, unless another permit of its kind goes on at that instant. */
int permit_end_sessions(struct gdpop_admin *a, const Model__Permit *p, int64_t at);
/* Logins look for a permit by its subject's name alone: no other record bears it.
 * GDPOP_ERR_EXISTS. */
int permit_check_subject(struct gdpop_admin *a, const char *subject);
/* What holds for all belongs to the organisation at the top. GDPOP_ERR_NOT_AUTHORISED. */
int permit_check_top(struct gdpop_admin *a);

/* permit_subject.c: an account, an organisation or a host (among) by its name, in scope; NULL: all,
 * whose organisation is the actor's own. Fills the permit's subject. *x is the account, or one
 * without a name in the organisation that answers. */
enum permit_among { AMONG_ACCOUNTS = 1, AMONG_HOSTS = 2 }; /* beside organisations */
int permit_subject(struct gdpop_admin *a, const char *name, unsigned among, Model__Permit *p,
                   Model__Account **x);
/* The same of a permit that is there; organisation: that answers for all. */
int permit_unit(struct gdpop_admin *a, const Model__Permit *p, const char *organisation,
                Model__Account **x);

/* Operations "end ID" and "list" of each of the nouns. */
int permit_end(struct gdpop_admin *a, const struct request *q);
int permit_list(struct gdpop_admin *a, const struct request *q);

/* observe_tick.c: where grant_end_sessions says so, ends the sessions of accounts that were taken
 * over, whose application is not complete and for whom the rule approved observes no more. *ended
 * counts the accounts. */
int observe_tick(struct gdpop_admin *a, size_t *ended);

#endif
