/* The accounts of a unit as a list for seal and review (GB/T 22239 8.1.4.2 c). */
#include "admin/admin.h"

#include "model/identity.h"

#include <stdlib.h>

struct gathering {
    struct gdpop_admin *a;
    const char *top;
    bool below;
    Model__Account **list;
    size_t count;
};

static int gather(struct bytes key, void *message, void *arg)
{
    struct gathering *g = arg;
    const Model__Account *x = message;
    bool within = strcmp(x->organisation, g->top) == 0;
    (void)key;
    if (strcmp(x->state, "closed") == 0)
        return 0;
    if (!within && g->below) {
        int r = store_is_within(g->a->call.txn, x->organisation, g->top, &within);
        if (r != 0)
            return r;
    }
    return within ? codec_add_message(g->a->call.arena, &g->list, &g->count, message) : 0;
}

/* One unit after the other: each puts its seal on its own. */
static int by_unit(const void *a, const void *b)
{
    const Model__Account *x = *(Model__Account *const *)a, *y = *(Model__Account *const *)b;
    int order = strcmp(x->organisation, y->organisation);
    return order ? order : strcmp(x->name, y->name);
}

static const char *duty_word(unsigned duties)
{
    return duties == GDPOP_DUTY_SYSTEM     ? "system"
           : duties == GDPOP_DUTY_SECURITY ? "security"
           : duties == GDPOP_DUTY_AUDIT    ? "audit"
                                           : "";
}

static const char *join(struct gdpop_admin *a, char **list, size_t count)
{
    const char *text = "";
    for (size_t i = 0; text && i < count; i++)
        text = arena_printf(a->call.arena, "%s%s%s", text, i ? " " : "", list[i]);
    return text ? text : "";
}

/* Who stands behind it, the numbers masked; a service account has nobody. */
static int describe_person(struct gdpop_admin *a, const Model__Account *x)
{
    char number[64] = "", phone[32] = "";
    Model__Person none = MODEL__PERSON__INIT, *p = &none;
    int r = x->person[0] ? store_get_person(a->call.txn, x->person, &p) : 0;
    if (r != 0)
        return r;
    if (p->document)
        identity_mask(p->document->number, number, sizeof(number));
    identity_mask(p->phone, phone, sizeof(phone));
    if ((r = result_text(a, "name", _("Name"), x->service ? x->custodian : p->name)) != 0 ||
        (r = result_text(a, "id_number", _("Document number"), number)) != 0 ||
        (r = result_text(a, "department", _("Department"), p->department)) != 0 ||
        (r = result_text(a, "post", _("Post"), p->post)) != 0)
        return r;
    return result_text(a, "phone", _("Telephone"), phone);
}

static int describe(struct gdpop_admin *a, const Model__Account *x)
{
    Model__Organisation *o;
    Model__Counter *c;
    int r;
    if ((r = store_get_organisation(a->call.txn, x->organisation, &o)) != 0 ||
        (r = store_get_counter(a->call.txn, x->name, &c)) != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), o->id)) != 0 ||
        (r = result_text(a, "organisation_name", _("Name of the unit"), o->name)) != 0 ||
        (r = result_instant(a, "as_of", _("As of"), a->now_at)) != 0 ||
        (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = describe_person(a, x)) != 0 ||
        (r = result_text(a, "systems", _("Systems"), join(a, x->systems, x->n_systems))) != 0 ||
        (r = result_text(a, "role", _("Role"), x->role)) != 0 ||
        (r = result_word(a, "duty", _("Duty"), duty_word(x->duties))) != 0 ||
        (r = result_word(a, "state", _("State"), x->state)) != 0 ||
        (r = result_instant(a, "expires_at", _("Expires"), x->expires_at)) != 0)
        return r;
    return result_instant(a, "last_login_at", _("Last login"), c->last_login_at);
}

static int sheet(struct gdpop_admin *a, const struct request *q)
{
    struct gathering g = {.a = a, .below = request_flag(q, "below")};
    Model__Organisation *o;
    int r = admin_organisation(a, request_word(q, "org"), &o);
    if (r != 0)
        return r;
    result_list(a);
    g.top = o->id;
    if ((r = store_each(a->call.txn, &table_account, BYTES("", 0), gather, &g)) != 0)
        return r;
    if (g.count)
        qsort(g.list, g.count, sizeof(*g.list), by_unit);
    for (size_t i = 0; r == 0 && i < g.count; i++)
        r = describe(a, g.list[i]);
    const char *detail = arena_printf(a->call.arena, "%zu", g.count);
    if (r != 0 || (r = admin_event(a, "account.sheet", NULL, o->id, detail)) != 0)
        return r;
    return result_message(a,
                          _("%zu accounts listed; once it is sealed: register add account-review "
                            "--org %s --paper FILE"),
                          g.count, o->id);
}

const struct operation operations_account_sheet[] = {
    {.public = {.noun = "account",
                .verb = "sheet",
                .help = N_("Write the accounts of a unit to a file, for its review and seal."),
                .duties = GDPOP_DUTY_ANY,
                .writes = true,
                .example = "gdws --out accounts.xlsx",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("org", "ORG", N_("the unit")),
                        REQUIRED("out", GDPOP_PARAM_SHEET, "FILE", N_("a new file")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .choices = "xlsx csv",
                         .help = N_("xlsx, also when left out, or csv")},
                        FLAG("below", N_("the units that it supervises too, each by itself")),
                        PARAMS_END}},
     .run = sheet},
    {.public = {.noun = NULL}},
};
