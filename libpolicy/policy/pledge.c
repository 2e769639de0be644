#include "policy/policy.h"

static bool is_signed(Model__Agreement **list, size_t count, const char *kind, int64_t since_at)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(list[i]->kind, kind) == 0 && list[i]->paper &&
            list[i]->paper->signed_at >= since_at)
            return true;
    return false;
}

/* As the login of a user of this one system would find them. */
static int settings_of(struct txn *t, const Model__Account *x, size_t system, int64_t now_at,
                       struct settings *s)
{
    int r = policy_settings(t, &x->systems[system], 1, s);
    return r != 0 ? r : policy_waive(t, x->name, x->organisation, now_at, s);
}

int policy_pledge(struct txn *t, const Model__Account *x, const struct settings *sole,
                  int64_t since_at, int64_t now_at, const char **lacks)
{
    Model__Agreement **list;
    struct settings own;
    size_t count;
    int r = store_agreements_of(t, x->person, &list, &count);
    *lacks = NULL;
    for (size_t i = 0; r == 0 && !*lacks && i < x->n_systems; i++) {
        const struct settings *s = x->n_systems == 1 && sole ? sole : &own;
        if (s == &own && (r = settings_of(t, x, i, now_at, &own)) != 0)
            break;
        const char *kind = settings_text(s, SETTING_pledge_kind);
        if (!settings_number(s, SETTING_pledge_required) || is_signed(list, count, kind, since_at))
            continue;
        if (!(*lacks = arena_strdup(txn_arena(t), kind)))
            r = GDPOP_ERR_NOMEM;
    }
    return r;
}
