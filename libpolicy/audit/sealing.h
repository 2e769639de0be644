/* The seal of the trail within one write transaction: which key seals, and the change to the next
 * one. */
#ifndef GDPOP_AUDIT_SEALING_H
#define GDPOP_AUDIT_SEALING_H

#include "audit/seal_file.h"
#include "store/store.h"

/* The event that closes an epoch, the last that its key seals; the one that begins an epoch whose
 * key was made afresh. */
#define TRAIL_EPOCH_ACTION "audit.epoch"
#define TRAIL_REKEY_ACTION "audit.rekey"
/* The first of events that could not be sealed; its detail says why. */
#define TRAIL_UNSEALED_ACTION "audit.unsealed"

enum { SEALING_LIMIT_SEC = 300, SEALING_LIMIT_EVENTS = 1000 };

struct sealing {
    struct txn_note note;
    struct seal_file file;
    int current;       /* slot of the key that seals now */
    const char *lacks; /* why there is no key to seal with: a word of the event's detail; NULL when
                          there is one */
    uint64_t epoch;    /* of the next event, where a key lacks */
    int error;         /* why it lacks, for what must be sealed */
    char sentence[384];
    bool changed; /* one change of keys a transaction: the key that the disk still needs if this
                     transaction is lost stands in the other slot */
};

/* Of this write transaction, opened with its first event: the seal file is read under the write
 * lock and what the store's epoch makes redundant is erased when the transaction has ended. newest:
 * NULL in an empty trail, which gets a new seal. GDPOP_ERR_SEAL when the seal is missing or of
 * another time than the trail; with `anyway` that is no error, and `lacks` is set. */
int sealing_open(struct txn *t, const Model__Event *newest, const Model__TrailEntry *entry,
                 bool anyway, struct sealing **sp);

/* How the seal stands beside the trail that this transaction sees, which may be a read transaction:
 * "" when it is in force, else one sentence. *epoch: of the next event. */
int sealing_state(struct txn *t, const Model__Event *newest, const Model__TrailEntry *entry,
                  uint64_t *epoch, const char **sentence);

static inline const struct seal_slot *sealing_slot(const struct sealing *s)
{
    return &s->file.slot[s->current];
}

/* mac = HMAC-SM3(key, digest). */
int sealing_mac(const struct seal_slot *slot, const uint8_t digest[static DIGEST_BYTES],
                uint8_t mac[static DIGEST_BYTES]);

/* Writes the next key beside the current one, which goes with the commit. The next epoch begins
 * with event `first`. limit_sec, limit_events: 0 leaves them. */
int sealing_next(struct sealing *s, uint64_t first, uint32_t limit_sec, uint32_t limit_events);

/* A fresh key for epoch `epoch`, with whatever seal there is or none. */
int sealing_renew(struct txn *t, uint64_t epoch, uint64_t first, struct sealing **sp);

/* The epoch that the next event belongs to. */
uint64_t sealing_epoch_after(const Model__Event *newest, const Model__TrailEntry *entry);

#endif
