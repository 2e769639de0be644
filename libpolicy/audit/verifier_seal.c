#include "audit/verifier_private.h"

#include "audit/private.h"
#include "audit/sealing.h"

/* More epochs than a century of them: what a forged file may ask to be computed ends here. */
enum { EPOCHS_MAX = 12 * 1000 * 1000 };

/* The key handed out last before the epoch, carried on to it. False: no key reaches there. Each
 * epoch has an event, so one with a number above its event's cannot be. */
static bool key_for(struct verifier *v, uint64_t epoch, uint64_t sequence)
{
    size_t best = v->key_count;
    for (size_t i = 0; i < v->key_count; i++)
        if (v->given[i].epoch <= epoch &&
            (best == v->key_count || v->given[i].epoch > v->given[best].epoch))
            best = i;
    if (best == v->key_count || epoch > sequence || epoch - v->given[best].epoch > EPOCHS_MAX)
        return false;
    if (!v->key_ready || v->key_used != best || v->key_epoch > epoch) {
        v->key_ready = true;
        v->key_used = best;
        v->keyed = false;
        v->key_epoch = v->given[best].epoch;
        memcpy(v->key, v->given[best].key, DIGEST_BYTES);
    }
    for (; v->key_epoch < epoch; v->key_epoch++, v->keyed = false)
        if (seal_next_key(v->key) < 0)
            return false;
    if (!v->keyed)
        v->keyed = digester_key(v->digester, v->key) == 0;
    return v->keyed;
}

bool verifier_is_renewal(const struct trail_item *i)
{
    return i->action && strcmp(i->action, TRAIL_REKEY_ACTION) == 0;
}

/* A key made afresh is known only if it was given. */
static void see_renewal(struct verifier *v, const struct trail_item *i)
{
    bool given = false;
    if (!verifier_is_renewal(i))
        return;
    for (size_t k = 0; k < v->key_count; k++)
        given |= v->given[k].epoch == i->epoch;
    v->renewed = !given;
}

int verifier_judge_seal(struct verifier *v, const struct trail_item *i, enum seal *seal)
{
    uint8_t mac[DIGEST_BYTES];
    *seal = SEAL_NONE;
    if (!i->mac)
        return 0;
    *seal = SEAL_UNKNOWN;
    if (v->key_count == 0)
        return 0;
    see_renewal(v, i);
    if (v->renewed)
        return 0;
    *seal = SEAL_BAD;
    if (!key_for(v, i->epoch, i->sequence)) {
        *seal = i->epoch > i->sequence ? SEAL_BAD : SEAL_UNKNOWN;
        return 0;
    }
    int r = digester_hmac(v->digester, &BYTES(i->digest, DIGEST_BYTES), 1, mac);
    if (r == 0 && same(mac, i->mac))
        *seal = SEAL_GOOD;
    return r;
}
