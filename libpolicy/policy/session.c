#include "policy/policy.h"

#include "base/err.h"
#include "base/host.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include <stdio.h>

struct opening {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    struct gdpop_verdict v;
    struct subject subject;
    struct trace trace;
    bool froze, ends_others;
};

/* When and from where the person was last here, and what was tried since. */
static void add_last_login(struct opening *o)
{
    const Model__Counter *counter = o->subject.counter;
    size_t used = strlen(o->v.notice);
    char when[24];
    if (counter->last_login_at == 0)
        return;
    clock_format_minute(counter->last_login_at, o->subject.facts.utc_offset_min, when);
    snprintf(o->v.notice + used, sizeof(o->v.notice) - used,
             counter->failures_since_login
                 ? _("%sLast login: %s from %s; %u failed attempts since then.")
                 : _("%sLast login: %s from %s."),
             used ? "\n" : "", when, counter->last_login_from[0] ? counter->last_login_from : "-",
             counter->failures_since_login);
}

static int put_session(struct txn *t, struct opening *o)
{
    const struct subject *s = &o->subject;
    Model__Session x = MODEL__SESSION__INIT;
    uint8_t random[8];
    int r = digest_random(random, sizeof(random));
    if (r != 0)
        return r;
    uint64_t leader_start = lock_process_start(o->ev->leader_pid);
    if (leader_start == 0) /* it would count as over at once */
        return err_fail(GDPOP_ERR_ARGUMENT,
                        _("the process %d, which shall lead a session, is gone"),
                        (int)o->ev->leader_pid);
    bytes_to_hex(BYTES(random, sizeof(random)), o->v.session);
    x.id = o->v.session;
    x.account = s->account->name;
    x.host = (char *)s->host_id;
    x.boot_id = (char *)s->boot_id;
    x.leader_pid = (int32_t)o->ev->leader_pid;
    x.leader_start = leader_start;
    x.login_uid = o->ev->login_uid;
    x.audit_session = o->ev->audit_session;
    x.service = (char *)s->facts.service;
    x.tty = (char *)(o->ev->tty ? o->ev->tty : "");
    x.address = (char *)(o->ev->address ? o->ev->address : "");
    x.device = (char *)s->facts.device_id;
    x.organisation = (char *)s->facts.place_organisation;
    x.opened_at = s->facts.now_at;
    x.actor = x.account;
    return store_put_session(t, &x);
}

static int note_login(struct txn *t, struct opening *o)
{
    Model__Counter *counter = o->subject.counter;
    add_last_login(o);
    counter->last_login_at = o->subject.facts.now_at;
    counter->last_login_from = (char *)o->subject.facts.place_text;
    counter->failures_since_login = 0;
    return store_put_counter(t, o->subject.facts.user, counter);
}

/* Sessions on another device, where the policy says that the new one wins. */
static int end_others(struct txn *t, struct opening *o)
{
    const struct subject *s = &o->subject;
    int r = 0;
    o->ends_others = o->v.outcome == GDPOP_ALLOWED && s->facts.other_will_end;
    for (size_t i = 0; r == 0 && o->ends_others && i < s->conflicting_count; i++)
        r = ending_record_session(t, s->conflicting[i], "gdpop");
    return r;
}

static int change(struct txn *t, void *arg)
{
    struct opening *o = arg;
    int r;
    o->froze = o->ends_others = false;
    if ((r = facts_read(t, o->ev, PHASE_SESSION, &o->subject)) != 0)
        return r;
    decide(&o->subject, &o->trace, &o->v);
    /* Whether the password is due was decided in the account phase; a session opens or does not. */
    if (o->v.outcome == GDPOP_CHANGE_PASSWORD)
        o->v.outcome = GDPOP_ALLOWED;
    unsigned class = o->subject.facts.service_class;
    if (o->v.outcome == GDPOP_ALLOWED && (class == CLASS_REMOTE || class == CLASS_CONSOLE) &&
        ((r = put_session(t, o)) != 0 || (r = note_login(t, o)) != 0))
        return r;
    if ((r = end_others(t, o)) != 0)
        return r;
    if (freeze_asked_by_sharing(&o->subject, &o->v) &&
        (r = freeze_account(t, o->subject.account->name, N_("sharing"), o->v.tag, NULL,
                            &o->froze)) != 0)
        return r;
    return decide_event(t, o->ev, &o->subject, "login.session", &o->v, &o->trace);
}

static void end_processes(const struct opening *o)
{
    if (o->froze && ending_kill(o->subject.account->uid) != 0)
        log_error("%s", err_sentence());
    for (size_t i = 0; o->ends_others && i < o->subject.conflicting_count; i++)
        if (ending_kill_session(o->subject.conflicting[i]) != 0)
            log_error("%s", err_sentence());
}

static int open_session(void *arg)
{
    struct opening *o = arg;
    struct call call;
    int r;
    if ((r = call_open(&call, o->g)) != 0)
        return r;
    r = store_update(call.store, call.arena, change, o);
    if (r == 0 && o->v.outcome == GDPOP_ALLOWED)
        publish_snapshot(call.store);
    if (r == 0)
        end_processes(o);
    r = call_note_clock(&call, r);
    call_close(&call);
    return r;
}

int gdpop_session_open(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    struct opening o = {.g = g, .ev = ev};
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED && conf_is_break_glass(&g->conf, ev->user))
        breakglass_note_session(g, ev);
    if (v->local_conflict)
        breakglass_note_conflict(g, ev, "login.session");
    if (v->outcome == GDPOP_IGNORED || v->local_conflict)
        return 0;
    int r = apart_run(g, ev->caller_uid, open_session, &o, &o.v, sizeof(o.v));
    *v = o.v;
    return r == 0 ? 0 : decide_error(ev, r, "session", v);
}

struct closing {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    const char *id;
};

static int change_closing(struct txn *t, void *arg)
{
    struct closing *c = arg;
    Model__Session **list;
    char host_id[33], boot_id[40];
    size_t count;
    int64_t now_at;
    int r;
    host_machine_id(host_id);
    host_boot_id(boot_id);
    if ((r = store_open_sessions(t, c->ev->user, &list, &count)) != 0 ||
        (r = trail_time(t, &now_at)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        bool by_id = c->id && c->id[0];
        if (by_id
                ? strcmp(list[i]->id, c->id) != 0
                : list[i]->leader_pid != (int32_t)c->ev->leader_pid ||
                      strcmp(list[i]->host, host_id) != 0 || strcmp(list[i]->boot_id, boot_id) != 0)
            continue;
        list[i]->closed_at = now_at;
        e.actor = e.subject = list[i]->account;
        e.action = (char *)"session.close";
        e.outcome = (char *)"done";
        e.session = list[i]->id;
        e.service = list[i]->service;
        e.address = list[i]->address;
        e.device = list[i]->device;
        if ((r = store_put_session(t, list[i])) != 0 || (r = trail_append_anyway(t, &e)) != 0)
            return r;
    }
    return 0;
}

static int close_session(void *arg)
{
    struct closing *c = arg;
    struct call call;
    int r;
    if ((r = call_open(&call, c->g)) != 0)
        return r;
    r = store_update(call.store, call.arena, change_closing, c);
    call_close(&call);
    return r;
}

int gdpop_session_close(struct gdpop *g, const struct gdpop_evidence *ev, const char *session)
{
    struct closing c = {g, ev, session};
    struct gdpop_verdict v;
    err_clear();
    identify(g, ev, &v);
    if (v.outcome == GDPOP_IGNORED || !ev->user)
        return 0;
    return apart_run(g, ev->caller_uid, close_session, &c, NULL, 0);
}
