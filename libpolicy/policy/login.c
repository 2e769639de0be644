#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include <stdio.h>

/* Arguments of a piece of work that may run in a child of its own; the verdict is its answer. */
struct login {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    const struct secret *password;
    struct gdpop_verdict v;
};

/* Whether the decision is made already: ignored, or a local account stands in the way. */
static bool decided(struct gdpop *g, const struct gdpop_evidence *ev, const char *action,
                    enum gdpop_outcome conflict, struct gdpop_verdict *v)
{
    err_clear();
    identify(g, ev, v);
    if (v->local_conflict) {
        v->outcome = conflict;
        breakglass_note_conflict(g, ev, action);
    }
    return v->outcome == GDPOP_IGNORED || v->local_conflict;
}

static int authenticate(void *arg)
{
    struct login *l = arg;
    bool proved;
    return counting_compare(l->g, l->ev, l->password, &l->v, &proved);
}

int gdpop_authenticate(struct gdpop *g, const struct gdpop_evidence *ev, const char *password,
                       size_t password_len, struct gdpop_verdict *v)
{
    struct secret secret = {0};
    struct login l = {.g = g, .ev = ev, .password = &secret};
    if (decided(g, ev, "login.auth", GDPOP_DENIED_CREDENTIAL, v))
        return 0;
    int r = secret_set(&secret, password, password_len);
    if (r == 0)
        r = apart_run(g, ev->caller_uid, authenticate, &l, &l.v, sizeof(l.v));
    secret_wipe(&secret);
    *v = l.v;
    return r == 0 ? 0 : decide_error(ev, r, "auth", v);
}

struct judged {
    struct login *login;
    struct subject subject;
    struct trace trace;
    bool froze;
};

static int write_account_event(struct txn *t, void *arg)
{
    struct judged *j = arg;
    struct login *l = j->login;
    int r;
    j->froze = false;
    if (freeze_asked_by_sharing(&j->subject, &l->v)) {
        /* What freezes is seen again in the transaction that records it. */
        if ((r = facts_read(t, l->ev, PHASE_ACCOUNT, &j->subject)) != 0)
            return r;
        decide(&j->subject, &j->trace, &l->v);
        if (freeze_asked_by_sharing(&j->subject, &l->v) &&
            (r = freeze_account(t, j->subject.account->name, N_("sharing"), l->v.tag, NULL,
                                &j->froze)) != 0)
            return r;
    }
    return decide_event(t, l->ev, &j->subject, "login.account", &l->v, &j->trace);
}

static int account(void *arg)
{
    struct login *l = arg;
    struct judged *j;
    struct call call;
    int r;
    if ((r = call_open(&call, l->g)) != 0)
        return r;
    if ((j = arena_alloc(call.arena, sizeof(*j))) == NULL) {
        r = GDPOP_ERR_NOMEM;
        goto out;
    }
    j->login = l;
    if ((r = call_read(&call)) != 0 ||
        (r = facts_read(call.txn, l->ev, PHASE_ACCOUNT, &j->subject)) != 0)
        goto out;
    txn_abort(call.txn);
    call.txn = NULL;
    decide(&j->subject, &j->trace, &l->v);
    /* Where a session follows, it shows the notices; sshd would show these twice. */
    if (j->subject.facts.service_class & (CLASS_REMOTE | CLASS_CONSOLE))
        l->v.notice[0] = '\0';
    r = store_update(call.store, call.arena, write_account_event, j);
    if (r == 0 && j->froze && ending_kill(j->subject.account->uid) != 0)
        log_error("%s", err_sentence());
out:
    r = call_note_clock(&call, r);
    call_close(&call);
    return r;
}

int gdpop_account(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    struct login l = {.g = g, .ev = ev};
    if (decided(g, ev, "login.account", GDPOP_DENIED, v))
        return 0;
    int r = apart_run(g, ev->caller_uid, account, &l, &l.v, sizeof(l.v));
    *v = l.v;
    return r == 0 ? 0 : decide_error(ev, r, "account", v);
}
