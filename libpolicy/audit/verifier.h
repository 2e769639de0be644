/* Verification of a trail that passes by once, entry after entry, wherever it comes from: the
 * store, exports, archives. Memory does not grow with its length. What does not fit is found and
 * located; the walk goes on behind it. */
#ifndef GDPOP_AUDIT_VERIFIER_H
#define GDPOP_AUDIT_VERIFIER_H

#include "crypto/digester.h"
#include "gdpop.h"

enum { VERIFIER_KEYS_MAX = 16, VERIFIER_HOST_BYTES = 64 };

/* One event as it passes. */
struct trail_item {
    struct bytes packed; /* the event as it was chained; data NULL: it cannot be read */
    uint64_t sequence, epoch;
    int64_t at;
    const char *host, *action, *detail;
    const uint8_t *digest;
    const uint8_t *mac; /* NULL: none */
};

/* A point of the trail known from elsewhere. */
struct trail_anchor {
    uint64_t sequence, epoch;
    int64_t at;
    char store[40], host[VERIFIER_HOST_BYTES];
    uint8_t digest[DIGEST_BYTES];
    bool met;
};

struct verifier {
    /* Filled by the caller after verifier_init. */
    void (*found)(const struct gdpop_audit_finding *f, void *arg); /* the texts live in the call */
    void *arg;
    struct trail_anchor *anchors;
    size_t anchor_count;
    uint64_t start;      /* number that the first event must have; 0: any */
    bool no_archives;    /* those of the store lie elsewhere and are not looked for */
    bool previous_known; /* `previous` is what the first event was chained to */
    uint8_t previous[DIGEST_BYTES];
    /* Its own. */
    size_t key_count, key_used;
    struct {
        uint64_t epoch;
        uint8_t key[DIGEST_BYTES];
    } given[VERIFIER_KEYS_MAX];
    struct digester *digester; /* keyed with `key` */
    bool key_ready, keyed;
    uint64_t key_epoch;
    uint8_t key[DIGEST_BYTES];
    bool begun, closed, renewed; /* renewed: by an event whose key was not given */
    bool suspect;                /* the digest before is not vouched for */
    bool bad, loose, gap;
    char unsealed_why[160]; /* of the run of events without a seal that goes on, "" when unknown */
    uint64_t first, last, epoch, events, epochs, sealed_to;
    int64_t last_at;
    uint8_t before[DIGEST_BYTES]; /* what the last event was chained to */
    char host[VERIFIER_HOST_BYTES];
    struct gdpop_audit_finding held; /* not told yet: the next event may explain it */
    char held_sentence[384];
    bool holds;
    size_t findings;
    uint64_t first_bad;
};

void verifier_init(struct verifier *v);
/* A key handed out for the epoch. GDPOP_ERR_TOO_LONG when there are too many. */
int verifier_add_key(struct verifier *v, uint64_t epoch, const uint8_t key[static DIGEST_BYTES]);
/* The next entry. Errors: GDPOP_ERR_CRYPTO. */
int verifier_item(struct verifier *v, const struct trail_item *i);
/* Events first..last are in no file: told with the name of the archive that would hold them. */
void verifier_gap(struct verifier *v, uint64_t first, uint64_t last);
/* Any other finding, told at once. */
void verifier_report(struct verifier *v, const char *kind, uint64_t first, uint64_t last,
                     const char *sentence, ...) __attribute__((format(printf, 5, 6)));
/* The end: anchors that were not met are told. */
void verifier_end(struct verifier *v);
/* Wipes and frees what it holds. */
void verifier_wipe(struct verifier *v);

#endif
