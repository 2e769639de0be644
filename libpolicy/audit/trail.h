/* The audit trail: append-only, chained by SM3, written in the transaction of the change it records
 * (DESIGN 8). Personal data in it is masked. */
#ifndef GDPOP_AUDIT_TRAIL_H
#define GDPOP_AUDIT_TRAIL_H

#include "base/secret.h"
#include "store/store.h"

/* What is longer is cut. */
enum { TRAIL_DETAIL_MAX_BYTES = 3584 };

/* Appends e: sequence, at, uptime, boot_id and host are filled here, the rest by the caller (texts
 * may be NULL or ""; bytes that are not printable UTF-8 are written as \xHH, long texts are cut).
 * digest = SM3(previous digest ‖ packed event); the first event follows 32 zero bytes. No event, no
 * change: on an error the caller aborts the transaction. While the clock is out of bounds the
 * event's instant goes on from the newest event, so that a step is not accepted by being recorded.
 */
int trail_append(struct txn *t, Model__Event *e);

/* As trail_append, and where the seal is lost or damaged the event is recorded without one, behind
 * an event audit.unsealed that says why; verification tells of both. For what denies, freezes, ends
 * or is a rescue: that goes on. What lets in needs a seal. */
int trail_append_anyway(struct txn *t, Model__Event *e);

/* "" when the next event will be sealed, else the sentence why not; *epoch: that it belongs to. */
int trail_seal_state(struct txn *t, uint64_t *epoch, const char **sentence);

/* As trail_append, and takes the clock as it stands now: `audit accept-clock`. */
int trail_accept_clock(struct txn *t, Model__Event *e);

/* Records, once for each time that the clock was set by more than a minute since this was last
 * asked on this boot, or that it stands beyond what trail_now takes, an event clock.step (outcome
 * failed when logins stand still for it). For `tick`, and for whoever meets GDPOP_ERR_CLOCK. */
int trail_note_clock(struct txn *t);

/* When an epoch ends (settings epoch_sec, epoch_events). */
struct trail_limits {
    uint32_t epoch_sec, epoch_events;
};

/* For `tick`: ends the current epoch when it has events and is over by these limits, which also
 * hold for the next one. Errors: also GDPOP_ERR_SEAL. */
int trail_end_epoch(struct txn *t, const struct trail_limits *limits, bool *ended);

/* Before a backup, in which the keys of the seal are not: ends the current epoch when it has
 * events, so that what is restored verifies to its last event. */
int trail_close_epoch(struct txn *t);

/* The key of epoch 0 as the text of a key file, for the auditor, in the act that makes the store.
 * GDPOP_ERR_REFUSED once the epoch is over: the key is gone. */
int trail_first_key(struct txn *t, struct secret *out);

/* A fresh key and a new epoch, recorded by e (actor filled by the caller), when the seal was lost
 * or does not belong to this trail. The text of the key's file goes to the auditor. */
int trail_rekey(struct txn *t, Model__Event *e, struct secret *out);

/* The instant of the newest event, 0 in an empty trail. */
int trail_newest_at(struct txn *t, int64_t *at);

/* Now, never before the newest event (DESIGN 4.13). The newest event tells instant, boot and time
 * since boot: within one boot the clock must have moved on with the time since boot, over a reboot
 * it must not have gone back; 24 hours either way are tolerated. Beyond: GDPOP_ERR_CLOCK, and
 * *now_at is what the trail expects. */
int trail_now(struct txn *t, int64_t *now_at);

/* The same without the error: the instant that events get. For what must be recorded or ended
 * whatever the clock says, after the decision. */
int trail_time(struct txn *t, int64_t *now_at);

/* Walks events [from, to] (1-based, 0 = the end) in order. The event lives during the call. */
int trail_walk(struct txn *t, uint64_t from, uint64_t to,
               int (*each)(const Model__Event *e, void *arg), void *arg);

struct trail_report {
    uint64_t first, last; /* sequences seen */
    uint64_t bad;         /* first sequence that does not fit, 0 when all do */
    size_t findings;      /* how much does not */
    uint64_t sealed_to;   /* last event of the last closed epoch */
    bool seal_checked;
    char why[384]; /* sentence of the first finding */
};

/* Verifies the trail: the chain, and with keys the seal. v is prepared by verifier_init, keys and
 * anchors, NULL: the chain alone. GDPOP_ERR_TRAIL when it does not fit, with r filled. */
struct verifier;
int trail_verify_with(struct txn *t, struct verifier *v, struct trail_report *r);
int trail_verify(struct txn *t, struct trail_report *r);
/* As trail_verify, of a copy of a store: its archives are not beside it. */
int trail_verify_copy(struct txn *t, struct trail_report *r);

#endif
