/* observe start: a host or an organisation that comes from other means begins with its rules
 * observing until a day, so that nobody is locked out on the first one. Wrong passwords, lockout,
 * freezes, closed and expired accounts, lending, initial passwords and lost devices hold at once.
 */
#include "admin/office.h"
#include "admin/permit.h"

static const struct rule *find_rule(const char *name)
{
    const struct rule *list;
    size_t count = rules_login(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* An organisation, else a host; *top is whose leaders answer for it. */
static int read_subject(struct gdpop_admin *a, const char *name, Model__Permit *p,
                        Model__Organisation **unit)
{
    Model__Host *host;
    int r;
    if (!name) { /* for all: of the actor's own organisation, which is the top */
        p->subject = (char *)"";
        return (r = permit_check_top(a)) != 0 || !a->self
                   ? r
                   : store_get_organisation(a->call.txn, a->self->organisation, unit);
    }
    r = store_get_organisation(a->call.txn, name, unit);
    if (r == 0) {
        p->subject = (*unit)->id;
        return admin_scope(a, (*unit)->id);
    }
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    const char *id = strcmp(name, "host") == 0 ? a->host_id : name;
    if ((r = store_get_host(a->call.txn, id, &host)) == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is neither an organisation nor a host %s"), name);
    if (r != 0 || (r = admin_scope(a, host->organisation)) != 0)
        return r;
    p->subject = host->id;
    return store_get_organisation(a->call.txn, host->organisation, unit);
}

static bool leads(const Model__Organisation *o, const char *person, int64_t at)
{
    for (size_t i = 0; i < o->n_leaders; i++)
        if (strcmp(o->leaders[i]->person, person) == 0 &&
            strcmp(o->leaders[i]->kind, "head") != 0 &&
            strcmp(o->leaders[i]->kind, "delegate") != 0 && office_in_term(o->leaders[i], at))
            return true;
    return false;
}

/* Who lets rules wait is a leader of the organisation that supervises it, or of one above that; at
 * the top its own. */
static int check_leader(struct gdpop_admin *a, const Model__Organisation *unit, const char *person,
                        int64_t at)
{
    Model__Organisation *o;
    const char *id = unit->supervised_by[0] ? unit->supervised_by : unit->id;
    if (a->self && strcmp(person, a->self->person) == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("--leader: who files the paper does not approve it"));
    for (int level = 0; level < 16 && id[0]; level++, id = o->supervised_by) {
        int r = store_get_organisation(a->call.txn, id, &o);
        if (r != 0)
            return r;
        if (leads(o, person, at))
            return 0;
    }
    return err_fail(GDPOP_ERR_REFUSED,
                    _("--leader: %s was no leader in office of %s or of an organisation above it "
                      "on that date"),
                    person, unit->supervised_by[0] ? unit->supervised_by : unit->id);
}

static int read_paper(struct gdpop_admin *a, const struct request *q,
                      const Model__Organisation *unit, Model__Permit *p)
{
    int64_t signed_at;
    int r = request_instant(a, q, "date", false, &signed_at);
    if (r != 0)
        return r;
    if (signed_at == 0)
        signed_at = clock_day_start(a->now_at, a->utc_offset_min, 0);
    if (signed_at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    p->approver = admin_copy(a, request_word(q, "leader"));
    p->assessor = (char *)a->actor;
    if (!p->approver)
        return GDPOP_ERR_NOMEM;
    if (unit && (r = check_leader(a, unit, p->approver, signed_at)) != 0)
        return r;
    return admin_paper(a, "decision", request_file(q, "paper"),
                       admin_copy(a, request_word(q, "paper-number")), signed_at, &p->paper);
}

static int add_rule(struct gdpop_admin *a, const Model__Permit *frame, const char *rule)
{
    Model__Permit p = *frame;
    p.setting = (char *)rule;
    return permit_finish(a, &p);
}

static int add_named(struct gdpop_admin *a, const Model__Permit *p, char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = find_rule(names[i]);
        int r;
        if (!rule)
            return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no rule %s"), names[i]);
        if (!rule->may_start)
            return err_fail(GDPOP_ERR_REFUSED, _("%s the rule %s always decides"), rule->serves,
                            rule->name);
        if ((r = add_rule(a, p, rule->name)) != 0)
            return r;
    }
    return 0;
}

static int add_all(struct gdpop_admin *a, const Model__Permit *p)
{
    const struct rule *list;
    size_t count = rules_login(&list);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (list[i].may_start)
            r = add_rule(a, p, list[i].name);
    return r;
}

static int start(struct gdpop_admin *a, const struct request *q)
{
    const char *subject = request_text(q, "subject");
    Model__Organisation *unit = NULL;
    Model__Permit p;
    char **names, until[24];
    size_t count;
    int r;
    if (!subject == !request_flag(q, "all"))
        return err_fail(GDPOP_ERR_USAGE, _("observe start needs either SUBJECT or --all"));
    if ((r = permit_begin(a, q, &p)) != 0 || (r = read_subject(a, subject, &p, &unit)) != 0 ||
        (r = read_paper(a, q, unit, &p)) != 0 ||
        (r = request_all(a, q, "rule", &names, &count)) != 0)
        return r;
    result_list(a);
    if ((r = count ? add_named(a, &p, names, count) : add_all(a, &p)) != 0)
        return r;
    clock_format_minute(p.until_at, a->utc_offset_min, until);
    return result_message(a,
                          _("%zu rules only observe until %s; see account list --would-deny for "
                            "who would be locked out then"),
                          a->result.count, until);
}

const struct operation operations_observe[] = {
    {.public = {.noun = "observe",
                .verb = "start",
                .help =
                    N_("Begin on a host or in an organisation with rules that only record, until a "
                       "day."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "host --from 2026-05-01 --until 2026-05-31 --leader P000001 --paper "
                           "decision.pdf --reason 平滑切换",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("subject", "SUBJECT",
                                            N_("an organisation or a host; \"host\" is this one")),
                        OPTIONAL("all", GDPOP_PARAM_FLAG, NULL, N_("everybody")),
                        {.name = "rule",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "NAME",
                         .help = N_("a rule; all that may when left out")},
                        REQUIRED("leader", GDPOP_PARAM_WORD, "PERSON",
                                 N_("who approved it, a leader of the level above")),
                        REQUIRED("paper", GDPOP_PARAM_FILE, "FILE",
                                 N_("the signed paper; its digest is kept")),
                        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER",
                                 N_("its number or shelf mark")),
                        OPTIONAL("date", GDPOP_PARAM_DATE, "DATE",
                                 N_("day of the decision, today when left out")),
                        REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                        PARAMS_END}},
     .run = start},
    {.public = {.noun = NULL}},
};
