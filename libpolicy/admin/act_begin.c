#include "admin/act.h"

#include "admin/change.h"
#include "admin/office.h"
#include "admin/restore.h"
#include "audit/export.h"
#include "base/host.h"
#include "policy/local.h"
#include <stdlib.h>

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

int act_need_write(struct gdpop_admin *a)
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
    struct refusal f = {a->actor, "admin.begin", gdpop_strerror(error), NULL};
    uint32_t login_uid = caller(a->g);
    char *name;
    if ((a->flags & UNNAMED) && login_uid != UINT32_MAX)
        f.actor = store_account_by_uid(a->call.txn, login_uid, &name) == 0
                      ? name
                      : arena_printf(a->call.arena, "uid %u", login_uid);
    if (f.actor)
        act_record_refusal(a, f, error);
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
