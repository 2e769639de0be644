#include "policy/change.h"

#include "base/err.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

void change_refuse(struct gdpop_verdict *v, const char *rule, const char *tag, const char *code,
                   const char *text)
{
    struct gdpop_verdict refused = {.outcome = GDPOP_DENIED};
    memcpy(refused.language, v->language, sizeof(refused.language));
    snprintf(refused.rule, sizeof(refused.rule), "%s", rule ? rule : "");
    snprintf(refused.tag, sizeof(refused.tag), "%s", tag ? tag : "");
    snprintf(refused.code, sizeof(refused.code), "%s", code ? code : "");
    snprintf(refused.sentence, sizeof(refused.sentence), "%s%s%s %s", refused.tag,
             refused.tag[0] ? " " : "", refused.code, text);
    *v = refused;
}

static void refuse(struct gdpop_verdict *v, const char *tag, const char *code, const char *text)
{
    change_refuse(v, "change", tag, code, text);
}

/* Whether the password that was proved is still the account's: between the proof and the new
 * password somebody may have waited at a prompt for days. */
static int check_proof(struct txn *t, const struct change *c, bool *holds)
{
    char now[PROOF_BYTES];
    *holds = false;
    if (!c->subject.credential || !c->proof[0])
        return 0;
    int r = counting_proof(txn_store(t), c->subject.credential->hash, now);
    *holds = r == 0 && strcmp(now, c->proof) == 0;
    return r;
}

static void judge_ready(struct change *c, bool proof_holds)
{
    const char *tag = settings_tag(&c->subject.password, SETTING_initial_change);
    if (c->v.outcome != GDPOP_ALLOWED)
        c->v.outcome = GDPOP_DENIED;
    else if (c->ev->caller_uid == 0 && !c->ev->password_proved)
        refuse(&c->v, tag, "I03",
               _("Root cannot set a person's password. Have an administrator run: gdpop-admin "
                 "account initial-password"));
    else if (!c->subject.credential || !c->subject.facts.has_password)
        refuse(
            &c->v, tag, "I04",
            _("The account has no password yet. Ask your administrator for an initial password."));
    else if ((c->ev->password_proved || c->proof[0]) && !proof_holds)
        refuse(&c->v, tag, "I05",
               _("The password was changed elsewhere after you had given it here. Log in again; "
                 "if it was not you, tell your administrator at once."));
    else
        c->v.outcome = GDPOP_CHANGE_PASSWORD;
}

/* Whether the password may be changed now: CHANGE_PASSWORD, or a denial with its sentence. */
static int ready(struct call *call, struct change *c)
{
    struct trace *trace = arena_alloc(call->arena, sizeof(*trace));
    bool holds;
    int r;
    if (!trace)
        return GDPOP_ERR_NOMEM;
    if ((r = call_read(call)) != 0 ||
        (r = facts_read(call->txn, c->ev, PHASE_CHANGE, &c->subject)) != 0 ||
        (r = check_proof(call->txn, c, &holds)) != 0)
        return r;
    txn_abort(call->txn);
    call->txn = NULL;
    decide(&c->subject, trace, &c->v);
    judge_ready(c, holds);
    return 0;
}

static int work_ready(void *arg)
{
    struct change *c = arg;
    struct call call;
    int r = call_open(&call, c->g);
    if (r != 0)
        return r;
    r = call_note_clock(&call, ready(&call, c));
    call_close(&call);
    return r;
}

static struct change *new_change(struct gdpop *g, const struct gdpop_evidence *ev)
{
    struct change *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->g = g;
    c->ev = ev;
    if (ev->password_proved && ev->proof)
        snprintf(c->proof, sizeof(c->proof), "%s", ev->proof);
    return c;
}

static void free_change(struct change *c)
{
    if (c)
        explicit_bzero(c, sizeof(*c));
    free(c);
}

int gdpop_password_ready(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED || v->local_conflict)
        return 0;
    struct change *c = new_change(g, ev);
    int r = c ? apart_run(g, ev->caller_uid, work_ready, c, &c->v, sizeof(c->v)) : GDPOP_ERR_NOMEM;
    if (c)
        *v = c->v;
    free_change(c);
    return r == 0 ? 0 : decide_error(ev, r, "password", v);
}

static int event(struct txn *t, const struct change *c, const char *outcome)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = e.subject = (char *)c->subject.facts.user;
    e.action = (char *)"password.change";
    e.outcome = (char *)outcome;
    e.rule = (char *)c->v.rule;
    e.tag = (char *)c->v.tag;
    e.code = (char *)c->v.code;
    e.service = (char *)c->subject.facts.service;
    e.address = (char *)(c->ev->address ? c->ev->address : "");
    e.tty = (char *)(c->ev->tty ? c->ev->tty : "");
    return trail_append(t, &e);
}

static int write_refusal(struct txn *t, void *arg)
{
    return event(t, arg, "denied");
}

static int add_history(struct arena *a, Model__Credential *credential, const struct change *c,
                       int64_t now_at)
{
    enum { KEEP = 24 }; /* the largest reuse_depth */
    size_t from = credential->n_history >= KEEP ? credential->n_history - KEEP + 1 : 0;
    size_t n = credential->n_history - from;
    Model__OldPassword *entry = arena_alloc(a, sizeof(*entry));
    Model__OldPassword **list = arena_alloc(a, (n + 1) * sizeof(*list));
    if (!entry || !list)
        return GDPOP_ERR_NOMEM;
    model__old_password__init(entry);
    entry->hash = (char *)c->history_hash;
    entry->set_at = now_at;
    for (size_t i = 0; i < n; i++)
        list[i] = credential->history[from + i];
    list[n] = entry;
    credential->history = list;
    credential->n_history = n + 1;
    return 0;
}

/* Decided again in the write transaction: a freeze, a lockout or another password may have come
 * while the hashes were made. */
static int check_again(struct txn *t, struct change *c, struct subject *s)
{
    struct trace *trace = arena_alloc(txn_arena(t), sizeof(*trace));
    struct gdpop_verdict v;
    int r;
    if (!trace)
        return GDPOP_ERR_NOMEM;
    if ((r = facts_read(t, c->ev, PHASE_CHANGE, s)) != 0)
        return r;
    decide(s, trace, &v);
    if (v.outcome == GDPOP_ALLOWED && s->credential && strcmp(s->credential->hash, c->before) == 0)
        return 0;
    c->overtaken = true;
    return err_fail(GDPOP_ERR_BUSY,
                    _("the account was changed by somebody else in the same moment; try again"));
}

static int write_change(struct txn *t, void *arg)
{
    struct change *c = arg;
    struct subject *s = arena_alloc(txn_arena(t), sizeof(*s));
    char judged_by[17];
    int r = s ? check_again(t, c, s) : GDPOP_ERR_NOMEM;
    if (r != 0)
        return r;
    Model__Credential *credential = s->credential;
    if ((r = add_history(txn_arena(t), credential, c, s->facts.now_at)) != 0)
        return r;
    settings_password_fingerprint(&c->subject.password, judged_by);
    credential->hash = c->hash;
    credential->history_salt = c->history_salt;
    credential->set_at = s->facts.now_at;
    credential->initial = false;
    credential->initial_until_at = 0;
    credential->judged_by = judged_by;
    credential->spoken = false;
    credential->reset = NULL;
    if ((r = store_put_credential(t, s->account->name, credential)) != 0)
        return r;
    return event(t, c, "done");
}

static int change_once(struct call *call, struct change *c)
{
    bool good;
    int r;
    c->overtaken = false;
    if ((r = ready(call, c)) != 0 || c->v.outcome != GDPOP_CHANGE_PASSWORD)
        return r;
    snprintf(c->before, sizeof(c->before), "%s", c->subject.credential->hash);
    if ((r = change_judge(c, &good)) != 0)
        return r;
    if (!good)
        return store_update(call->store, call->arena, write_refusal, c);
    if ((r = store_update(call->store, call->arena, write_change, c)) != 0)
        return r;
    c->v.outcome = GDPOP_ALLOWED;
    return 0;
}

/* Judged anew when somebody else was quicker: the person is told what came. */
static int change(struct call *call, struct change *c)
{
    enum { TRIES = 3 };
    int r = GDPOP_ERR_BUSY;
    c->overtaken = true;
    for (int i = 0; r == GDPOP_ERR_BUSY && c->overtaken && i < TRIES; i++) {
        err_clear();
        r = change_once(call, c);
    }
    return r;
}

static int work_change(void *arg)
{
    struct change *c = arg;
    struct call call;
    bool proved = c->ev->password_proved;
    int r;
    if (!proved) {
        r = counting_compare(c->g, c->ev, c->old, &c->v, &proved);
        if (r != 0 || !proved)
            return r;
        memcpy(c->proof, c->v.proof, sizeof(c->proof));
    }
    if ((r = call_open(&call, c->g)) != 0)
        return r;
    r = call_note_clock(&call, change(&call, c));
    call_close(&call);
    return r;
}

static int change_password(struct gdpop *g, const struct gdpop_evidence *ev,
                           const struct secret *old, const struct secret *candidate,
                           struct gdpop_verdict *v)
{
    struct change *c = new_change(g, ev);
    if (!c)
        return GDPOP_ERR_NOMEM;
    c->old = old;
    c->candidate = candidate;
    /* The dictionary keeps pieces of the last words it was asked for, wherever it likes. */
    int r = apart_always(work_change, c, &c->v, sizeof(c->v));
    *v = c->v;
    free_change(c);
    return r;
}

int gdpop_password_change(struct gdpop *g, const struct gdpop_evidence *ev,
                          const char *old_password, size_t old_len, const char *new_password,
                          size_t new_len, struct gdpop_verdict *v)
{
    struct secret old = {0}, candidate = {0};
    int r = 0;
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED || v->local_conflict)
        return 0;
    if (old_password && secret_set(&old, old_password, old_len) != 0)
        v->outcome = GDPOP_DENIED_CREDENTIAL;
    else if (secret_set(&candidate, new_password, new_len) != 0)
        refuse(v, "DB-8.1.4.1a", "P05",
               _("The new password is longer than 512 bytes. Choose a shorter one."));
    else
        r = change_password(g, ev, &old, &candidate, v);
    secret_wipe(&old);
    secret_wipe(&candidate);
    return r == 0 ? 0 : decide_error(ev, r, "password", v);
}
