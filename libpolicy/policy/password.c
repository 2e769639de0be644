#include "policy/policy.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/phash.h"
#include <stdio.h>
#include <stdlib.h>

struct change {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    const struct secret *old, *candidate;
    struct subject subject;
    char hash[PHASH_MAX_BYTES]; /* of the candidate, to be stored */
    char history_salt[PHASH_MAX_BYTES];
    char history_hash[PHASH_MAX_BYTES]; /* of the candidate under history_salt */
    char before[PHASH_MAX_BYTES];       /* the hash that stood when the change was judged */
    struct gdpop_verdict v;
};

static void refuse(struct gdpop_verdict *v, const char *tag, const char *code, const char *text)
{
    verdict_init(v);
    snprintf(v->rule, sizeof(v->rule), "change");
    snprintf(v->tag, sizeof(v->tag), "%s", tag);
    snprintf(v->code, sizeof(v->code), "%s", code);
    snprintf(v->sentence, sizeof(v->sentence), "%s %s %s", tag, code, text);
}

/* Whether the password may be changed now: CHANGE_PASSWORD, or a denial with its sentence. */
static int ready(struct call *call, struct change *c)
{
    struct trace *trace = arena_alloc(call->arena, sizeof(*trace));
    int r;
    if (!trace)
        return GDPOP_ERR_NOMEM;
    if ((r = call_read(call)) != 0 ||
        (r = facts_read(call->txn, c->ev, PHASE_CHANGE, &c->subject)) != 0)
        return r;
    txn_abort(call->txn);
    call->txn = NULL;
    const char *tag = settings_tag(&c->subject.password, SETTING_initial_change);
    decide(&c->subject, trace, &c->v);
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
    else
        c->v.outcome = GDPOP_CHANGE_PASSWORD;
    return 0;
}

static int work_ready(void *arg)
{
    struct change *c = arg;
    struct call call;
    int r = call_open(&call, c->g);
    if (r != 0)
        return r;
    r = ready(&call, c);
    call_close(&call);
    return r;
}

int gdpop_password_ready(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    struct change *c = NULL;
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED || v->local_conflict)
        return 0;
    int r = GDPOP_ERR_NOMEM;
    if ((c = calloc(1, sizeof(*c))) != NULL) {
        c->g = g;
        c->ev = ev;
        r = apart_run(ev->caller_uid, work_ready, c, &c->v, sizeof(c->v));
        *v = c->v;
    }
    free(c);
    return r == 0 ? 0 : decide_error(ev, r, "password", v);
}

/* Whether the system asks for this change, so that min_age does not hold. */
static bool is_forced(const struct facts *facts)
{
    struct facts f = *facts;
    struct trace trace;
    f.phase = PHASE_ACCOUNT;
    f.service_class = CLASS_REMOTE;
    rules_judge(&f, &trace);
    for (size_t i = 0; i < trace.count; i++)
        if (trace.finding[i].level == FINDING_CHANGE)
            return true;
    return false;
}

/* One hash under the account's history salt, compared with the newest reuse_depth of those kept:
 * the current password and the initial one are among them (DESIGN 4.15). */
static int find_reuse(struct change *c, struct password_facts *p)
{
    const struct settings *s = &c->subject.password;
    const Model__Credential *credential = c->subject.credential;
    size_t depth = (size_t)settings_number(s, SETTING_reuse_depth), n = credential->n_history;
    int r;
    if (credential->history_salt[0])
        snprintf(c->history_salt, sizeof(c->history_salt), "%s", credential->history_salt);
    else if ((r = phash_salt(settings_text(s, SETTING_hash_prefix),
                             (unsigned long)settings_number(s, SETTING_hash_count),
                             c->history_salt)) != 0)
        return r;
    if ((r = phash_make(c->candidate, c->history_salt, c->history_hash)) != 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(credential->history[i]->hash, c->history_hash) != 0)
            continue;
        p->reused |= n - i <= depth;
        p->is_initial |= i == n - 1 && credential->initial;
    }
    return 0;
}

static void say(struct change *c, const struct finding *f)
{
    verdict_init(&c->v);
    snprintf(c->v.rule, sizeof(c->v.rule), "%s", f->rule ? f->rule : "");
    snprintf(c->v.tag, sizeof(c->v.tag), "%s", f->tag ? f->tag : "");
    snprintf(c->v.code, sizeof(c->v.code), "%s", f->code ? f->code : "");
    snprintf(c->v.sentence, sizeof(c->v.sentence), "%s%s%s %s", c->v.tag, c->v.tag[0] ? " " : "",
             c->v.code, f->text);
}

/* All password rules; the comparisons with earlier passwords cost a hash and come last. */
static int judge(struct change *c, bool *good)
{
    const struct subject *s = &c->subject;
    struct finding f;
    struct password_facts p = {
        .settings = &s->password,
        .candidate = c->candidate,
        .old = c->old->len ? c->old : NULL,
        .user = s->facts.user,
        .name = s->person ? s->person->name : "",
        .document_number = s->person && s->person->document ? s->person->document->number : "",
        .phone = s->person ? s->person->phone : "",
        .now_at = s->facts.now_at,
        .set_at = s->facts.password_set_at,
        .current_is_initial = s->facts.password_initial,
        .forced = is_forced(&s->facts),
        .utc_offset_min = s->facts.utc_offset_min,
    };
    int r;
    rules_judge_password(&p, &f);
    *good = f.level == FINDING_PASS || f.level == FINDING_NOTICE;
    if (*good) {
        if ((r = find_reuse(c, &p)) != 0)
            return r;
        rules_judge_password(&p, &f);
        *good = f.level == FINDING_PASS || f.level == FINDING_NOTICE;
    }
    if (!*good)
        say(c, &f);
    return 0;
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

static int write_change(struct txn *t, void *arg)
{
    struct change *c = arg;
    Model__Credential *credential;
    Model__Account *x;
    int64_t now_at;
    char judged_by[17];
    int r;
    if ((r = trail_now(t, &now_at)) != 0 ||
        (r = store_get_account(t, c->subject.facts.user, &x)) != 0 ||
        (r = store_get_credential(t, c->subject.facts.user, &credential)) != 0)
        return r;
    if (strcmp(credential->hash, c->before) != 0 ||
        strcmp(x->state, c->subject.account->state) != 0)
        return err_fail(
            GDPOP_ERR_BUSY,
            _("the account was changed by somebody else in the same moment; try again"));
    if ((r = add_history(txn_arena(t), credential, c, now_at)) != 0)
        return r;
    settings_password_fingerprint(&c->subject.password, judged_by);
    credential->hash = c->hash;
    credential->history_salt = c->history_salt;
    credential->set_at = now_at;
    credential->initial = false;
    credential->initial_until_at = 0;
    credential->judged_by = judged_by;
    if ((r = store_put_credential(t, x->name, credential)) != 0)
        return r;
    return event(t, c, "done");
}

static int make_hash(struct change *c)
{
    const struct settings *s = &c->subject.password;
    char salt[PHASH_MAX_BYTES];
    int r = phash_salt(settings_text(s, SETTING_hash_prefix),
                       (unsigned long)settings_number(s, SETTING_hash_count), salt);
    return r != 0 ? r : phash_make(c->candidate, salt, c->hash);
}

static int change(struct call *call, struct change *c)
{
    bool good;
    int r;
    if ((r = ready(call, c)) != 0 || c->v.outcome != GDPOP_CHANGE_PASSWORD)
        return r;
    snprintf(c->before, sizeof(c->before), "%s", c->subject.credential->hash);
    if ((r = judge(c, &good)) != 0)
        return r;
    if (!good)
        return store_update(call->store, call->arena, write_refusal, c);
    if ((r = make_hash(c)) != 0 ||
        (r = store_update(call->store, call->arena, write_change, c)) != 0)
        return r;
    c->v.outcome = GDPOP_ALLOWED;
    return 0;
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
    }
    if ((r = call_open(&call, c->g)) != 0)
        return r;
    r = change(&call, c);
    call_close(&call);
    return r;
}

static int change_password(struct gdpop *g, const struct gdpop_evidence *ev,
                           const struct secret *old, const struct secret *candidate,
                           struct gdpop_verdict *v)
{
    struct change *c = calloc(1, sizeof(*c));
    if (!c)
        return GDPOP_ERR_NOMEM;
    *c = (struct change){.g = g, .ev = ev, .old = old, .candidate = candidate};
    int r = apart_run(ev->caller_uid, work_change, c, &c->v, sizeof(c->v));
    *v = c->v;
    explicit_bzero(c, sizeof(*c));
    free(c);
    return r;
}

int gdpop_password_change(struct gdpop *g, const struct gdpop_evidence *ev,
                          const char *old_password, size_t old_len, const char *new_password,
                          size_t new_len, struct gdpop_verdict *v)
{
    struct secret old = {0}, candidate = {0};
    int r;
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED || v->local_conflict)
        return 0;
    if (old_password && (r = secret_set(&old, old_password, old_len)) != 0) {
        v->outcome = GDPOP_DENIED_CREDENTIAL;
        goto out;
    }
    if (secret_set(&candidate, new_password, new_len) != 0) {
        refuse(v, "DB-8.1.4.1a", "P05",
               _("The new password is longer than 512 bytes. Choose a shorter one."));
        r = 0;
        goto out;
    }
    r = change_password(g, ev, &old, &candidate, v);
out:
    secret_wipe(&old);
    secret_wipe(&candidate);
    if (r == 0 || r == GDPOP_ERR_TOO_LONG)
        return 0;
    return decide_error(ev, r, "password", v);
}
