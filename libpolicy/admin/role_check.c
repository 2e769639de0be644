#include "admin/role.h"

#include "settings/catalogue.h"

static int check_level(const Model__Organisation *o, const Model__Role *role)
{
    int rank = catalogue_level_rank(o->level);
    if (rank >= catalogue_level_rank(role->highest) && rank <= catalogue_level_rank(role->lowest))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("GD-9: the role %s belongs to the levels %s to %s, and %s is of level %s"),
                    role->name, word_shown(role->highest), word_shown(role->lowest), o->id,
                    word_shown(o->level));
}

static int check_systems(const Model__Account *x, const Model__Role *role, bool as_extra)
{
    bool any = codec_has_text(role->systems, role->n_systems, "*"), one = false;
    for (size_t i = 0; i < x->n_systems; i++) {
        bool in = any || codec_has_text(role->systems, role->n_systems, x->systems[i]);
        one |= in;
        if (!in && !as_extra)
            return err_fail(GDPOP_ERR_REFUSED, _("the role %s is not for the system %s"),
                            role->name, x->systems[i]);
    }
    return one ? 0
               : err_fail(GDPOP_ERR_REFUSED, _("the role %s is for no system of %s"), role->name,
                          x->name);
}

/* Vendor staff hold vendor roles only and no duty (JC-13); administrators the role for it. */
static int check_kind(const Model__Account *x, const Model__Role *role, const char *staff,
                      bool as_extra)
{
    bool administrator = strcmp(role->kind, "administrator") == 0;
    bool vendor = strcmp(staff, "vendor") == 0;
    if (vendor && (x->duties || strcmp(role->kind, "vendor") != 0))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("JC-13: vendor staff hold roles of the kind vendor and no duty"));
    if (as_extra ? administrator && !x->duties : administrator != (x->duties != 0))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("a duty goes with a role of the kind administrator, and %s is %s"),
                        role->name, word_shown(role->kind));
    return 0;
}

static bool excludes(const Model__Role *role, const Model__Role *other)
{
    return codec_has_text(role->excludes, role->n_excludes, other->name) ||
           codec_has_text(role->excludes, role->n_excludes, other->kind);
}

static int check_beside(struct gdpop_admin *a, const Model__Role *role, const char *held)
{
    Model__Role *other;
    int r = strcmp(role->name, held) == 0 ? GDPOP_ERR_NOT_FOUND
                                          : store_get_role(a->call.txn, held, &other);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    if (!excludes(role, other) && !excludes(other, role))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED, _("TJ-13: the roles %s and %s exclude each other"),
                    role->name, other->name);
}

static int check_exclusions(struct gdpop_admin *a, const Model__Account *x, const Model__Role *role,
                            bool as_extra)
{
    Model__Permit **list;
    size_t count;
    int r = as_extra ? check_beside(a, role, x->role) : 0;
    if (r != 0 || (r = store_permits_of(a->call.txn, x->name, "role", &list, &count)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (!list[i]->ended_at && a->now_at < list[i]->until_at)
            r = check_beside(a, role, list[i]->setting);
    return r;
}

int role_check(struct gdpop_admin *a, const Model__Account *x, const char *name, bool as_extra)
{
    Model__Organisation *o;
    Model__Person *p = NULL;
    Model__Role *role;
    uint64_t count;
    int r = store_get_role(a->call.txn, name, &role);
    if (r == GDPOP_ERR_NOT_FOUND) {
        if ((r = store_records(a->call.txn, &table_role, &count)) != 0 || count == 0)
            return r;
        return err_fail(GDPOP_ERR_REFUSED,
                        _("GD-11.1: the catalogue has no role %s; see role list"), name);
    }
    if (r != 0 || (r = store_get_organisation(a->call.txn, x->organisation, &o)) != 0 ||
        (x->person[0] && (r = store_get_person(a->call.txn, x->person, &p)) != 0) ||
        (r = check_level(o, role)) != 0 || (r = check_systems(x, role, as_extra)) != 0)
        return r;
    if (as_extra && !role->extra)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the role %s is not given as a further right; apply for it"), name);
    if ((r = check_kind(x, role, p ? p->staff : "", as_extra)) != 0)
        return r;
    return check_exclusions(a, x, role, as_extra);
}
