/* What changes an organisation that works already. */
#include "admin/office.h"

#include "model/identity.h"

/* GD-12: the towns of Dongguan and Zhongshan exercise the county's powers once they take them up.
 */
static int take_up(struct gdpop_admin *a, const struct request *q)
{
    Model__Organisation *o;
    int64_t at;
    int r;
    if ((r = admin_organisation(a, request_word(q, "id"), &o)) != 0 ||
        (r = request_instant(a, q, "date", false, &at)) != 0)
        return r;
    if (!office_may_take_up(o))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("GD-12: only a town of Dongguan or Zhongshan exercises the county's "
                          "powers, and %s lies in %s at level %s"),
                        o->id, o->division, word_shown(o->level));
    if (o->taken_up)
        return err_fail(GDPOP_ERR_EXISTS, _("%s has taken them up already"), o->id);
    if (at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    if ((r = admin_paper(a, "take-up", request_file(q, "paper"),
                         admin_copy(a, request_word(q, "paper-number")), at, &o->taken_up)) != 0 ||
        (r = store_put_organisation(a->call.txn, o)) != 0 ||
        (r = admin_event(a, "org.take-up", NULL, o->id, NULL)) != 0)
        return r;
    return result_message(a, _("%s exercises the county's powers"), o->id);
}

/* ---- Suspension (GD-A3.4) ---- */

struct ending {
    struct gdpop_admin *a;
    const char *organisation;
    size_t count;
};

static int end_account(struct bytes key, void *message, void *arg)
{
    struct ending *e = arg;
    const Model__Account *x = message;
    Model__Session **list;
    size_t count;
    int r;
    (void)key;
    if (strcmp(x->organisation, e->organisation) != 0 || x->uid == 0 ||
        (e->a->self && strcmp(x->name, e->a->actor) == 0))
        return 0;
    if ((r = store_open_sessions(e->a->call.txn, x->name, &list, &count)) != 0 || count == 0)
        return r;
    e->count += count;
    return admin_end_sessions_after(e->a, x->uid);
}

static int suspend(struct gdpop_admin *a, const struct request *q)
{
    struct ending e = {a, request_word(q, "id"), 0};
    Model__Organisation *o;
    int r;
    if ((r = admin_organisation(a, e.organisation, &o)) != 0)
        return r;
    if (a->self && strcmp(a->self->organisation, o->id) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("nobody acts on themselves: %s is your own organisation"), o->id);
    if (o->suspended)
        return err_fail(GDPOP_ERR_EXISTS, _("%s is suspended already"), o->id);
    o->suspended = true;
    o->suspended_by = (char *)a->actor;
    o->suspended_reason = admin_copy(a, request_word(q, "reason"));
    if (!o->suspended_reason)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_organisation(a->call.txn, o)) != 0 ||
        (r = store_scan(a->call.txn, &table_account, BYTES("", 0), end_account, &e)) != 0 ||
        (r = admin_event(a, "org.suspend", NULL, o->id, o->suspended_reason)) != 0)
        return r;
    return result_message(a, _("%s is suspended: none of its accounts logs in; %zu sessions end"),
                          o->id, e.count);
}

/* As for an account of the organisation: a leader approves, and not who suspended records it. */
static int resume(struct gdpop_admin *a, const struct request *q)
{
    Model__Account nobody = MODEL__ACCOUNT__INIT;
    struct applying ap = {.account = &nobody,
                          .act_name = "account",
                          .act = ACT_ACCOUNT,
                          .regulations = REGULATION_GD,
                          .applicant = APPLICANT_OPERATOR};
    const struct matrix_row *row;
    struct officer officer;
    Model__Paper *paper;
    int64_t at;
    int r;
    if ((r = admin_organisation(a, request_word(q, "id"), &ap.unit)) != 0 ||
        (r = request_instant(a, q, "date", false, &at)) != 0)
        return r;
    if (!ap.unit->suspended)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is not suspended"), ap.unit->id);
    if (a->self && strcmp(ap.unit->suspended_by, a->actor) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("who suspended an organisation does not resume it"));
    ap.level = office_level(ap.unit);
    at = at ? at : clock_day_start(a->now_at, a->utc_offset_min, 0);
    if ((r = office_row(&ap, REGULATION_GD, &row)) != 0 ||
        (r = office_approver(a, &ap, row, request_text(q, "leader"), at, &officer)) != 0 ||
        (r = admin_paper(a, "decision", request_file(q, "paper"),
                         admin_copy(a, request_word(q, "paper-number")), at, &paper)) != 0)
        return r;
    ap.unit->suspended = false;
    ap.unit->suspended_by = ap.unit->suspended_reason = (char *)"";
    if ((r = store_put_organisation(a->call.txn, ap.unit)) != 0 ||
        (r = admin_event(a, "org.resume", NULL, ap.unit->id, officer.person)) != 0)
        return r;
    return result_message(a, _("%s is no longer suspended"), ap.unit->id);
}

/* ---- Recoding ---- */

static int recode(struct gdpop_admin *a, const struct request *q)
{
    Model__Recoding *old = arena_alloc(a->call.arena, sizeof(*old));
    Model__Organisation *o;
    bool known;
    int r;
    if (!old)
        return GDPOP_ERR_NOMEM;
    model__recoding__init(old);
    if ((r = admin_organisation(a, request_word(q, "id"), &o)) != 0 ||
        (r = identity_check_division(request_word(q, "division"), &known)) != 0)
        return r;
    old->division = o->division;
    old->until_at = a->now_at;
    old->by = (char *)a->actor;
    o->division = admin_copy(a, request_word(q, "division"));
    if (!o->division)
        return GDPOP_ERR_NOMEM;
    if ((r = codec_add_message(a->call.arena, &o->recodings, &o->n_recodings, old)) != 0 ||
        (r = store_put_organisation(a->call.txn, o)) != 0 ||
        (r = admin_event(a, "org.recode", NULL, o->id,
                         arena_printf(a->call.arena, "%s → %s", old->division, o->division))) != 0)
        return r;
    return result_message(a, _("%s lies in %s, formerly %s"), o->id, o->division, old->division);
}

#define ORG POSITIONAL("id", "ORG", N_("the organisation"))
#define PAPER                                                                                      \
    OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the signed paper; its digest is kept")),       \
        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark"))

static const struct gdpop_param take_up_params[] = {
    ORG,
    REQUIRED("paper", GDPOP_PARAM_FILE, "FILE", N_("the paper by which it takes them up")),
    OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),
    REQUIRED("date", GDPOP_PARAM_DATE, "DATE", N_("its day")),
    PARAMS_END,
};
static const struct gdpop_param suspend_params[] = {
    ORG, REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END};
static const struct gdpop_param resume_params[] = {
    ORG, PAPER,
    OPTIONAL("leader", GDPOP_PARAM_WORD, "PERSON",
             N_("who approved it; the one whose office it is when left out")),
    OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("day of the decision, today when left out")),
    PARAMS_END};
static const struct gdpop_param recode_params[] = {
    ORG, REQUIRED("division", GDPOP_PARAM_WORD, "CODE", N_("its new division code (GB/T 2260)")),
    PARAMS_END};

#define OPERATION(verb_, help_, example_, duties_, anyway_, run_, params_)                         \
    {                                                                                              \
        .public = {.noun = "org",                                                                  \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = true,                                                                 \
                   .params = params_},                                                             \
        .run = run_, .anyway = anyway_                                                             \
    }

const struct operation operations_org_change[] = {
    OPERATION("recode", N_("Record the new division code of an organisation."),
              "thws --division 440118", GDPOP_DUTY_SYSTEM, false, recode, recode_params),
    OPERATION("resume", N_("End an organisation's suspension, with a new approval."),
              "gongan --paper decision.pdf", GDPOP_DUTY_SECURITY, false, resume, resume_params),
    OPERATION("suspend", N_("Stop all accounts of an organisation at once."),
              "gongan --reason 违反承诺", GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY, true, suspend,
              suspend_params),
    OPERATION("take-up", N_("Let a town of Dongguan or Zhongshan exercise the county's powers."),
              "dgst --paper decision.pdf --date 2026-01-01", GDPOP_DUTY_SYSTEM, false, take_up,
              take_up_params),
    {.public = {.noun = NULL}},
};
