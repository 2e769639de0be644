#include "audit/private.h"
#include "audit/sealing.h"
#include "audit/verifier_private.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Two proofs hang on each event. The chain: its digest covers the event and the digest before it;
 * whoever changes the trail can compute it anew. The seal: the mac covers the digest under the key
 * of its epoch, which is gone; nobody can make it. */

void verifier_init(struct verifier *v)
{
    memset(v, 0, sizeof(*v));
}

void verifier_wipe(struct verifier *v)
{
    explicit_bzero(v->given, sizeof(v->given));
    explicit_bzero(v->key, sizeof(v->key));
    digester_free(v->digester);
    v->digester = NULL;
}

int verifier_add_key(struct verifier *v, uint64_t epoch, const uint8_t key[static DIGEST_BYTES])
{
    if (v->key_count == VERIFIER_KEYS_MAX)
        return err_fail(GDPOP_ERR_TOO_LONG, _("more than %d seal keys"), VERIFIER_KEYS_MAX);
    v->given[v->key_count].epoch = epoch;
    memcpy(v->given[v->key_count++].key, key, DIGEST_BYTES);
    return 0;
}

static int chains(struct verifier *v, const uint8_t *previous, const struct trail_item *i,
                  bool *fits)
{
    const struct bytes parts[] = {BYTES(previous, DIGEST_BYTES), i->packed};
    uint8_t digest[DIGEST_BYTES];
    int r = digester_sm3(v->digester, parts, 2, digest);
    *fits = r == 0 && same(digest, i->digest);
    return r;
}

static void advance(struct verifier *v, const struct trail_item *i)
{
    memcpy(v->before, v->previous, DIGEST_BYTES);
    memcpy(v->previous, i->digest, DIGEST_BYTES);
    v->previous_known = true;
    v->last = i->sequence;
    v->last_at = i->at;
}

/* Of another host than the trail began with; the trail's own is the first event's. */
static bool is_foreign(const struct verifier *v, const struct trail_item *i)
{
    return i->host && v->host[0] && strcmp(i->host, v->host) != 0;
}

static void hold_altered(struct verifier *v, const struct trail_item *i, enum seal seal, bool fits)
{
    unsigned long long n = i->sequence;
    if (is_foreign(v, i))
        verifier_hold(v, "foreign", n, n, _("event %llu was recorded by another host, %.40s"), n,
                      i->host);
    else if (seal == SEAL_BAD && fits)
        HOLD_RUN(v, "forged", i->sequence,
                 _("the seal of event %llu is forged: it was altered and the chain computed anew"),
                 _("the seals of events %llu to %llu are forged: the trail was altered from there "
                   "on and the chain computed anew"));
    else if (seal == SEAL_BAD)
        verifier_hold(v, "edited", n, n,
                      _("event %llu was altered: neither its digest nor its seal fits"), n);
    else if (seal == SEAL_GOOD)
        verifier_hold(v, "edited", n, n, _("event %llu was altered after it was sealed"), n);
    else
        verifier_hold(v, "edited", n, n,
                      _("event %llu, or the digest of the one before it, was altered"), n);
}

/* Where a key lacks, the first event without a seal says why; one that only lost its seal does not.
 * The run is told with its reason. */
static void hold_unsealed(struct verifier *v, const struct trail_item *i)
{
    bool tells = i->action && strcmp(i->action, TRAIL_UNSEALED_ACTION) == 0;
    uint64_t start = tells ? i->sequence : verifier_run_start(v, "unsealed", i->sequence);
    if (start == i->sequence)
        snprintf(v->unsealed_why, sizeof(v->unsealed_why), "%s",
                 tells && i->detail ? _(i->detail) : _("no event says why"));
    if (start == i->sequence)
        verifier_hold(v, "unsealed", start, start, _("event %llu has no seal: %s"),
                      (unsigned long long)start, v->unsealed_why);
    else
        verifier_hold(
            v, "unsealed", start, i->sequence,
            _("events %llu to %llu have no seal: %s; the chain and anchors alone vouch for them, "
              "and events before them may be missing"),
            (unsigned long long)start, (unsigned long long)i->sequence, v->unsealed_why);
}

static int judge(struct verifier *v, const struct trail_item *i)
{
    bool fits = true;
    enum seal seal;
    int r = verifier_judge_seal(v, i, &seal);
    if (r == 0 && v->previous_known)
        r = chains(v, v->previous, i, &fits);
    if (r < 0)
        return r;
    bool good = (fits || v->suspect) && seal != SEAL_BAD;
    if (!good)
        hold_altered(v, i, seal, fits && v->previous_known);
    else if (seal == SEAL_NONE)
        hold_unsealed(v, i);
    /* A digest that its seal vouches for is what the next one was chained to. */
    v->suspect = !good && seal != SEAL_GOOD;
    v->bad = !good;
    return 0;
}

static void enter_epoch(struct verifier *v, const struct trail_item *i, bool after_gap)
{
    unsigned long long n = i->sequence, old = v->epoch, new = i->epoch, last = v->last;
    v->epochs++;
    if (new < old || (v->closed && new != old + 1 && !after_gap))
        verifier_hold(v, "epoch", n, n,
                      _("event %llu is of epoch %llu, which does not follow epoch %llu"), n, new,
                      old);
    else if (!v->closed && !after_gap && verifier_is_renewal(i))
        verifier_hold(
            v, "open", last, last,
            _("epoch %llu was not closed: its key was lost before event %llu, and events at its "
              "end may be missing"),
            old, n);
    else if (!v->closed && !after_gap)
        verifier_hold(
            v, "cut", last, n,
            _("epoch %llu ends with event %llu and was not closed: events at its end are missing"),
            old, last);
    if (v->renewed && verifier_is_renewal(i))
        verifier_report(v, "renewed", n, n,
                        _("event %llu renewed the key of the seal: what follows is proved only "
                          "with the key handed out then (epoch %llu)"),
                        n, new);
}

static void follow_epoch(struct verifier *v, const struct trail_item *i, bool after_gap)
{
    bool loose = after_gap || v->loose; /* what closed the epoch before could not be seen */
    v->loose = v->bad;
    if (!v->bad && i->epoch != v->epoch)
        enter_epoch(v, i, loose);
    else if (!v->bad && v->closed && !loose)
        verifier_hold(v, "epoch", i->sequence, i->sequence,
                      _("event %llu stands behind the end of its epoch %llu"),
                      (unsigned long long)i->sequence, (unsigned long long)i->epoch);
    v->epoch = i->epoch;
    v->closed = i->action && strcmp(i->action, TRAIL_EPOCH_ACTION) == 0;
    if (v->closed && !v->bad)
        v->sealed_to = i->sequence;
}

static void meet_anchors(struct verifier *v, const struct trail_item *i)
{
    for (size_t k = 0; k < v->anchor_count; k++) {
        struct trail_anchor *a = &v->anchors[k];
        if (a->sequence != i->sequence || a->met)
            continue;
        char at[40];
        a->met = true;
        clock_format_rfc3339(a->at, 480, at);
        if (!same(a->digest, i->digest))
            verifier_report(v, "rolled-back", i->sequence, i->sequence,
                            _("event %llu is not the one that the checkpoint of %s saw: the trail "
                              "was put back and continued differently"),
                            (unsigned long long)i->sequence, at);
    }
}

/* An event whose number has passed already. */
static int again(struct verifier *v, const struct trail_item *i)
{
    unsigned long long n = i->sequence;
    enum seal seal;
    bool fits;
    int r;
    if (same(i->digest, v->previous) && n == v->last) {
        verifier_hold(v, "duplicated", n, n, _("event %llu stands there twice"), n);
        return 0;
    }
    if (verifier_holds_kind(v, "dropped") && v->held.first == n && v->held.last == n &&
        v->last == n + 1) {
        v->holds = false;
        verifier_hold(v, "swapped", n, n + 1, _("events %llu and %llu stand in each other's place"),
                      n, n + 1);
        return 0;
    }
    if (n != v->last) {
        verifier_hold(v, "moved", n, n,
                      _("event %llu stands again, or out of its place, behind event %llu"), n,
                      (unsigned long long)v->last);
        return 0;
    }
    /* Two with one number: the one that fits the chain and the seal was there first. */
    if ((r = verifier_judge_seal(v, i, &seal)) < 0 || (r = chains(v, v->before, i, &fits)) < 0)
        return r;
    bool genuine = fits && seal != SEAL_BAD && v->holds && v->held.last == n;
    v->holds = v->holds && !genuine;
    verifier_hold(v, "inserted", n, n, _("an event was inserted beside event %llu"), n);
    if (genuine)
        memcpy(v->previous, i->digest, DIGEST_BYTES);
    v->suspect = !genuine;
    return 0;
}

static void begin(struct verifier *v, const struct trail_item *i)
{
    v->begun = true;
    v->first = v->start ? v->start : i->sequence;
    v->epoch = i->epoch;
    v->epochs = 1;
    if (!v->host[0])
        snprintf(v->host, sizeof(v->host), "%s", i->host ? i->host : "");
    if (v->first == 1) {
        memset(v->previous, 0, sizeof(v->previous));
        v->previous_known = true;
    }
    v->last = v->first - 1;
}

static int unreadable(struct verifier *v)
{
    v->last++;
    verifier_hold(v, "unreadable", v->last, v->last, _("event %llu cannot be read"),
                  (unsigned long long)v->last);
    v->previous_known = false;
    v->loose = true;
    return 0;
}

static void drop(struct verifier *v, uint64_t first, uint64_t last)
{
    if (first == last)
        verifier_hold(v, "dropped", first, last, _("event %llu is missing"),
                      (unsigned long long)first);
    else
        verifier_hold(v, "dropped", first, last, _("events %llu to %llu are missing"),
                      (unsigned long long)first, (unsigned long long)last);
}

/* A finding that no later event can explain or lengthen. */
static void settle(struct verifier *v, const struct trail_item *i)
{
    if (v->holds && i->sequence > v->held.last + 1)
        verifier_flush(v);
}

int verifier_item(struct verifier *v, const struct trail_item *i)
{
    bool gap = v->gap;
    int r = v->digester ? 0 : digester_new(&v->digester);
    if (r < 0)
        return r;
    if (!v->begun)
        begin(v, i);
    v->events++;
    v->gap = false;
    if (!i->packed.data)
        return unreadable(v);
    if (i->sequence <= v->last)
        return again(v, i);
    settle(v, i);
    if (i->sequence > v->last + 1) {
        if (!gap)
            drop(v, v->last + 1, i->sequence - 1);
        gap = true;
        v->previous_known = false;
    }
    r = judge(v, i);
    follow_epoch(v, i, gap);
    meet_anchors(v, i);
    advance(v, i);
    return r;
}

void verifier_end(struct verifier *v)
{
    verifier_flush(v);
    for (size_t k = 0; k < v->anchor_count; k++) {
        const struct trail_anchor *a = &v->anchors[k];
        char at[40];
        clock_format_rfc3339(a->at, 480, at);
        if (v->host[0] && strcmp(a->host, v->host) != 0)
            verifier_report(v, "anchor", a->sequence, a->sequence,
                            _("the checkpoint of %s is of another host, %s"), at, a->host);
        else if (!a->met && a->sequence > v->last)
            verifier_report(v, "cut", v->last + 1, a->sequence,
                            _("the checkpoint of %s saw event %llu, but the trail ends with event "
                              "%llu: its end was cut off"),
                            at, (unsigned long long)a->sequence, (unsigned long long)v->last);
    }
}
