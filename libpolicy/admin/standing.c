#include "admin/standing.h"

static int add(struct gdpop_admin *a, const char **text, bool lacks, const char *word)
{
    if (lacks)
        *text = arena_printf(a->call.arena, "%s%s%s", *text, **text ? ", " : "", text_get(word));
    return *text ? 0 : GDPOP_ERR_NOMEM;
}

/* Before the approval none counts; before an application this host's own settings ask. */
static int is_pledged(struct gdpop_admin *a, const Model__Account *x, const struct settings *s,
                      const Model__Approval *approval, bool *pledged)
{
    const char *kind = NULL;
    int64_t since_at = approval ? approval->approved_at : INT64_MAX;
    int r = policy_pledge(a->call.txn, x, NULL, since_at, a->now_at, &kind);
    *pledged = x->n_systems ? !kind : !settings_number(s, SETTING_pledge_required);
    return r;
}

static int has_device(struct gdpop_admin *a, const char *account, bool *has)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_account(a->call.txn, account, &list, &count);
    *has = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *has |= list[i]->until_at == 0 || a->now_at < list[i]->until_at;
    return r;
}

static int has_password(struct gdpop_admin *a, const char *account, bool *has)
{
    Model__Credential *c;
    int r = store_get_credential(a->call.txn, account, &c);
    *has = r == 0 && c->hash[0];
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

int standing_lacks(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    const Model__Application *newest =
        x->n_applications ? x->applications[x->n_applications - 1] : NULL;
    const Model__Approval *approval = newest ? newest->approval : NULL;
    bool pledged, device, password;
    struct settings s;
    int r;
    *lacks = "";
    if ((r = admin_password_settings(a, x, &s)) != 0 ||
        (r = is_pledged(a, x, &s, approval, &pledged)) != 0 ||
        (r = has_device(a, x->name, &device)) != 0 ||
        (r = has_password(a, x->name, &password)) != 0)
        return r;
    device |= !settings_number(&s, SETTING_device_required);
    if ((r = add(a, lacks, !x->person[0], N_("real-name data"))) != 0 ||
        (r = add(a, lacks, !newest, N_("application"))) != 0 ||
        (r = add(a, lacks, !approval && settings_number(&s, SETTING_approval_required),
                 N_("approval"))) != 0 ||
        (r = add(a, lacks, !pledged, N_("pledge"))) != 0 ||
        (r = add(a, lacks, !device, N_("device"))) != 0)
        return r;
    return add(a, lacks, !password, N_("password"));
}

static int look_for_network(struct bytes key, void *message, void *arg)
{
    struct subject *s = arg;
    const Model__Workplace *w = message;
    (void)key;
    s->facts.at_workplace |= strcmp(w->organisation, s->account->organisation) == 0 &&
                             strcmp(w->kind, "device-anchored") != 0;
    return s->facts.at_workplace;
}

int standing_judge(struct gdpop_admin *a, const Model__Account *x, struct trace **trace)
{
    const struct gdpop_evidence ev = {
        .service = "sshd",
        .user = x->name,
        .login_uid = UINT32_MAX,
        .audit_session = UINT32_MAX,
        .password_proved = true,
    };
    struct subject *s = arena_alloc(a->call.arena, sizeof(*s));
    int r;
    *trace = arena_alloc(a->call.arena, sizeof(**trace));
    if (!s || !*trace)
        return GDPOP_ERR_NOMEM;
    if ((r = facts_read(a->call.txn, &ev, PHASE_ACCOUNT, s)) != 0)
        return r;
    struct facts *f = &s->facts;
    f->observed_count = 0;
    f->place_by = PLACE_ADDRESS;
    f->place_text = _("workplace");
    if ((r = store_scan(a->call.txn, &table_workplace, BYTES("", 0), look_for_network, s)) < 0 ||
        (r = has_device(a, x->name, &f->device_bound_here)) != 0)
        return r;
    f->device_id = f->device_bound_here ? "-" : "";
    f->key_presented = f->device_bound_here;
    f->device_by = f->device_bound_here ? DEVICE_BY_KEY : DEVICE_BY_NOTHING;
    f->device_state = f->device_bound_here ? DEVICE_BOUND : DEVICE_UNKNOWN;
    f->other_device = f->other_place = false;
    f->locked_until_at = 0;
    rules_judge(f, *trace);
    return 0;
}
