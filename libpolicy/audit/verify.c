#include "audit/private.h"
#include "audit/verifier.h"

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
    struct verifier *verifier;
    struct trail_report *report;
};

static int check(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct verify *v = arg;
    struct trail_item item = {.packed = BYTES(NULL, 0), .sequence = sequence};
    struct arena *a = arena_new();
    Model__Event *e;
    int r = a ? 0 : GDPOP_ERR_NOMEM;
    if (r == 0 && entry && entry->digest.len == DIGEST_BYTES)
        r = codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len), a,
                         (void **)&e);
    else if (r == 0)
        r = GDPOP_ERR_FORMAT;
    if (r == 0)
        item = (struct trail_item){
            .packed = BYTES(entry->event.data, entry->event.len),
            .sequence = e->sequence,
            .epoch = entry->epoch,
            .at = e->at,
            .host = e->host,
            .action = e->action,
            .digest = entry->digest.data,
            .mac = entry->mac.len == DIGEST_BYTES ? entry->mac.data : NULL,
        };
    if (r != GDPOP_ERR_NOMEM)
        r = verifier_item(v->verifier, &item);
    arena_free(a);
    return r;
}

/* The first finding is kept for the report. */
static void keep(const struct gdpop_audit_finding *f, void *arg)
{
    struct trail_report *r = arg;
    if (r->findings++ > 0)
        return;
    r->bad = f->first;
    snprintf(r->why, sizeof(r->why), "%s", f->sentence);
}

static void tell(const struct gdpop_audit_finding *f, void *arg)
{
    struct verify *v = arg;
    keep(f, v->report);
}

int trail_verify_with(struct txn *t, struct verifier *v, struct trail_report *r)
{
    struct verify w = {v, r};
    *r = (struct trail_report){.seal_checked = v->key_count > 0};
    if (!v->found) {
        v->found = tell;
        v->arg = &w;
    }
    v->start = 1;
    int result = store_each_event(t, 1, 0, check, &w);
    if (result < 0)
        return result;
    verifier_end(v);
    r->first = v->last > 0 ? 1 : 0;
    r->last = v->last;
    r->sealed_to = v->sealed_to;
    r->findings = v->findings;
    if (r->findings == 0)
        return 0;
    r->bad = v->first_bad;
    return err_fail(GDPOP_ERR_TRAIL, _("the trail does not verify at event %llu: %s"),
                    (unsigned long long)r->bad, r->why);
}

int trail_verify(struct txn *t, struct trail_report *r)
{
    struct verifier v;
    verifier_init(&v);
    int result = trail_verify_with(t, &v, r);
    verifier_wipe(&v);
    return result;
}
