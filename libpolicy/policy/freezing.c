#include "policy/policy.h"

bool account_in_force(const Model__Account *x, int64_t now_at)
{
    bool over = strcmp(x->state, "frozen") == 0 && x->suspended_until_at != 0 &&
                x->suspended_until_at <= now_at;
    return over || strcmp(x->state, "active") == 0;
}

bool account_is_adopted(const Model__Account *x)
{
    return x->adopted_at != 0 &&
           (x->n_applications == 0 ||
            strcmp(x->applications[x->n_applications - 1]->kind, "adopt") == 0);
}

bool account_is_unfinished(const Model__Account *x)
{
    return account_is_adopted(x) &&
           (strcmp(x->state, "applied") == 0 || strcmp(x->state, "approved") == 0);
}

int freeze_account(struct txn *t, const char *account, const char *reason, const char *tag,
                   const char *detail, bool *froze)
{
    Model__Event e = MODEL__EVENT__INIT;
    Model__Account *x;
    int64_t now_at;
    int r;
    *froze = false;
    if ((r = trail_time(t, &now_at)) != 0 || (r = store_get_account(t, account, &x)) != 0 ||
        (!account_in_force(x, now_at) && !account_is_unfinished(x)))
        return r;
    x->state = (char *)"frozen";
    x->frozen_reason = (char *)reason;
    x->frozen_tag = (char *)tag;
    x->frozen_by = (char *)"gdpop";
    x->frozen_at = now_at;
    x->suspended_until_at = 0;
    e.actor = (char *)"gdpop";
    e.subject = x->name;
    e.action = (char *)"account.freeze";
    e.outcome = (char *)"done";
    e.rule = (char *)reason;
    e.tag = (char *)tag;
    e.detail = (char *)detail;
    if ((r = store_put_account(t, x)) != 0 || (r = ending_record(t, x->name, "gdpop")) != 0)
        return r;
    *froze = true;
    return trail_append_anyway(t, &e);
}

bool freeze_asked_by_sharing(const struct subject *s, const struct gdpop_verdict *v)
{
    return s->account && v->outcome == GDPOP_DENIED && strcmp(v->rule, "sharing") == 0 &&
           strcmp(settings_text(&s->place, SETTING_sharing_action), "freeze") == 0;
}
