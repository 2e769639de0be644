/* Inside the audit room. */
#ifndef GDPOP_AUDIT_PRIVATE_H
#define GDPOP_AUDIT_PRIVATE_H

#include "audit/trail.h"
#include "crypto/digest.h"

/* The newest event and its entry (may be NULL), in the transaction's arena; *event is NULL in an
 * empty trail. GDPOP_ERR_TRAIL when it cannot be read. */
int trail_newest(struct txn *t, Model__Event **event, Model__TrailEntry **entry);

/* What the clock is taken for, given the newest event (NULL: none), the time since this boot, its
 * id and the clock as it stands. */
int64_t trail_clock_expected(const Model__Event *newest, int64_t uptime, const char *boot_id,
                             int64_t wall_at, bool *stepped);

/* SM3(previous ‖ event). */
int trail_digest(const uint8_t previous[static DIGEST_BYTES], struct bytes event,
                 uint8_t out[static DIGEST_BYTES]);

#endif
