#include "admin/role.h"

#include "policy/local.h"
#include "settings/catalogue.h"

static int fill(struct gdpop_admin *a, const struct catalogue_role *from, Model__Role *role)
{
    model__role__init(role);
    role->name = (char *)from->name;
    role->title = (char *)from->title;
    role->kind = (char *)from->kind;
    role->systems = from->systems;
    role->n_systems = from->system_count;
    role->highest = (char *)from->highest;
    role->lowest = (char *)from->lowest;
    role->group = (char *)from->group;
    role->gid = from->gid;
    role->rights = (char *)from->rights;
    role->excludes = from->excludes;
    role->n_excludes = from->exclude_count;
    role->extra = from->extra;
    role->loaded_by = (char *)a->actor;
    role->loaded_at = a->now_at;
    return store_put_role(a->call.txn, role);
}

/* Groups of the duties and of accounts keep their numbers to themselves. */
static int check_gids(struct gdpop_admin *a, const struct catalogue_role *roles, size_t count)
{
    struct settings s;
    int r = policy_settings(a->call.txn, NULL, 0, &s);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (roles[i].gid >= settings_number(&s, SETTING_uid_min) ||
            (roles[i].gid >= PUBLISH_DUTY_GID && roles[i].gid < PUBLISH_DUTY_GID + 10))
            return err_fail(GDPOP_ERR_FORMAT,
                            _("[%s]: gid %u belongs to gdpop's accounts or duties; take one below"),
                            roles[i].name, roles[i].gid);
    return r;
}

/* sudo asks for the names of all groups of a user: a role that shows as "sudo" would give root,
 * and one that shows as a duty's group that duty's commands. Each account has a group of its name.
 */
static int check_groups(struct gdpop_admin *a, const struct catalogue_role *roles, size_t count)
{
    Model__Account *x;
    for (size_t i = 0; i < count; i++) {
        const char *group = roles[i].group;
        if (!group[0])
            continue;
        if (publish_is_duty_group(group) || local_reserves_group(group) ||
            local_has_gid(roles[i].gid))
            return err_fail(GDPOP_ERR_REFUSED,
                            _("[%s]: the group %s (%u) belongs to a duty of gdpop or to this host; "
                              "take another"),
                            roles[i].name, group, roles[i].gid);
        int r = store_get_account(a->call.txn, group, &x);
        if (r == 0)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("[%s]: the group %s is that of an account; take another"),
                            roles[i].name, group);
        if (r != GDPOP_ERR_NOT_FOUND)
            return r;
    }
    return 0;
}

/* Roles that are not in the new catalogue go, unless someone holds them. */
struct leaving {
    struct gdpop_admin *a;
    const struct catalogue_role *roles;
    size_t count;
    Model__Role **gone;
    size_t gone_count;
};

static int find_gone(struct bytes key, void *message, void *arg)
{
    struct leaving *l = arg;
    const Model__Role *role = message;
    (void)key;
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->roles[i].name, role->name) == 0)
            return 0;
    return codec_add_message(l->a->call.arena, &l->gone, &l->gone_count, message);
}

static bool goes(const struct leaving *l, const char *role)
{
    bool found = false;
    for (size_t i = 0; i < l->gone_count; i++)
        found |= strcmp(l->gone[i]->name, role) == 0;
    return found;
}

static int find_holder(struct bytes key, void *message, void *arg)
{
    struct leaving *l = arg;
    const Model__Account *x = message;
    const Model__Application *newest =
        x->n_applications ? x->applications[x->n_applications - 1] : NULL;
    (void)key;
    if (strcmp(x->state, "closed") == 0)
        return 0;
    if (goes(l, x->role))
        return err_fail(GDPOP_ERR_REFUSED, _("the new catalogue has no role %s, which %s holds"),
                        x->role, x->name);
    bool pending = strcmp(x->state, "applied") == 0 || strcmp(x->state, "approved") == 0;
    const char *home = pending && newest && newest->before ? newest->before->role : x->home_role;
    if (goes(l, home))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the new catalogue has no role %s, to which %s returns"), home, x->name);
    return 0;
}

/* A further right that is in force, or will be. */
static int find_right(struct bytes key, void *message, void *arg)
{
    struct leaving *l = arg;
    const Model__Permit *p = message;
    (void)key;
    if (strcmp(p->kind, "role") != 0 || p->ended_at || l->a->now_at >= p->until_at ||
        !goes(l, p->setting))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("the new catalogue has no role %s, which %s holds as a further right (%s)"),
                    p->setting, p->subject, p->id);
}

/* The catalogue belongs to the organisation at the top. */
static int check_top(struct gdpop_admin *a)
{
    Model__Organisation *own;
    int r = a->self ? store_get_organisation(a->call.txn, a->self->organisation, &own) : 0;
    if (r == 0 && a->self && own->supervised_by[0])
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("GD-11.1: the role catalogue belongs to the organisation at the top, and "
                          "%s supervises %s"),
                        own->supervised_by, own->id);
    return r;
}

static int load(struct gdpop_admin *a, const struct request *q)
{
    struct leaving l = {.a = a};
    struct catalogue_role *roles;
    Model__Role role;
    int r;
    if ((r = check_top(a)) != 0 ||
        (r = catalogue_parse(request_file(q, "file"), _("the catalogue"), a->call.arena, &roles,
                             &l.count)) != 0 ||
        (r = check_gids(a, roles, l.count)) != 0 || (r = check_groups(a, roles, l.count)) != 0)
        return r;
    l.roles = roles;
    if ((r = store_each(a->call.txn, &table_role, BYTES("", 0), find_gone, &l)) != 0 ||
        (r = store_scan(a->call.txn, &table_account, BYTES("", 0), find_holder, &l)) != 0 ||
        (r = store_scan(a->call.txn, &table_permit, BYTES("", 0), find_right, &l)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < l.gone_count; i++)
        r = store_delete_role(a->call.txn, l.gone[i]->name);
    for (size_t i = 0; r == 0 && i < l.count; i++)
        r = fill(a, &roles[i], &role);
    if (r != 0 || (r = publish_touch(a->call.txn)) != 0 ||
        (r = admin_event(a, "role.load", NULL, NULL,
                         arena_printf(a->call.arena, "%zu", l.count))) != 0)
        return r;
    return result_message(a, _("%zu roles loaded"), l.count);
}

static const char *join(struct gdpop_admin *a, char **list, size_t count)
{
    char *text = admin_copy(a, "");
    for (size_t i = 0; text && i < count; i++)
        text = arena_printf(a->call.arena, "%s%s%s", text, i ? " " : "", list[i]);
    return text ? text : "";
}

static int describe(struct bytes key, void *message, void *arg)
{
    struct gdpop_admin *a = arg;
    const Model__Role *role = message;
    const char *levels = arena_printf(a->call.arena, "%s – %s", role->highest, role->lowest);
    const char *shown =
        arena_printf(a->call.arena, "%s – %s", word_shown(role->highest), word_shown(role->lowest));
    int r;
    (void)key;
    if (!levels || !shown)
        return GDPOP_ERR_NOMEM;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "name", _("Role"), role->name)) != 0 ||
        (r = result_text(a, "title", _("Title"), role->title)) != 0 ||
        (r = result_word(a, "kind", _("Kind"), role->kind)) != 0 ||
        (r = result_text(a, "systems", _("Systems"), join(a, role->systems, role->n_systems))) !=
            0 ||
        (r = result_shown(a, "levels", _("Levels"), levels, shown)) != 0 ||
        (r = result_text(a, "group", _("Group"), role->group)) != 0 ||
        (r = result_text(a, "rights", _("Rights"), role->rights)) != 0)
        return r;
    return result_text(a, "excludes", _("Excludes"), join(a, role->excludes, role->n_excludes));
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    (void)q;
    result_list(a);
    return store_each(a->call.txn, &table_role, BYTES("", 0), describe, a);
}

const struct operation operations_role[] = {
    {.public = {.noun = "role",
                .verb = "list",
                .help = N_("List the roles that accounts may hold."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "role",
                .verb = "load",
                .help = N_("Load the role catalogue, which belongs to the province."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "/usr/share/gdpop/roles.conf",
                .params = (const struct gdpop_param[]){{.name = "file",
                                                        .kind = GDPOP_PARAM_FILE,
                                                        .positional = true,
                                                        .required = true,
                                                        .metavar = "FILE",
                                                        .help = N_("the catalogue")},
                                                       PARAMS_END}},
     .run = load},
    {.public = {.noun = NULL}},
};
