#include "admin/permit.h"

static int is_observed(struct gdpop_admin *a, const Model__Account *x, bool *observed)
{
    const char *subjects[] = {x->name, x->organisation, "", a->host_id};
    *observed = false;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]) && !*observed; i++) {
        Model__Permit **list;
        size_t count;
        int r = store_permits_of(a->call.txn, subjects[i], "observe", &list, &count);
        if (r != 0)
            return r;
        for (size_t k = 0; k < count; k++)
            *observed |= strcmp(list[k]->setting, "approved") == 0 &&
                         policy_permit_holds(list[k], x->name, a->now_at);
    }
    return 0;
}

static bool is_ending(const struct gdpop_admin *a, uid_t uid)
{
    for (size_t i = 0; i < a->ending_count; i++)
        if (a->ending[i] == uid)
            return true;
    return false;
}

static int end_one(struct gdpop_admin *a, const char *account, size_t *ended)
{
    Model__Account *x;
    bool observed;
    int r = store_get_account(a->call.txn, account, &x);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    if (!account_is_unfinished(x) || is_ending(a, x->uid) ||
        (r = is_observed(a, x, &observed)) != 0 || observed)
        return r;
    ++*ended;
    r = ending_record(a->call.txn, x->name, "tick");
    return r != 0 ? r : admin_end_sessions_after(a, x->uid);
}

int observe_tick(struct gdpop_admin *a, size_t *ended)
{
    Model__Session **list;
    struct settings s;
    size_t count;
    int r = policy_settings(a->call.txn, NULL, 0, &s);
    *ended = 0;
    if (r != 0 || !settings_number(&s, SETTING_grant_end_sessions) ||
        (r = admin_open_sessions(a, &list, &count)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < count && a->ending_count < ADMIN_ENDINGS_MAX; i++)
        r = end_one(a, list[i]->account, ended);
    return r;
}
