#include "audit/archive.h"
#include "audit/private.h"
#include "audit/verifier.h"

#include "base/err.h"
#include "base/progress.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>
#include <unistd.h>

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
    uint64_t last; /* number of the newest event, 0 when unknown */
};

static int check(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    struct verify *v = arg;
    if (sequence % 1024 == 0 && sequence < v->last)
        progress_tell(_("Verifying the audit trail"), sequence, v->last);
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
            .detail = e->detail,
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

static int check_archive(struct txn *t, struct verifier *v, const Model__Archive *x)
{
    char *path = trail_archive_path(store_conf(txn_store(t)), x, txn_arena(t));
    if (!path)
        return GDPOP_ERR_NOMEM;
    if (access(path, F_OK) < 0)
        verifier_report(v, "missing", x->first, x->last,
                        _("the archive %s of events %llu to %llu is missing"), path,
                        (unsigned long long)x->first, (unsigned long long)x->last);
    return 0;
}

/* The first event, or the one behind what was archived and taken out. */
static int find_start(struct txn *t, struct verifier *v)
{
    Model__Archive **list;
    size_t count;
    int r = store_archives(t, &list, &count);
    v->start = 1;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!v->no_archives)
            r = check_archive(t, v, list[i]);
        if (r < 0 || !list[i]->pruned_at || list[i]->digest.len != DIGEST_BYTES)
            continue;
        v->start = list[i]->last + 1;
        memcpy(v->previous, list[i]->digest.data, DIGEST_BYTES);
        v->previous_known = true;
    }
    return r;
}

int trail_verify_with(struct txn *t, struct verifier *v, struct trail_report *r)
{
    struct verify w = {v, r, 0};
    Model__TrailEntry *newest;
    if (store_last_event(t, &w.last, &newest) < 0)
        w.last = 0; /* only the progress lacks its end */
    *r = (struct trail_report){.seal_checked = v->key_count > 0};
    if (!v->found) {
        v->found = tell;
        v->arg = &w;
    }
    int result = find_start(t, v);
    if (result == 0)
        result = store_each_event(t, v->start, 0, check, &w);
    progress_tell(_("Verifying the audit trail"), w.last, w.last);
    if (result < 0)
        return result;
    verifier_end(v);
    r->first = v->begun ? v->first : 0;
    r->last = v->last;
    r->sealed_to = v->sealed_to;
    r->findings = v->findings;
    if (r->findings == 0)
        return 0;
    r->bad = v->first_bad;
    return err_fail(GDPOP_ERR_TRAIL, _("the trail does not verify at event %llu: %s"),
                    (unsigned long long)r->bad, r->why);
}

static int verify_chain(struct txn *t, bool no_archives, struct trail_report *r)
{
    struct verifier v;
    verifier_init(&v);
    v.no_archives = no_archives;
    int result = trail_verify_with(t, &v, r);
    verifier_wipe(&v);
    return result;
}

int trail_verify(struct txn *t, struct trail_report *r)
{
    return verify_chain(t, false, r);
}

int trail_verify_copy(struct txn *t, struct trail_report *r)
{
    return verify_chain(t, true, r);
}
