/* Who asks, as the matrix sees him. */
#include "admin/office.h"

/* The regulation of each system, as the profiles name it. */
static int regulations_of(struct gdpop_admin *a, const Model__Account *x, unsigned *regulations)
{
    *regulations = 0;
    for (size_t i = 0; i < x->n_systems; i++) {
        struct settings s;
        int r = policy_settings(a->call.txn, &x->systems[i], 1, &s);
        if (r != 0)
            return r;
        bool sz = strcmp(settings_text(&s, SETTING_approval_matrix), "sz") == 0;
        *regulations |= sz ? REGULATION_SZ : REGULATION_GD;
    }
    if (*regulations == 0)
        *regulations = REGULATION_GD; /* without systems: no act goes without an answer */
    return 0;
}

static int is_learner(struct gdpop_admin *a, const Model__Account *x, bool *learner)
{
    Model__Role *role;
    int r = store_get_role(a->call.txn, x->role, &role);
    *learner = r == 0 && strcmp(role->kind, "learner") == 0;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

/* Whether the person is the responsible leader of the bureau that answers. */
static int is_leader(struct gdpop_admin *a, const struct applying *ap, bool *leader)
{
    Model__Organisation *o;
    int r = office_place(a, ap->unit, WHERE_ANSWERS, &o);
    *leader = false;
    for (size_t i = 0; r == 0 && i < o->n_leaders; i++)
        *leader |= strcmp(o->leaders[i]->kind, "responsible") == 0 &&
                   office_in_term(o->leaders[i], a->now_at) &&
                   strcmp(o->leaders[i]->person, ap->account->person) == 0;
    return r;
}

int office_applying(struct gdpop_admin *a, const Model__Account *x, const char *act_name,
                    struct applying *ap)
{
    bool learner, leader;
    int r;
    *ap = (struct applying){.account = x, .act_name = act_name, .act = matrix_act(act_name)};
    if ((r = store_get_organisation(a->call.txn, x->organisation, &ap->unit)) != 0 ||
        (x->person[0] && (r = store_get_person(a->call.txn, x->person, &ap->person)) != 0) ||
        (r = regulations_of(a, x, &ap->regulations)) != 0 ||
        (r = is_learner(a, x, &learner)) != 0 || (r = is_leader(a, ap, &leader)) != 0)
        return r;
    const char *staff = ap->person ? ap->person->staff : "";
    bool vendor = strcmp(staff, "vendor") == 0 || strcmp(ap->unit->kind, "vendor") == 0;
    ap->level = office_level(ap->unit);
    ap->applicant = !x->name[0] ? APPLICANT_UNIT
                    : x->duties ? APPLICANT_ADMINISTRATOR
                    : vendor    ? APPLICANT_VENDOR
                    : learner   ? APPLICANT_LEARNER
                    : leader    ? APPLICANT_LEADER
                                : APPLICANT_OPERATOR;
    ap->conditions = (vendor ? CONDITION_VENDOR : 0u) |
                     (strcmp(ap->unit->kind, "data-user") == 0 ? CONDITION_DATA_USER : 0u);
    if (strcmp(staff, "temporary") == 0 || strcmp(staff, "seconded") == 0)
        ap->conditions |= CONDITION_TEMPORARY;
    return 0;
}
