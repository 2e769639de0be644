#include "admin/lifecycle.h"

#include "admin/batch.h"

#include "policy/local.h"
#include <stdlib.h>

/* A uid that nobody ever had: not in the store, not in the local passwd file. */
static int allocate_uid(struct gdpop_admin *a, const struct settings *s, uint32_t *uid)
{
    char *holder, *id;
    int64_t min = settings_number(s, SETTING_uid_min), max = settings_number(s, SETTING_uid_max);
    for (;;) {
        int r = store_next_id(a->call.txn, 'U', &id);
        if (r != 0)
            return r;
        int64_t next = min - 1 + strtol(id + 1, NULL, 10);
        if (next > max)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("no uid is left between %lld and %lld; widen uid_max"),
                            (long long)min, (long long)max);
        *uid = (uint32_t)next;
        r = store_account_by_uid(a->call.txn, *uid, &holder);
        if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
            return r;
        if (r == GDPOP_ERR_NOT_FOUND && !local_has_uid(*uid))
            return 0;
    }
}

static int fill_home(struct gdpop_admin *a, Model__Account *x, const struct settings *s)
{
    const char *template = settings_text(s, SETTING_home_template);
    const char *mark = strstr(template, "%u");
    x->home = mark ? arena_printf(a->call.arena, "%.*s%s%s", (int)(mark - template), template,
                                  x->name, mark + 2)
                   : admin_copy(a, template);
    x->shell = admin_copy(a, settings_text(s, SETTING_shell));
    return x->home && x->shell ? 0 : GDPOP_ERR_NOMEM;
}

/* GD-6: the administrator of the right office sets the account up. */
static int check_office(struct gdpop_admin *a, const Model__Account *x, const char **missing)
{
    struct applying ap;
    const char *where;
    bool may;
    int r;
    if ((r = office_applying(a, x, "account", &ap)) != 0 ||
        (r = office_carries_out(a, &ap, &may, &where)) != 0)
        return r;
    /* A leader in his own login decides and sets nothing up. */
    if (!may || (a->self && a->self->duties == 0))
        *missing =
            arena_printf(a->call.arena, _("the setting up by an administrator of %s"), where);
    return 0;
}

int lifecycle_complete(struct gdpop_admin *a, Model__Account *x, const char **missing)
{
    const Model__Approval *approval =
        x->n_applications ? x->applications[x->n_applications - 1]->approval : NULL;
    const char *pledge = NULL;
    struct settings s;
    int r;
    *missing = NULL;
    if ((r = admin_password_settings(a, x, &s)) != 0)
        return r;
    if (!approval)
        *missing = _("the approval");
    else if ((r = policy_pledge(a->call.txn, x, NULL, approval->approved_at, a->now_at, &pledge)) ==
                 0 &&
             pledge)
        *missing = arena_printf(a->call.arena,
                                _("the agreement %s, signed on or after the approval"), pledge);
    if (r != 0 || (!*missing && (r = check_office(a, x, missing)) != 0))
        return r;
    if (*missing || strcmp(x->state, "approved") != 0)
        return store_put_account(a->call.txn, x);
    if (x->uid == 0 && (r = allocate_uid(a, &s, &x->uid)) != 0)
        return r;
    if (x->gid == 0)
        x->gid = x->uid;
    x->state = (char *)"active";
    x->activated_at = a->now_at;
    if ((!x->home[0] && (r = fill_home(a, x, &s)) != 0) ||
        (r = store_put_account(a->call.txn, x)) != 0 || (r = publish_touch(a->call.txn)) != 0 ||
        (r = batch_activated(a, x)) != 0)
        return r;
    return admin_event(a, "account.activate", x->name, NULL, NULL);
}

struct count {
    const Model__Account *of;
    unsigned others;
};

static int count_holder(struct bytes key, void *message, void *arg)
{
    struct count *c = arg;
    const Model__Account *x = message;
    (void)key;
    c->others += strcmp(x->name, c->of->name) != 0 && strcmp(x->state, "active") == 0 &&
                 (x->duties & c->of->duties) != 0;
    return 0;
}

int lifecycle_keep_duty(struct gdpop_admin *a, const Model__Account *x)
{
    struct count c = {.of = x};
    if ((x->duties & GDPOP_DUTY_ANY) == 0 || (a->flags & GDPOP_ADMIN_RECOVER))
        return 0;
    int r = store_each(a->call.txn, &table_account, BYTES("", 0), count_holder, &c);
    if (r != 0 || c.others > 0)
        return r;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("%s is the last active holder of its duty; appoint a successor first"),
                    x->name);
}

int lifecycle_freeze(struct gdpop_admin *a, Model__Account *x, const char *action,
                     const char *reason, const char *tag, int64_t until_at)
{
    int r;
    x->state = (char *)"frozen";
    x->frozen_at = a->now_at;
    x->frozen_by = (char *)a->actor;
    x->frozen_reason = (char *)reason;
    x->frozen_tag = (char *)tag;
    x->suspended_until_at = until_at;
    if ((r = lifecycle_keep_duty(a, x)) != 0 || (r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, action, x->name, NULL, reason)) != 0 ||
        (r = ending_record(a->call.txn, x->name, a->actor)) != 0)
        return r;
    return admin_end_sessions_after(a, x->uid);
}

int lifecycle_end_permits(struct gdpop_admin *a, const char *account)
{
    Model__Permit **list;
    size_t count;
    int r = store_permits_of(a->call.txn, account, NULL, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (list[i]->ended_at || a->now_at >= list[i]->until_at ||
            strcmp(list[i]->kind, "waiver") == 0 || strcmp(list[i]->kind, "observe") == 0)
            continue;
        list[i]->ended_at = a->now_at;
        r = store_put_permit(a->call.txn, list[i]);
        if (r == 0)
            r = admin_event(a, "permit.end", account, list[i]->id, NULL);
    }
    return r;
}

int lifecycle_close(struct gdpop_admin *a, Model__Account *x, const char *reason)
{
    int r = lifecycle_keep_duty(a, x);
    if (r != 0)
        return r;
    x->state = (char *)"closed";
    x->closed_at = a->now_at;
    x->duties = 0;
    if ((r = lifecycle_end_permits(a, x->name)) != 0 ||
        (r = store_put_account(a->call.txn, x)) != 0 || (r = publish_touch(a->call.txn)) != 0 ||
        (r = admin_event(a, "account.close", x->name, NULL, reason)) != 0 ||
        (r = ending_record(a->call.txn, x->name, a->actor)) != 0)
        return r;
    return admin_end_sessions_after(a, x->uid);
}
