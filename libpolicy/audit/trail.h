/* The audit trail: append-only, chained by SM3, written in the transaction of the change it records
 * (DESIGN 8). Personal data in it is masked. */
#ifndef GDPOP_AUDIT_TRAIL_H
#define GDPOP_AUDIT_TRAIL_H

#include "store/store.h"

/* Appends e: sequence, at, boot_id and host are filled here, the rest by the caller (texts may be
 * NULL or ""). digest = SM3(previous digest ‖ packed event); the first event follows 32 zero bytes.
 * No event, no change: on an error the caller aborts the transaction. */
int trail_append(struct txn *t, Model__Event *e);

/* The instant of the newest event, 0 in an empty trail. */
int trail_newest_at(struct txn *t, int64_t *at);

/* Now, never before the newest event (DESIGN 4.13). Errors: GDPOP_ERR_CLOCK when the clock is more
 * than 24 hours behind it, or (with `ahead` checked against the last accepted clock) stepped
 * further. */
int trail_now(struct txn *t, int64_t *now_at);

/* Walks events [from, to] (1-based, 0 = the end) in order. The event lives during the call. */
int trail_walk(struct txn *t, uint64_t from, uint64_t to,
               int (*each)(const Model__Event *e, void *arg), void *arg);

struct trail_report {
    uint64_t first, last; /* sequences seen */
    uint64_t bad;         /* first sequence that does not fit, 0 when all do */
    char why[160];        /* sentence: altered, missing, out of order, … */
};
/* Recomputes the chain. GDPOP_ERR_TRAIL when it does not fit, with r filled. */
int trail_verify(struct txn *t, struct trail_report *r);

#endif
