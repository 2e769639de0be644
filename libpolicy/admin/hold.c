/* Legal holds over events of the trail: while one is in force nothing it covers leaves the store.
 */
#include "audit/hold.h"
#include "admin/admin.h"

/* Whom it concerns: told, and in scope. The hold itself covers the whole trail of its period. */
static int read_subject(struct gdpop_admin *a, const struct request *q, Model__Permit *p)
{
    const char *org = request_text(q, "org"), *person = request_text(q, "person");
    Model__Organisation *o;
    Model__Person *x;
    int r;
    if (org && person)
        return err_fail(GDPOP_ERR_USAGE, _("--org and --person exclude each other"));
    p->setting = (char *)(org ? "org" : person ? "person" : "");
    if (org && (r = admin_organisation(a, org, &o)) != 0)
        return r;
    if (person && (r = admin_person(a, person, &x)) != 0)
        return r;
    p->value = admin_copy(a, org ? org : person ? person : "");
    return p->value ? 0 : GDPOP_ERR_NOMEM;
}

static int read_paper(struct gdpop_admin *a, const struct request *q, Model__Permit *p)
{
    const char *reference = admin_copy(a, request_word(q, "reference"));
    if (!reference)
        return GDPOP_ERR_NOMEM;
    return admin_paper(a, TRAIL_HOLD_KIND, request_file(q, "paper"), reference, a->now_at,
                       &p->paper);
}

static const char *period(struct gdpop_admin *a, const Model__Permit *p)
{
    char from[24], until[24];
    clock_format_minute(p->from_at, a->utc_offset_min, from);
    clock_format_minute(p->until_at, a->utc_offset_min, until);
    return arena_printf(a->call.arena, "%s – %s", from, p->until_at ? until : "");
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    int r;
    if (!request_text(q, "purpose") || !request_text(q, "reference") || !request_text(q, "from"))
        return err_fail(GDPOP_ERR_USAGE,
                        _("audit hold add needs --purpose, --reference and --from"));
    if ((r = admin_host_in_scope(a)) != 0 ||
        (r = request_instant(a, q, "from", false, &p.from_at)) != 0 ||
        (r = request_instant(a, q, "to", true, &p.until_at)) != 0 ||
        (r = read_subject(a, q, &p)) != 0 || (r = read_paper(a, q, &p)) != 0)
        return r;
    if (p.until_at && p.until_at <= p.from_at)
        return err_fail(GDPOP_ERR_USAGE, _("--to lies before --from"));
    p.kind = (char *)TRAIL_HOLD_KIND;
    p.reason = admin_copy(a, request_word(q, "purpose"));
    p.created_by = (char *)a->actor;
    p.created_at = a->now_at;
    const char *covered = period(a, &p);
    if (!p.reason || !covered)
        return GDPOP_ERR_NOMEM;
    char *detail = arena_printf(a->call.arena, "%s; %s; %s", covered, p.reason, p.paper->number);
    if (!detail || (r = store_next_id(a->call.txn, 'X', &p.id)) != 0 ||
        (r = store_put_permit(a->call.txn, &p)) != 0 ||
        (r = admin_event(a, "audit.hold.add", p.value, p.id, detail)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Hold"), p.id)) != 0)
        return detail ? r : GDPOP_ERR_NOMEM;
    return result_message(a, _("%s holds the events of %s: nothing takes them out of the store"),
                          p.id, covered);
}

/* Not by who set it: one administrator alone does not make evidence free. */
static int end(struct gdpop_admin *a, const struct request *q)
{
    const char *id = request_text(q, "id");
    Model__Permit *p;
    int r;
    if (!id || !request_text(q, "reason") || !request_text(q, "reference"))
        return err_fail(GDPOP_ERR_USAGE, _("audit hold end needs ID, --reason and --reference"));
    if ((r = admin_host_in_scope(a)) != 0)
        return r;
    r = store_get_permit(a->call.txn, id, &p);
    if (r == GDPOP_ERR_NOT_FOUND || (r == 0 && strcmp(p->kind, TRAIL_HOLD_KIND) != 0))
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no hold %s"), id);
    if (r != 0)
        return r;
    if (p->ended_at)
        return err_fail(GDPOP_ERR_REFUSED, _("%s has ended already"), p->id);
    if (a->self && strcmp(p->created_by, a->actor) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("who set a hold does not end it: ask another administrator"));
    p->ended_at = a->now_at;
    char *detail = arena_printf(a->call.arena, "%s; %s", request_word(q, "reason"),
                                request_word(q, "reference"));
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_permit(a->call.txn, p)) != 0 ||
        (r = admin_event(a, "audit.hold.end", p->value, p->id, detail)) != 0)
        return r;
    return result_message(a, _("the hold %s has ended"), p->id);
}

static int describe(struct bytes key, void *message, void *arg)
{
    struct gdpop_admin *a = arg;
    const Model__Permit *p = message;
    int r;
    (void)key;
    if (strcmp(p->kind, TRAIL_HOLD_KIND) != 0)
        return 0;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Hold"), p->id)) != 0 ||
        (r = result_instant(a, "from", _("From"), p->from_at)) != 0 ||
        (r = result_instant(a, "until", _("Until"), p->until_at)) != 0 ||
        (r = result_text(a, "concerns", _("Concerns"), p->value)) != 0 ||
        (r = result_text(a, "purpose", _("Purpose"), p->reason)) != 0 ||
        (r = result_text(a, "reference", _("Reference"), p->paper ? p->paper->number : "")) != 0 ||
        (r = result_text(a, "created_by", _("Set by"), p->created_by)) != 0 ||
        (r = result_instant(a, "created_at", _("Set"), p->created_at)) != 0)
        return r;
    return result_instant(a, "ended_at", _("Ended"), p->ended_at);
}

static int hold(struct gdpop_admin *a, const struct request *q)
{
    const char *what = request_word(q, "what");
    if (strcmp(what, "add") == 0)
        return add(a, q);
    if (strcmp(what, "end") == 0)
        return end(a, q);
    result_list(a);
    return store_scan(a->call.txn, &table_permit, BYTES("", 0), describe, a);
}

static const struct gdpop_param params[] = {
    {.name = "what",
     .kind = GDPOP_PARAM_WORD,
     .positional = true,
     .required = true,
     .metavar = "add|end|list",
     .help = N_("what to do"),
     .choices = "add end list"},
    OPTIONAL_POSITIONAL("id", "ID", N_("the hold that ends")),
    OPTIONAL("purpose", GDPOP_PARAM_TEXT, "TEXT", N_("what the events are needed for")),
    OPTIONAL("reference", GDPOP_PARAM_TEXT, "TEXT",
             N_("number of the case, order or letter that asks for it, or that lifts it")),
    OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("its scan; the digest is kept")),
    OPTIONAL("from", GDPOP_PARAM_DATE, "DATE", N_("first day of the events")),
    OPTIONAL("to", GDPOP_PARAM_DATE, "DATE", N_("last day; open when left out")),
    OPTIONAL("org", GDPOP_PARAM_WORD, "ORG", N_("the organisation it concerns")),
    OPTIONAL("person", GDPOP_PARAM_WORD, "PERSON", N_("the person it concerns")),
    OPTIONAL("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why it ends")),
    PARAMS_END,
};

const struct operation operations_hold[] = {
    {.public = {.noun = "audit",
                .verb = "hold",
                .help = N_("Keep the events of a period from leaving the store, whatever their "
                           "age; end that, or list it."),
                .example = "add --purpose 调查 --reference 穗公网2026-17 --from 2026-01-01",
                .duties = GDPOP_DUTY_SECURITY | GDPOP_DUTY_AUDIT,
                .writes = true,
                .params = params},
     .run = hold},
    {.public = {.noun = NULL}},
};
