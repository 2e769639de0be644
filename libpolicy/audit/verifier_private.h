/* What the parts of verification share: findings that wait for what explains them
 * (verifier_findings.c), seals (verifier_seal.c), the walk (verifier.c). */
#ifndef GDPOP_AUDIT_VERIFIER_PRIVATE_H
#define GDPOP_AUDIT_VERIFIER_PRIVATE_H

#include "audit/verifier.h"

#include <string.h>

/* Nothing here is secret from whoever waits for the answer. */
static inline bool same(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, DIGEST_BYTES) == 0;
}

/* Keeps a finding back until it is known that no later event explains or lengthens it; the one that
 * was held before is told. */
void verifier_hold(struct verifier *v, const char *kind, uint64_t first, uint64_t last,
                   const char *sentence, ...) __attribute__((format(printf, 5, 6)));
/* Tells what is held. */
void verifier_flush(struct verifier *v);
bool verifier_holds_kind(const struct verifier *v, const char *kind);
/* Where the run of events with the same fault began that event n goes on; the finding held is then
 * told again, longer. */
uint64_t verifier_run_start(struct verifier *v, const char *kind, uint64_t n);

#define HOLD_RUN(v, kind, n, one, many)                                                            \
    do {                                                                                           \
        uint64_t start_ = verifier_run_start(v, kind, n);                                          \
        if (start_ == (n))                                                                         \
            verifier_hold(v, kind, n, n, one, (unsigned long long)(n));                            \
        else                                                                                       \
            verifier_hold(v, kind, start_, n, many, (unsigned long long)start_,                    \
                          (unsigned long long)(n));                                                \
    } while (0)

enum seal { SEAL_GOOD, SEAL_BAD, SEAL_NONE, SEAL_UNKNOWN };
/* What the seal of an event proves. Errors: GDPOP_ERR_CRYPTO. */
int verifier_judge_seal(struct verifier *v, const struct trail_item *i, enum seal *seal);
/* Whether the event begins an epoch with a key made afresh. */
bool verifier_is_renewal(const struct trail_item *i);

#endif
