/* Legal holds: events of a period that nothing may take out of the store while the hold is in force
 * (CQ-9, CQ-10). Kept as permits of a kind of their own; from_at <= event < until_at, 0: no end. */
#ifndef GDPOP_AUDIT_HOLD_H
#define GDPOP_AUDIT_HOLD_H

#include "store/store.h"

#define TRAIL_HOLD_KIND "hold"

/* Whether it is in force and covers an instant of [from_at, to_at]. */
bool trail_hold_covers(const Model__Permit *p, int64_t from_at, int64_t to_at);

/* GDPOP_ERR_REFUSED, naming it, when a hold covers an instant of [from_at, to_at]. Whom it concerns
 * does not matter: a piece cut out of the chain proves nothing, so what surrounds it stays too. */
int trail_refuse_held(struct txn *t, int64_t from_at, int64_t to_at);

#endif
