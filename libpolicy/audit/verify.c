#include "audit/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>

struct walk {
    int (*each)(const Model__Event *e, void *arg);
    void *arg;
};

static int damaged(uint64_t sequence)
{
    return err_fail(GDPOP_ERR_TRAIL, _("event %llu of the trail cannot be read"),
                    (unsigned long long)sequence);
}

static int visit(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct walk *w = arg;
    Model__Event *e;
    struct arena *a = entry ? arena_new() : NULL;
    int r = entry ? GDPOP_ERR_NOMEM : damaged(sequence);
    if (a) {
        r = codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len), a,
                         (void **)&e);
        r = r == 0 ? w->each(e, w->arg) : r == GDPOP_ERR_NOMEM ? r : damaged(sequence);
    }
    arena_free(a);
    return r;
}

int trail_walk(struct txn *t, uint64_t from, uint64_t to,
               int (*each)(const Model__Event *e, void *arg), void *arg)
{
    struct walk w = {each, arg};
    return store_each_event(t, from, to, visit, &w);
}

struct verify {
    struct trail_report *report;
    uint8_t previous[DIGEST_BYTES];
    uint64_t expected;
};

static int bad(struct verify *v, uint64_t sequence, const char *why)
{
    v->report->bad = sequence;
    snprintf(v->report->why, sizeof(v->report->why), "%s", why);
    return 1;
}

/* Number inside the event; false when it cannot be read. */
static bool inner_sequence(const Model__TrailEntry *entry, uint64_t *sequence)
{
    struct arena *a = arena_new();
    void *message;
    bool readable = a && codec_decode(&model__event__descriptor,
                                      BYTES(entry->event.data, entry->event.len), a, &message) == 0;
    if (readable)
        *sequence = ((Model__Event *)message)->sequence;
    arena_free(a);
    return readable;
}

static int check(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct verify *v = arg;
    uint8_t digest[DIGEST_BYTES];
    uint64_t inner;
    if (sequence != v->expected)
        return bad(v, v->expected, _("the event is missing"));
    v->report->last = sequence;
    if (!entry || !inner_sequence(entry, &inner) || entry->digest.len != DIGEST_BYTES)
        return bad(v, sequence, _("the event cannot be read"));
    if (inner != sequence)
        return bad(v, sequence,
                   _("another event stands in its place: one was dropped, inserted or moved"));
    int r = trail_digest(v->previous, BYTES(entry->event.data, entry->event.len), digest);
    if (r < 0)
        return r;
    if (!digest_equal(digest, entry->digest.data))
        return bad(v, sequence, _("the event, or the digest of the one before it, was altered"));
    memcpy(v->previous, digest, sizeof(digest));
    v->expected++;
    return 0;
}

int trail_verify(struct txn *t, struct trail_report *r)
{
    struct verify v = {.report = r, .expected = 1};
    *r = (struct trail_report){0};
    int result = store_each_event(t, 1, 0, check, &v);
    r->first = r->last > 0 ? 1 : 0;
    if (result <= 0)
        return result;
    return err_fail(GDPOP_ERR_TRAIL, _("the trail does not verify at event %llu: %s"),
                    (unsigned long long)r->bad, r->why);
}
