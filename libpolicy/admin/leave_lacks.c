/* What a leaving still lacks before it is closed. */
#include "admin/leave.h"

/* GD-A5.2(5), SZ-A3.2: what everybody gives back. Devices are unbound, each with its own event. */
static const char *const items[] = {"documents", "passwords", "data"};
enum { ITEMS = 3 };

bool leave_has_returned(const Model__Leave *l, const char *item)
{
    for (size_t i = 0; i < l->n_returns; i++)
        if (strcmp(l->returns[i]->item, item) == 0)
            return true;
    return false;
}

static bool is_audited(const Model__Leave *l, const char *regulation)
{
    bool passed = false;
    for (size_t i = 0; i < l->n_audits; i++)
        if (strcmp(l->audits[i]->what, regulation) == 0)
            passed = strcmp(l->audits[i]->outcome, "passed") == 0;
    return passed;
}

int leave_row(const struct applying *ap, enum regulation regulation, const struct matrix_row **row)
{
    *row = NULL;
    return ap->regulations & regulation ? office_row(ap, regulation, row) : 0;
}

int leave_lacks_audit(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    static const enum regulation regulations[] = {REGULATION_GD, REGULATION_SZ};
    struct applying ap;
    int r = office_applying(a, x, "account", &ap);
    for (int i = 0; i < 2 && r == 0 && !*lacks; i++) {
        const struct matrix_row *row;
        Model__Organisation *o;
        if ((r = leave_row(&ap, regulations[i], &row)) != 0 || !row ||
            is_audited(x->leave, matrix_regulation_name(regulations[i])) ||
            (r = office_place(a, ap.unit, row->leaving.where, &o)) != 0)
            continue;
        *lacks = arena_printf(a->call.arena, _("the audit by an administrator of %s (%s)"), o->id,
                              regulations[i] == REGULATION_GD ? "GD-10" : "SZ-24");
    }
    return r;
}

static int lacks_hand_over(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_account(a->call.txn, x->name, &list, &count);
    for (size_t i = 0; r == 0 && i < count && !*lacks; i++)
        if (list[i]->until_at == 0)
            *lacks = arena_printf(a->call.arena, _("the device %s unbound"), list[i]->device);
    return r != 0 || *lacks ? r : leave_lacks_holding(a, x, lacks);
}

/* SZ-24: the leaver is audited by the agreement that he signed; without it nothing is closed. */
static int lacks_agreement(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    struct applying ap;
    const char *kind;
    int r;
    if ((r = office_applying(a, x, "account", &ap)) != 0 || !(ap.regulations & REGULATION_SZ) ||
        (r = policy_pledge(a->call.txn, x, NULL, 0, a->now_at, &kind)) != 0)
        return r;
    if (kind)
        *lacks = arena_printf(a->call.arena, _("the agreement %s on file (SZ-24)"), kind);
    return 0;
}

int leave_lacks(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    const Model__Leave *l = x->leave;
    int r;
    *lacks = NULL;
    if (!l->frozen_at)
        *lacks = _("its day");
    for (int i = 0; i < ITEMS && !*lacks; i++)
        if (!leave_has_returned(l, items[i]))
            *lacks = arena_printf(a->call.arena, _("the return of \"%s\""), items[i]);
    if (!*lacks && l->successor[0] && !l->accepted)
        *lacks = arena_printf(a->call.arena, _("the acceptance by %s (SZ-15)"), l->successor);
    bool dead = strcmp(l->reason, "dead") == 0;
    if (!*lacks && l->successor[0] && !l->handed && !dead)
        *lacks = _("the leaver's signature under what was handed over (SZ-24)");
    if ((!*lacks && (r = lacks_hand_over(a, x, lacks)) != 0) ||
        (!*lacks && !dead && (r = lacks_agreement(a, x, lacks)) != 0))
        return r;
    return *lacks ? 0 : leave_lacks_audit(a, x, lacks);
}
