#include "admin/admin.h"

#include "admin/change.h"
#include "admin/office.h"
#include "admin/restore.h"
#include "admin/table.h"
#include "audit/export.h"
#include "base/host.h"
#include "base/log.h"
#include "policy/local.h"
#include <stdio.h>
#include <stdlib.h>

/* Acts that no administrator's account stands behind; their events say so. */
enum {
    UNNAMED = GDPOP_ADMIN_INIT | GDPOP_ADMIN_RECOVER | GDPOP_ADMIN_RESTORE | GDPOP_ADMIN_HOST |
              GDPOP_ADMIN_CLOSED,
    BREAK_GLASS = GDPOP_ADMIN_INIT | GDPOP_ADMIN_RECOVER | GDPOP_ADMIN_RESTORE
};

static const char *unnamed_actor(unsigned flags)
{
    return flags & GDPOP_ADMIN_INIT      ? "init"
           : flags & GDPOP_ADMIN_RECOVER ? "recover"
           : flags & GDPOP_ADMIN_RESTORE ? "restore"
                                         : "host";
}

void gdpop_admin_caller(struct gdpop *g, uint32_t uid)
{
    g->caller_uid = uid;
}

static uint32_t caller(const struct gdpop *g)
{
    uint32_t uid = host_login_uid();
    return uid == UINT32_MAX && g->caller_uid != 0 ? g->caller_uid : uid;
}

/* init, recover and restore belong to who holds the host itself: a break-glass login, or no login
 * at all (console of a rescue system). An administrator's sudo keeps the login uid of the
 * administrator and is refused. */
int act_check_unnamed(const struct gdpop *g)
{
    uint32_t login_uid = caller(g);
    uid_t uid;
    if (login_uid == UINT32_MAX)
        return 0;
    for (int i = 0; i < g->conf.break_glass_count; i++)
        if (local_has_name(g->conf.break_glass[i], &uid) && uid == login_uid)
            return 0;
    return err_fail(
        GDPOP_ERR_NOT_AUTHORISED,
        _("only a break-glass account may do this, and uid %u, who is logged in here, is none"),
        login_uid);
}

/* Why the store does not open is what the act tells. */
static int open_without(struct gdpop_admin *a)
{
    struct settings s;
    if (call_open(&a->call, a->g) == 0 && call_read(&a->call) == 0)
        return err_fail(GDPOP_ERR_ARGUMENT, _("the store can be opened"));
    call_close(&a->call);
    settings_default(&s);
    a->utc_offset_min = (int)settings_number(&s, SETTING_utc_offset_min);
    a->now_at = clock_now();
    a->call.arena = arena_new();
    a->closed = a->call.arena ? admin_copy(a, err_sentence()) : NULL;
    return a->closed ? 0 : GDPOP_ERR_NOMEM;
}

static int open_act(struct gdpop_admin *a)
{
    int r;
    if (a->flags & GDPOP_ADMIN_CLOSED)
        return open_without(a);
    if ((a->flags & GDPOP_ADMIN_INIT) &&
        (a->g->conf_error != 0 || (r = store_create(&a->g->conf)) != 0))
        return a->g->conf_error != 0 ? err_fail(a->g->conf_error, "%s", a->g->conf_sentence) : r;
    if ((a->flags & GDPOP_ADMIN_INIT) && (r = trail_make_sign_key(&a->g->conf)) != 0) {
        store_unmake(&a->g->conf);
        return r;
    }
    if ((r = call_open(&a->call, a->g)) != 0)
        return r;
    return call_read(&a->call);
}

/* Civil dates of this act are the host's. */
static int read_offset(struct gdpop_admin *a)
{
    struct settings s;
    int r = a->flags & GDPOP_ADMIN_INIT ? (settings_default(&s), 0)
                                        : policy_settings(a->call.txn, NULL, 0, &s);
    if (r == 0)
        a->utc_offset_min = (int)settings_number(&s, SETTING_utc_offset_min);
    return r;
}

/* Who acts must be an administrator in good standing at this moment, whatever was true at login. */
static int read_actor(struct gdpop_admin *a)
{
    int r = store_get_account(a->call.txn, a->actor, &a->self);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    bool good = r == 0 && account_in_force(a->self, a->now_at) &&
                (!a->self->expires_at || a->now_at < a->self->expires_at);
    /* A leader has no duty and decides in his own login. */
    if (good && a->self->duties == 0 && (r = office_leads(a, a->self->person, &good)) != 0)
        return r;
    return good ? 0
                : err_fail(GDPOP_ERR_NOT_AUTHORISED, _("%s is not an active administrator"),
                           a->actor);
}

/* Read when the act begins, and again in its write transaction. */
static int read_frame(struct gdpop_admin *a)
{
    int r = trail_now(a->call.txn, &a->now_at);
    a->clock_stepped = r == GDPOP_ERR_CLOCK;
    if ((r != 0 && !a->clock_stepped) || (r = read_offset(a)) != 0)
        return r;
    return a->flags & UNNAMED ? 0 : read_actor(a);
}

static int need_write(struct gdpop_admin *a)
{
    int r;
    if (a->call.txn)
        return 0;
    if ((r = store_write(a->call.store, a->call.arena, &a->call.txn)) != 0)
        return r;
    txn_watch(a->call.txn, change_note, a);
    if ((a->flags & GDPOP_ADMIN_INIT) && (r = policy_compile(a->call.txn)) != 0)
        return r;
    return read_frame(a);
}

/* A refused attempt is an event too, in a transaction of its own after the act's was undone. */
struct refusal {
    const struct gdpop_admin *a;
    const char *actor, *action, *outcome;
    const char *detail;
    bool once; /* not again where the newest event says it already */
};

static int is_same(const Model__Event *e, void *arg)
{
    const struct refusal *f = arg;
    return strcmp(e->action, f->action) == 0;
}

static int write_refusal(struct txn *t, void *arg)
{
    const struct refusal *f = arg;
    Model__Event e = MODEL__EVENT__INIT;
    uint64_t first, last;
    int r = f->once ? trail_bounds(t, &first, &last) : 0;
    if (r == 0 && f->once && last > 0)
        r = trail_walk(t, last, last, is_same, arg);
    if (r != 0)
        return r < 0 ? r : 0;
    e.actor = (char *)f->actor;
    e.action = (char *)f->action;
    e.outcome = (char *)f->outcome;
    e.service = (char *)"gdpop-admin";
    e.detail = (char *)f->detail;
    return trail_append_anyway(t, &e);
}

static void record_refusal(struct gdpop_admin *a, struct refusal f, int error)
{
    char sentence[512];
    snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    txn_abort(a->call.txn);
    a->call.txn = NULL;
    if (f.action && store_update(a->call.store, a->call.arena, write_refusal, &f) != 0)
        log_error("a refused attempt of %s could not be recorded: %s", f.actor, err_sentence());
    err_fail(error, "%s", sentence);
}

/* What the host does by itself is nobody's who is logged in: an account acts by its own name. */
static int check_host(struct gdpop_admin *a)
{
    uint32_t uid = caller(a->g);
    char *name;
    int r = uid == UINT32_MAX ? GDPOP_ERR_NOT_FOUND : store_account_by_uid(a->call.txn, uid, &name);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("%s is logged in here and does not act for the host: run it from a live "
                      "login, or with --as NAME"),
                    name);
}

/* Who may not act at all; without a name the account that is logged in. */
static void record_no_entry(struct gdpop_admin *a, int error)
{
    struct refusal f = {a, a->actor, "admin.begin", "refused", gdpop_strerror(error), false};
    uint32_t login_uid = caller(a->g);
    char *name;
    if ((a->flags & UNNAMED) && login_uid != UINT32_MAX)
        f.actor = store_account_by_uid(a->call.txn, login_uid, &name) == 0
                      ? name
                      : arena_printf(a->call.arena, "uid %u", login_uid);
    if (f.actor)
        record_refusal(a, f, error);
}

int gdpop_admin_begin(struct gdpop *g, const char *actor, unsigned flags, struct gdpop_admin **ap)
{
    int r;
    err_clear();
    *ap = NULL;
    bool unnamed = flags & UNNAMED;
    if (!actor && !unnamed)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("nobody is named who acts"));
    if ((flags & GDPOP_ADMIN_INIT) && (r = act_check_unnamed(g)) != 0)
        return r;
    if ((flags & GDPOP_ADMIN_RESTORE) && !g->restoring)
        return err_fail(GDPOP_ERR_ARGUMENT, _("nothing was restored"));
    struct gdpop_admin *a = calloc(1, sizeof(*a));
    if (!a)
        return GDPOP_ERR_NOMEM;
    a->g = g;
    a->flags = flags;
    a->held = (struct lock)LOCK_NONE;
    if ((r = open_act(a)) != 0)
        goto out;
    a->actor = actor ? admin_copy(a, actor) : unnamed_actor(flags);
    host_machine_id(a->host_id);
    if (!(flags & GDPOP_ADMIN_READ)) {
        memcpy(a->witness, g->witness, sizeof(a->witness));
        a->witness_count = g->witness_count;
        g->witness_count = 0;
    }
    r = flags & BREAK_GLASS ? act_check_unnamed(g) : flags & GDPOP_ADMIN_HOST ? check_host(a) : 0;
    if (r == 0 && !a->closed)
        r = read_frame(a);
    if (r == GDPOP_ERR_NOT_AUTHORISED)
        record_no_entry(a, r);
    if (r != 0)
        goto out;
    if (!(flags & GDPOP_ADMIN_READ)) {
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    *ap = a;
    a = NULL;
out:
    gdpop_admin_end(a);
    return r;
}

static int authorise(const struct gdpop_admin *a, const struct gdpop_operation *o)
{
    if (a->flags & GDPOP_ADMIN_RECOVER)
        log_warning("without an administrator, by break-glass: %s %s", o->noun, o->verb);
    bool restores = (a->flags & GDPOP_ADMIN_RESTORE) && o->duties == GDPOP_DUTY_NONE &&
                    strcmp(o->verb, "restore") == 0;
    if ((a->flags & GDPOP_ADMIN_RESTORE) ? restores : admin_has_duty(a, o->duties))
        return 0;
    if (o->duties == GDPOP_DUTY_NONE)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s may not do this: %s %s is only for who holds this host, by init or "
                          "gdpop-admin recover"),
                        a->actor, o->noun, o->verb);
    return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("%s may not do this: %s %s belongs to the duty %s"),
                    a->actor, o->noun, o->verb, duty_names(o->duties));
}

/* While the clock is not to be believed, nothing is changed but by `audit accept-clock`; the
 * sentence of trail_now says so. */
static int check_clock(struct gdpop_admin *a, const struct gdpop_operation *o)
{
    bool mends = strcmp(o->verb, "accept-clock") == 0;
    return a->clock_stepped && o->writes && !mends ? trail_now(a->call.txn, &a->now_at) : 0;
}

/* The act is lost. */
static int spoil(struct gdpop_admin *a, const struct gdpop_operation *o, int r)
{
    const char *action = arena_printf(a->call.arena, "%s.%s", o->noun, o->verb);
    a->spoiled = true;
    /* What exists already may be another's: who tries numbers is on record. */
    if (r == GDPOP_ERR_NOT_AUTHORISED || r == GDPOP_ERR_REFUSED || r == GDPOP_ERR_EXISTS)
        record_refusal(
            a, (struct refusal){a, a->actor, action, "refused", gdpop_strerror(r), false}, r);
    else if (r == GDPOP_ERR_CLOCK)
        record_refusal(
            a, (struct refusal){a, a->actor, "clock.step", "failed", gdpop_strerror(r), true}, r);
    return r;
}

void admin_keep(struct gdpop_admin *a)
{
    a->marked = false;
}

/* In an act of very many calls memory goes back to where it stood once the trail had begun its work
 * in the transaction, which lasts as long as that. */
static void release(struct gdpop_admin *a)
{
    if (!a->many || !a->call.txn || !txn_note(a->call.txn) || a->after)
        return;
    if (a->marked)
        arena_release(a->call.arena, &a->mark);
    a->mark = arena_mark(a->call.arena);
    a->marked = true;
}

static int call_without(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                        const struct gdpop_result **result)
{
    int r = strcmp(o->public.noun, "status") == 0 ? request_check(&o->public, q->args, q->count)
                                                  : err_fail(GDPOP_ERR_STORE, "%s", a->closed);
    if (r == 0)
        r = o->run(a, q);
    if (r == 0)
        *result = &a->result;
    return r;
}

int gdpop_admin_call(struct gdpop_admin *a, const char *noun, const char *verb,
                     const struct gdpop_arg *args, size_t count, const struct gdpop_result **result)
{
    int r;
    err_clear();
    *result = NULL;
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    const struct operation *o = operation_find(noun, verb);
    if (!o)
        return err_fail(GDPOP_ERR_USAGE, _("there is no command \"%s %s\"; see gdpop-admin help"),
                        noun, verb);
    struct request q = {&o->public, args, count};
    a->result = (struct gdpop_result){.ok = true, .message = ""};
    a->rows = NULL;
    a->row_room = a->field_room = 0;
    a->prepared = NULL;
    a->pending = NULL;
    a->changes = NULL;
    a->anyway = o->anyway;
    a->operation = &o->public;
    release(a);
    if (a->closed)
        return call_without(a, o, &q, result);
    if (o->public.writes && (a->flags & GDPOP_ADMIN_READ))
        return err_fail(GDPOP_ERR_ARGUMENT, _("%s %s changes the store"), noun, verb);
    if ((r = request_check(&o->public, args, count)) == 0 && (r = authorise(a, &o->public)) == 0 &&
        (!o->prepare || (r = o->prepare(a, &q)) == 0) && (r = need_write(a)) == 0 &&
        (r = check_clock(a, &o->public)) == 0 && (r = witness_check(a, o, &q)) == 0)
        r = o->run(a, &q);
    if (r == 0)
        r = change_end(a);
    a->witnessed = false;
    if (r != 0)
        return spoil(a, &o->public, r);
    *result = &a->result;
    return 0;
}

int gdpop_admin_witnesses_needed(struct gdpop_admin *a, const char *noun, const char *verb,
                                 const struct gdpop_arg *args, size_t count, unsigned *needed)
{
    int r;
    err_clear();
    *needed = 0;
    const struct operation *o = operation_find(noun, verb);
    if (!o || a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    struct request q = {&o->public, args, count};
    bool own = a->call.txn == NULL;
    if (own && (r = call_read(&a->call)) != 0)
        return r;
    if ((r = authorise(a, &o->public)) != 0 || (r = witness_needed(a, o, &q, needed)) != 0)
        return spoil(a, &o->public, r);
    if (own) {
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    return 0;
}

int gdpop_admin_expect(struct gdpop_admin *a, size_t calls)
{
    enum { CALL_BYTES = 8192 };
    err_clear();
    a->many = true;
    return a->call.txn ? 0 : store_make_room(a->call.store, (uint64_t)calls * CALL_BYTES);
}

/* The change stands. What fails here leaves its sentence and is made up for by `tick` and the next
 * login; the sessions of the frozen end first. */
static void finish(struct gdpop_admin *a)
{
    char sentence[512] = "";
    for (size_t i = 0; i < a->telling_count; i++)
        telling(a->telling[i].uid, a->telling[i].sentence);
    for (size_t i = 0; i < a->ending_count; i++)
        if (ending_kill(a->ending[i]) != 0)
            snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    for (size_t i = 0; i < a->ending_session_count; i++)
        if (ending_kill_session(a->ending_session[i]) != 0)
            snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    if (publish_snapshot(a->call.store) != 0)
        snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    err_clear();
    if (sentence[0]) {
        log_error("%s", sentence);
        err_fail(GDPOP_ERR_SYSTEM, "%s", sentence);
    }
}

/* Where the part's change was undone, whose sessions it wanted to end is forgotten too. */
static int end_part(struct gdpop_admin *a, bool keep)
{
    int r = 0;
    if (keep)
        r = txn_commit(a->call.txn);
    else
        txn_abort(a->call.txn);
    a->call.txn = NULL;
    if (keep && r == 0)
        finish(a);
    a->ending_count = a->ending_session_count = a->telling_count = 0;
    return r;
}

static int record_failure(struct gdpop_admin *a, const char *part, const char *sentence)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)a->actor;
    e.action = (char *)a->operation->noun;
    e.object = (char *)part;
    e.outcome = (char *)"failed";
    e.detail = (char *)sentence;
    e.service = (char *)"gdpop-admin";
    int r = need_write(a);
    if (r == 0)
        r = trail_append_anyway(a->call.txn, &e);
    return end_part(a, r == 0) != 0 ? GDPOP_ERR_STORE : r;
}

int admin_part(struct gdpop_admin *a, const char *name, int (*part)(struct gdpop_admin *a),
               const char **why)
{
    int r = need_write(a);
    if (r != 0)
        return r;
    *why = NULL;
    a->pending = NULL;
    a->changes = NULL;
    if ((r = part(a)) == 0)
        r = change_end(a);
    int ended = end_part(a, r == 0);
    if (r == 0)
        r = ended;
    if (r != 0 && !(*why = admin_copy(a, err_sentence()[0] ? err_sentence() : gdpop_strerror(r))))
        return GDPOP_ERR_NOMEM;
    if (*why)
        log_error("%s %s: %s", a->operation->noun, name, *why);
    if (*why && (r = record_failure(a, name, *why)) != 0)
        log_error("the failure of %s %s could not be recorded: %s", a->operation->noun, name,
                  err_sentence());
    return need_write(a);
}

int gdpop_admin_commit(struct gdpop_admin *a)
{
    int r;
    err_clear();
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act cannot be committed: a call of it failed"));
    if ((a->flags & GDPOP_ADMIN_READ) || !a->call.txn)
        return 0;
    r = txn_commit(a->call.txn);
    a->call.txn = NULL;
    if (r != 0)
        return r;
    a->committed = true;
    if ((a->flags & GDPOP_ADMIN_RESTORE) && (r = restore_place(a->g)) != 0)
        return r;
    finish(a);
    return a->after ? a->after(a) : 0;
}

void gdpop_admin_end(struct gdpop_admin *a)
{
    if (!a)
        return;
    bool unmake = (a->flags & GDPOP_ADMIN_INIT) && a->call.store && !a->committed;
    call_close(&a->call);
    lock_release(&a->held);
    if (unmake)
        store_unmake(&a->g->conf);
    free(a);
}

int gdpop_admin_whoami(struct gdpop *g, const char **actor)
{
    struct call call;
    char boot_id[40], *name = NULL;
    uint32_t login_uid = host_login_uid(), audit_session = host_audit_session();
    Model__Session **list;
    size_t count;
    int r;
    err_clear();
    if ((r = call_open(&call, g)) != 0)
        return r;
    host_boot_id(boot_id);
    if ((r = call_read(&call)) != 0)
        goto out;
    r = login_uid == UINT32_MAX || audit_session == UINT32_MAX
            ? GDPOP_ERR_NOT_FOUND
            : store_account_by_uid(call.txn, login_uid, &name);
    if (r == 0 && (r = store_open_sessions(call.txn, name, &list, &count)) == 0) {
        r = GDPOP_ERR_NOT_FOUND;
        for (size_t i = 0; i < count && r != 0; i++)
            if (list[i]->audit_session == audit_session && facts_session_lives(list[i], boot_id))
                r = 0;
    }
    if (r == 0 && (*actor = arena_strdup(g->arena, name)) == NULL)
        r = GDPOP_ERR_NOMEM;
    if (r == GDPOP_ERR_NOT_FOUND)
        r = err_fail(GDPOP_ERR_NOT_AUTHORISED,
                     _("this terminal belongs to no live login of an account that gdpop knows"));
out:
    call_close(&call);
    return r;
}
