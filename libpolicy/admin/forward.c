/* Copies of the trail off the host: events on their way, and what has been seen to arrive. */
#include "admin/forward.h"
#include "audit/export.h"
#include "audit/kept.h"

#include <stdlib.h>

struct restarting {
    const char *actor;
    uint64_t from;
};

/* What is passed over never arrives, so the event goes before it; it is itself handed over. */
static int put_restart(struct txn *t, void *arg)
{
    const struct restarting *n = arg;
    Model__Event e = MODEL__EVENT__INIT;
    uint64_t first, last;
    int r = trail_bounds(t, &first, &last);
    if (r == 0 && n->from > last + 1)
        r = err_fail(GDPOP_ERR_NOT_FOUND, _("there is no event %llu"), (unsigned long long)n->from);
    if (r < 0)
        return r;
    e.actor = (char *)(uintptr_t)n->actor;
    e.action = (char *)"audit.forward";
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    e.object = arena_printf(txn_arena(t), "%llu", (unsigned long long)n->from);
    e.detail = (char *)"handed over again from this event on";
    if (!e.object)
        return GDPOP_ERR_NOMEM;
    return (r = trail_append(t, &e)) == 0 ? forward_restart(t, n->from) : r;
}

static int restart(struct gdpop_admin *a, const char *from)
{
    const struct restarting n = {a->actor, strtoull(from, NULL, 10)};
    int r = a->self ? admin_host_in_scope(a) : 0;
    if (r != 0)
        return r;
    txn_abort(a->call.txn);
    a->call.txn = NULL;
    r = store_update(a->call.store, a->call.arena, put_restart, (void *)(uintptr_t)&n);
    return r != 0 ? r : result_message(a, _("events are forwarded again from number %s on"), from);
}

/* Writes nothing to the store, but that it begins anew: logins do not wait for it. */
static int forward(struct gdpop_admin *a, const struct request *q)
{
    struct forward_report report;
    const char *from = request_text(q, "from");
    int r;
    if (a->g->conf.forward == 0)
        return err_fail(GDPOP_ERR_CONFIG,
                        _("nothing is forwarded: \"forward\" in %s names no destination"),
                        a->g->conf.path);
    if (from)
        return restart(a, from);
    if ((r = forward_some(a->call.txn, a->utc_offset_min, &report)) != 0 ||
        (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sent", _("Events handed over"), (int64_t)report.sent)) != 0 ||
        (r = result_bool(a, "left", _("More to hand over"), report.left)) != 0 ||
        (r = result_text(a, "why", _("Why not"), report.why)) != 0)
        return r;
    a->result.ok = !report.why[0];
    return result_message(a, _("%llu events were handed over"), (unsigned long long)report.sent);
}

/* The newest of the checkpoints that the trail still ends before. */
static int newest_of(struct gdpop_admin *a, struct bytes text, struct trail_anchor *newest)
{
    struct trail_anchor *list = NULL;
    uint64_t first, last;
    size_t count = 0;
    int r = trail_bounds(a->call.txn, &first, &last);
    if (r == 0)
        r = kept_anchors(text, "--anchor", NULL, &list, &count);
    *newest = (struct trail_anchor){.sequence = 0};
    for (size_t i = 0; r == 0 && i < count; i++)
        if (list[i].sequence >= newest->sequence)
            *newest = list[i];
    free(list);
    if (r == 0 && newest->sequence == 0)
        r = err_fail(GDPOP_ERR_FORMAT, _("--anchor holds no checkpoint"));
    if (r == 0 && newest->sequence > last)
        r = err_fail(GDPOP_ERR_REFUSED,
                     _("the checkpoint is of event %llu, and the trail ends at %llu: it was cut or "
                       "put back"),
                     (unsigned long long)newest->sequence, (unsigned long long)last);
    if (r == 0 && newest->sequence + 1 < first)
        r = err_fail(GDPOP_ERR_REFUSED, _("event %llu has left the store; take a newer checkpoint"),
                     (unsigned long long)newest->sequence);
    return r;
}

static int confirm(struct gdpop_admin *a, const struct request *q)
{
    struct trail_anchor anchor;
    uint8_t digest[DIGEST_BYTES];
    Model__Meta *meta;
    int r;
    if ((r = newest_of(a, request_file(q, "anchor"), &anchor)) != 0 ||
        (r = trail_digest_before(a->call.txn, anchor.sequence + 1, digest)) != 0 ||
        (r = store_meta(a->call.txn, &meta)) != 0)
        return r;
    if (memcmp(digest, anchor.digest, DIGEST_BYTES) != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the checkpoint of event %llu does not fit this trail: it is of another "
                          "host, or the trail was altered"),
                        (unsigned long long)anchor.sequence);
    char *was = arena_printf(a->call.arena, "%llu", (unsigned long long)meta->confirmed_sequence);
    char *now = arena_printf(a->call.arena, "%llu", (unsigned long long)anchor.sequence);
    if (!was || !now)
        return GDPOP_ERR_NOMEM;
    if (anchor.sequence > meta->confirmed_sequence)
        meta->confirmed_sequence = anchor.sequence;
    if ((r = store_put_meta(a->call.txn, meta)) != 0 ||
        (r = admin_event(a, "audit.confirm", NULL, now,
                         arena_printf(a->call.arena, "before: %s", was))) != 0)
        return r;
    return result_message(a, _("a copy off this host holds the trail up to event %s"), now);
}

/* ---- What status tells ---- */

static int keep_instant(const Model__Event *e, void *arg)
{
    *(int64_t *)arg = e->at;
    return 0;
}

static int instant_of(struct gdpop_admin *a, uint64_t sequence, int64_t *at)
{
    *at = 0;
    return trail_walk(a->call.txn, sequence, sequence, keep_instant, at);
}

/* Behind the last event that a copy holds: since when the oldest one waits. */
static int describe(struct gdpop_admin *a, uint64_t held, uint64_t last, struct forward_age *age)
{
    int64_t at = a->now_at;
    int r = held < last ? instant_of(a, held + 1, &at) : 0;
    age->minutes = a->now_at > at ? (a->now_at - at) / (60 * CLOCK_SECOND) : 0;
    age->held = held;
    age->value =
        arena_printf(a->call.arena, _("up to event %llu of %llu; the rest waits %lld min"),
                     (unsigned long long)held, (unsigned long long)last, (long long)age->minutes);
    return r != 0 ? r : age->value ? 0 : GDPOP_ERR_NOMEM;
}

int forward_age_handed(struct gdpop_admin *a, enum conf_forward to, struct forward_age *age)
{
    struct forward_state state;
    uint64_t first, last;
    int r = trail_bounds(a->call.txn, &first, &last);
    if (r == 0)
        r = forward_state_read(a->g->conf.store_dir, &state);
    if (r == 0)
        r = forward_check(a->call.txn, to, &state.to[to]);
    if (r == GDPOP_ERR_TRAIL || r == GDPOP_ERR_FORMAT) {
        *age = (struct forward_age){.value = admin_copy(a, err_sentence()), .wrong = true};
        return age->value ? 0 : GDPOP_ERR_NOMEM;
    }
    *age = (struct forward_age){.value = NULL};
    return r != 0 ? r : describe(a, state.to[to].sequence, last, age);
}

int forward_age_confirmed(struct gdpop_admin *a, struct forward_age *age)
{
    Model__Meta *meta;
    uint64_t first, last;
    int r = trail_bounds(a->call.txn, &first, &last);
    *age = (struct forward_age){.value = NULL};
    if (r != 0 || (r = store_meta(a->call.txn, &meta)) != 0)
        return r;
    return describe(a, meta->confirmed_sequence, last, age);
}

const struct operation operations_forward[] = {
    {.public = {.noun = "audit",
                .verb = "forward",
                .help = N_("Hand new events to the syslog service, the journal and the kernel's "
                           "audit system, as gdpop.conf says."),
                .example = "--follow",
                .duties = GDPOP_DUTY_AUDIT | GDPOP_DUTY_HOST,
                .params =
                    (const struct gdpop_param[]){
                        FLAG("follow", N_("go on; the service gdpop-forward does")),
                        OPTIONAL("from", GDPOP_PARAM_NUMBER, "SEQ",
                                 N_("only set the event from which on they are handed over again")),
                        PARAMS_END}},
     .run = forward},
    {.public = {.noun = "audit",
                .verb = "confirm",
                .help = N_("Record that a copy off this host holds the trail, by a checkpoint "
                           "that was found there."),
                .example = "--anchor checkpoints",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("anchor", GDPOP_PARAM_FILE, "FILE",
                                 N_("checkpoints as the collector has them")),
                        PARAMS_END}},
     .run = confirm},
    {.public = {.noun = NULL}},
};
