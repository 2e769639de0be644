/* What holds: settings shown with the article that asks for them, and overrides, which only
 * tighten. */
#include "admin/floor.h"

static int systems_of_host(struct gdpop_admin *a, char ***systems, size_t *count)
{
    Model__Host *host;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    *systems = r == 0 ? host->systems : NULL;
    *count = r == 0 ? host->n_systems : 0;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static int read_shown(struct gdpop_admin *a, const struct request *q, struct settings *s)
{
    const char *user = request_text(q, "user");
    Model__Account *x;
    char **systems;
    size_t count;
    int r;
    if ((r = request_all(a, q, "systems", &systems, &count)) != 0)
        return r;
    if (user && count > 0)
        return err_fail(GDPOP_ERR_USAGE, _("--user and --systems exclude each other"));
    if (user)
        return (r = admin_account(a, user, &x)) != 0 ? r : admin_password_settings(a, x, s);
    if (count == 0 && (r = systems_of_host(a, &systems, &count)) != 0)
        return r;
    return policy_settings(a->call.txn, systems, count, s);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    struct settings s;
    int r = read_shown(a, q, &s);
    result_list(a);
    for (int i = 0; r == 0 && i < SETTING_COUNT; i++) {
        const struct setting *row = setting_row((enum setting_id)i);
        const struct setting_value *v = &s.value[i];
        const char *unit = row->type == SETTING_TYPE_INT ? row->unit : "";
        const char *value = setting_print((enum setting_id)i, v, a->call.arena);
        if (!value)
            return GDPOP_ERR_NOMEM;
        if ((r = result_row(a, 0)) != 0 ||
            (r = result_text(a, "setting", _("Setting"), row->name)) != 0 ||
            (r = result_shown(a, "value", _("Value"), value,
                              row->type != SETTING_TYPE_BOOL ? value
                              : v->number                    ? _("yes")
                                                             : _("no"))) != 0 ||
            (r = result_shown(a, "unit", _("Unit"), unit, unit[0] ? _(unit) : "")) != 0 ||
            (r = result_text(a, "tag", _("Article"), v->tag)) != 0 ||
            (r = result_word(a, "profile", _("Profile"), v->profile)) != 0)
            return r;
    }
    return r;
}

static int read_setting(const struct request *q, int *id)
{
    *id = setting_find(request_word(q, "name"));
    return *id >= 0 ? 0
                    : err_fail(GDPOP_ERR_NOT_FOUND, _("there is no setting %s; see policy show"),
                               request_word(q, "name"));
}

struct floors {
    struct gdpop_admin *a;
    enum setting_id id;
    struct setting_value value; /* wished for */
};

/* A compiled set without an override of this setting: what its profiles or the default ask. */
static int check_floor(struct bytes key, void *message, void *arg)
{
    struct floors *f = arg;
    const Model__Policy *policy = message;
    struct settings defaults;
    (void)key;
    settings_default(&defaults);
    struct setting_value floor = defaults.value[f->id];
    for (size_t i = 0; i < policy->n_values; i++) {
        const Model__SettingValue *row = policy->values[i];
        if (strcmp(row->name, setting_row(f->id)->name) != 0)
            continue;
        int r = setting_parse(f->id, row->value, f->a->call.arena, &floor);
        if (r != 0)
            return r;
        floor.tag = row->tag;
        floor.profile = row->profile;
    }
    if (floor_keeps(f->id, &floor, &f->value))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("%s %s of %s is a floor: %s. An override only tightens; to loosen it for "
                      "somebody, for a time, see waiver add"),
                    floor.tag, setting_row(f->id)->name,
                    floor.profile[0] ? floor.profile : _("the default"),
                    setting_print(f->id, &floor, f->a->call.arena));
}

/* Takes the override away and compiles, so that the sets tell the floors. */
static int drop_override(struct gdpop_admin *a, const char *name)
{
    int r = store_delete_override(a->call.txn, name);
    return r != 0 ? r : policy_compile(a->call.txn);
}

static int put_override(struct gdpop_admin *a, const struct floors *f, const char *reason)
{
    Model__Override o = MODEL__OVERRIDE__INIT;
    int r;
    o.setting = (char *)setting_row(f->id)->name;
    o.value = (char *)setting_print(f->id, &f->value, a->call.arena);
    o.set_by = (char *)a->actor;
    o.set_at = a->now_at;
    o.reason = admin_copy(a, reason);
    const char *detail = arena_printf(a->call.arena, "%s: %s", o.value ? o.value : "", reason);
    if (!o.value || !o.reason || !detail)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_override(a->call.txn, &o)) != 0 || (r = policy_compile(a->call.txn)) != 0 ||
        (r = admin_event(a, "policy.set", NULL, o.setting, detail)) != 0)
        return r;
    return result_message(a, _("%s is %s from now on"), o.setting, o.value);
}

static int set(struct gdpop_admin *a, const struct request *q)
{
    struct floors f = {.a = a};
    int id, r;
    if ((r = read_setting(q, &id)) != 0)
        return r;
    f.id = (enum setting_id)id;
    admin_reaches(a, NULL, NULL);
    if ((r = setting_parse(f.id, request_word(q, "value"), a->call.arena, &f.value)) != 0)
        return r;
    r = drop_override(a, setting_row(f.id)->name);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    if ((r = store_each(a->call.txn, &table_policy, BYTES("", 0), check_floor, &f)) != 0)
        return r;
    return put_override(a, &f, request_word(q, "reason"));
}

static int reset(struct gdpop_admin *a, const struct request *q)
{
    int id, r;
    if ((r = read_setting(q, &id)) != 0)
        return r;
    const char *name = setting_row((enum setting_id)id)->name;
    r = drop_override(a, name);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("%s has no override"), name);
    admin_reaches(a, NULL, NULL);
    if (r != 0 || (r = admin_event(a, "policy.reset", NULL, name, NULL)) != 0)
        return r;
    return result_message(a, _("%s is again what the profiles ask"), name);
}

const struct operation operations_policy[] = {
    {.public = {.noun = "policy",
                .verb = "show",
                .help = N_("Show the settings that hold, with the articles that ask for them."),
                .example = "--systems population",
                .duties = GDPOP_DUTY_ANY,
                .params =
                    (const struct gdpop_param[]){
                        {.name = "systems",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "SYSTEM",
                         .help =
                             N_("for this system, repeated for several; this host's otherwise")},
                        OPTIONAL("user", GDPOP_PARAM_WORD, "USER",
                                 N_("for this account on this host, waivers included")),
                        PARAMS_END}},
     .run = show},
    {.public = {.noun = "policy",
                .verb = "set",
                .help = N_("Make a setting stricter than the profiles ask."),
                .example = "length_min 10 --reason 上级要求",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("name", "NAME", N_("the setting")),
                        {.name = "value",
                         .kind = GDPOP_PARAM_TEXT,
                         .positional = true,
                         .required = true,
                         .metavar = "VALUE",
                         .help = N_("its value")},
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                        PARAMS_END}},
     .run = set},
    {.public = {.noun = "policy",
                .verb = "reset",
                .help = N_("Take back what policy set made stricter."),
                .example = "length_min",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){POSITIONAL("name", "NAME", N_("the setting")),
                                                 PARAMS_END}},
     .run = reset},
    {.public = {.noun = NULL}},
};
