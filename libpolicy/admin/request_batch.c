/* The noun request: what is asked for, and each office's step. */
#include "admin/batch.h"

#include <stdlib.h>

static int open_request(struct gdpop_admin *a, const struct request *q)
{
    const char *organisation = request_text(q, "org");
    Model__Paper *paper;
    Model__Organisation *o;
    Model__Request *batch;
    int64_t signed_at;
    int r;
    if (!organisation)
        organisation = a->self ? a->self->organisation : "";
    if ((r = admin_organisation(a, organisation, &o)) != 0 ||
        (r = request_instant(a, q, "date", false, &signed_at)) != 0 ||
        (r = admin_paper(a, "request", request_file(q, "paper"),
                         admin_copy(a, request_word(q, "paper-number")), signed_at, &paper)) != 0 ||
        (r = batch_open(a, admin_copy(a, request_word(q, "act")), o->id, paper,
                        admin_copy(a, request_word(q, "purpose")), &batch)) != 0 ||
        (r = admin_event(a, "request.open", NULL, batch->id, batch->act)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Request"), batch->id)) != 0)
        return r;
    return result_message(a, _("request %s opened; add its rows with --request %s"), batch->id,
                          batch->id);
}

static const char *lacks_of(struct gdpop_admin *a, const Model__Request *batch,
                            const Model__RequestRow *row, int *r)
{
    struct applying ap;
    const char *lacks = NULL;
    Model__Account *x;
    if (strcmp(row->state, "submitted") == 0 && (*r = batch_account(a, batch, row, &x)) == 0 &&
        (*r = office_applying(a, x, batch->act, &ap)) == 0)
        *r = batch_lacks(a, &ap, row, &lacks);
    return lacks ? lacks : "";
}

static int describe(struct gdpop_admin *a, const Model__Request *batch)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Request"), batch->id)) != 0 ||
        (r = result_word(a, "act", _("Act"), batch->act)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), batch->organisation)) != 0 ||
        (r = result_word(a, "state", _("State"), batch_state(batch))) != 0 ||
        (r = result_number(a, "rows", _("Rows"), (int64_t)batch->n_rows)) != 0 ||
        (r = result_text(a, "submitted_by", _("Filed by"), batch->submitted_by)) != 0 ||
        (r = result_instant(a, "submitted_at", _("Filed"), batch->submitted_at)) != 0)
        return r;
    return result_instant(a, "expires_at", _("Expires"), batch->expires_at);
}

struct listing {
    struct gdpop_admin *a;
    bool all;
};

static int list_one(struct bytes key, void *message, void *arg)
{
    const struct listing *l = arg;
    const Model__Request *batch = message;
    bool sees;
    (void)key;
    if (batch->closed_at && !l->all)
        return 0;
    int r = admin_sees(l->a, batch->organisation, &sees);
    return r == 0 && sees ? describe(l->a, batch) : r;
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {a, request_flag(q, "all")};
    Model__Request **open;
    size_t count;
    int r;
    result_list(a);
    if (l.all)
        return store_scan(a->call.txn, &table_request, BYTES("", 0), list_one, &l);
    if ((r = store_open_requests(a->call.txn, &open, &count)) != 0)
        return r;
    for (size_t i = 0; i < count && r == 0; i++)
        r = list_one(BYTES("", 0), open[i], &l);
    return r;
}

/* "principal gd": the capacity is a word. */
static const char *office_shown(struct gdpop_admin *a, const char *office)
{
    size_t len = strcspn(office, " ");
    const char *capacity = arena_printf(a->call.arena, "%.*s", (int)len, office);
    const char *shown =
        capacity ? arena_printf(a->call.arena, "%s%s", word_shown(capacity), office + len) : NULL;
    return shown ? shown : office;
}

static int show_decision(struct gdpop_admin *a, const Model__Decision *d)
{
    int r;
    if ((r = result_row(a, 1)) != 0 || (r = result_word(a, "step", _("Step"), d->step)) != 0 ||
        (r = result_text(a, "what", _("What"), d->what)) != 0 ||
        (r = result_word(a, "outcome", _("Outcome"), d->outcome)) != 0 ||
        (r = result_text(a, "person", _("By"), d->person)) != 0 ||
        (r = result_shown(a, "office", _("Office"), d->office, office_shown(a, d->office))) != 0 ||
        (r = result_instant(a, "decided_at", _("Date"), d->decided_at)) != 0 ||
        (r = result_text(a, "recorded_by", _("Recorded by"), d->recorded_by)) != 0)
        return r;
    return result_text(a, "confirmed_by", _("Confirmed by"), d->confirmed_by);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    Model__Request *batch;
    int r = batch_get(a, request_word(q, "id"), &batch);
    result_list(a);
    for (size_t i = 0; r == 0 && i < batch->n_rows; i++) {
        const Model__RequestRow *row = batch->rows[i];
        const char *lacks = lacks_of(a, batch, row, &r);
        if (r != 0 || (r = result_row(a, 0)) != 0 ||
            (r = result_number(a, "row", _("Row"), row->number)) != 0 ||
            (r = result_text(a, "account", _("Account"), batch_subject(row))) != 0 ||
            (r = result_word(a, "state", _("State"), row->state)) != 0 ||
            (r = result_text(a, "lacks", _("Lacks"), lacks)) != 0 ||
            (r = result_text(a, "carried_out_by", _("Carried out by"), row->carried_out_by)) != 0)
            return r;
        for (size_t k = 0; k < row->n_decisions && r == 0; k++)
            r = show_decision(a, row->decisions[k]);
    }
    return r;
}

/* ---- Steps: on one row, or on all of them that are in the state ---- */

struct step {
    const struct request *q;
    Model__Request *batch;
    const char *lacks; /* of the last row */
    unsigned done;
    int (*take)(struct gdpop_admin *a, struct step *s, Model__RequestRow *row);
    const char *state; /* rows in it are meant; NULL: any */
};

static int take_step(struct gdpop_admin *a, struct step *s)
{
    const char *number = request_text(s->q, "row");
    Model__RequestRow *row;
    int r = batch_get(a, request_word(s->q, "id"), &s->batch);
    if (r == 0 && number) {
        if ((r = batch_row(s->batch, (uint32_t)strtoul(number, NULL, 10), &row)) == 0 &&
            (r = s->take(a, s, row)) == 0)
            s->done = 1;
        return r;
    }
    for (size_t i = 0; r == 0 && i < s->batch->n_rows; i++) {
        if (s->state && strcmp(s->batch->rows[i]->state, s->state) != 0)
            continue;
        if ((r = s->take(a, s, s->batch->rows[i])) == 0)
            s->done++;
    }
    if (r == 0 && s->done == 0)
        r = err_fail(GDPOP_ERR_REFUSED, _("request %s has no row that is %s"), s->batch->id,
                     word_shown(s->state ? s->state : "open"));
    return r;
}

static int rule_row(struct gdpop_admin *a, struct step *s, Model__RequestRow *row)
{
    struct ruling ruling = {.reject = strcmp(s->q->operation->verb, "reject") == 0,
                            .leader = request_text(s->q, "leader"),
                            .file = request_file(s->q, "paper"),
                            .number = request_word(s->q, "paper-number"),
                            .reason = request_word(s->q, "reason")};
    int r = request_instant(a, s->q, "date", false, &ruling.at);
    if (r != 0)
        return r;
    if (a->self && a->self->duties == 0) {
        ruling.by_login = true;
        ruling.leader = a->self->person;
        ruling.at = a->now_at;
    }
    return batch_decide(a, s->batch, row, &ruling, &s->lacks);
}

static int tell(struct gdpop_admin *a, const struct step *s, int r)
{
    if (r != 0)
        return r;
    if (s->lacks)
        return result_message(a, _("%u rows of %s done; to go on it lacks %s"), s->done,
                              s->batch->id, s->lacks);
    return result_message(a, _("%u rows of %s done"), s->done, s->batch->id);
}

static int decide_rows(struct gdpop_admin *a, const struct request *q)
{
    struct step s = {.q = q, .take = rule_row, .state = "submitted"};
    return tell(a, &s, take_step(a, &s));
}

static int confirm_row(struct gdpop_admin *a, struct step *s, Model__RequestRow *row)
{
    unsigned confirmed = 0;
    for (size_t i = 0; i < row->n_decisions; i++) {
        Model__Decision *d = row->decisions[i];
        if (!d->needs_second || d->confirmed_by[0])
            continue;
        if (a->self && strcmp(d->recorded_by, a->actor) == 0)
            return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                            _("who filed a paper does not confirm it: ask another administrator"));
        if (a->self && strcmp(d->person, a->self->person) == 0)
            return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                            _("who approves does not carry out: %s is you"), d->person);
        d->confirmed_by = (char *)a->actor;
        d->confirmed_at = a->now_at;
        confirmed++;
    }
    int r = admin_not_self(a, row->account);
    if (r == 0 && confirmed == 0)
        r = err_fail(GDPOP_ERR_REFUSED, _("row %u of %s holds no paper to confirm"), row->number,
                     s->batch->id);
    if (r != 0 ||
        (r = admin_event(a, "request.confirm", batch_subject(row), s->batch->id, NULL)) != 0)
        return r;
    return batch_settle(a, s->batch, row, &s->lacks);
}

static int confirm(struct gdpop_admin *a, const struct request *q)
{
    struct step s = {.q = q, .take = confirm_row, .state = "submitted"};
    return tell(a, &s, take_step(a, &s));
}

static int add_consent(struct gdpop_admin *a, struct step *s, Model__RequestRow *row)
{
    Model__Decision *d = arena_alloc(a->call.arena, sizeof(*d));
    int64_t signed_at;
    int r;
    if (!d)
        return GDPOP_ERR_NOMEM;
    model__decision__init(d);
    d->step = (char *)"consent";
    d->outcome = (char *)"given";
    d->what = admin_copy(a, request_word(s->q, "kind"));
    d->person = admin_copy(a, request_word(s->q, "unit"));
    d->recorded_by = (char *)a->actor;
    d->recorded_at = a->now_at;
    if (!d->what || !d->person)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_not_self(a, row->account)) != 0 ||
        (r = request_instant(a, s->q, "date", false, &signed_at)) != 0)
        return r;
    if (signed_at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    if (strcmp(row->state, "submitted") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("row %u of %s is %s already"), row->number,
                        s->batch->id, word_shown(row->state));
    d->decided_at = signed_at;
    if ((r = admin_paper(a, d->what, request_file(s->q, "paper"),
                         admin_copy(a, request_word(s->q, "paper-number")), signed_at,
                         &d->paper)) != 0 ||
        (r = codec_add_message(a->call.arena, &row->decisions, &row->n_decisions, d)) != 0 ||
        (r = admin_event(a, "request.consent", row->account, s->batch->id, d->what)) != 0)
        return r;
    return batch_settle(a, s->batch, row, &s->lacks);
}

static int consent(struct gdpop_admin *a, const struct request *q)
{
    struct step s = {.q = q, .take = add_consent, .state = "submitted"};
    return tell(a, &s, take_step(a, &s));
}

static int carry_out_row(struct gdpop_admin *a, struct step *s, Model__RequestRow *row)
{
    int r = admin_not_self(a, row->account);
    return r != 0 ? r : batch_carry_out(a, s->batch, row);
}

static int carry_out(struct gdpop_admin *a, const struct request *q)
{
    struct step s = {.q = q, .take = carry_out_row, .state = "approved"};
    return tell(a, &s, take_step(a, &s));
}

static int withdraw_row(struct gdpop_admin *a, struct step *s, Model__RequestRow *row)
{
    int r = admin_not_self(a, row->account);
    return r != 0 ? r : batch_end(a, s->batch, row, "withdrawn");
}

static int withdraw(struct gdpop_admin *a, const struct request *q)
{
    struct step s = {.q = q, .take = withdraw_row, .state = "submitted"};
    return tell(a, &s, take_step(a, &s));
}

#define ID_AND_ROW                                                                                 \
    POSITIONAL("id", "REQUEST", N_("its number")),                                                 \
        OPTIONAL("row", GDPOP_PARAM_NUMBER, "N", N_("only this row"))
#define PAPER                                                                                      \
    OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the signed paper; its digest is kept")),       \
        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark"))
#define DECISION                                                                                   \
    PAPER,                                                                                         \
        OPTIONAL("leader", GDPOP_PARAM_WORD, "PERSON",                                             \
                 N_("who decided; the one whose office it is when left out")),                     \
        OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("day of the decision, today when left out"))

static const struct gdpop_param open_params[] = {
    {.name = "act",
     .kind = GDPOP_PARAM_WORD,
     .required = true,
     .metavar = "ACT",
     .choices = "account right urgent exception window waiver observe",
     .help = N_("what is asked for")},
    OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
             N_("the organisation that asks; your own when left out")),
    PAPER,
    OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("day of the signature")),
    OPTIONAL("purpose", GDPOP_PARAM_TEXT, "TEXT", N_("what for")),
    PARAMS_END,
};
static const struct gdpop_param list_params[] = {
    OPTIONAL("all", GDPOP_PARAM_FLAG, NULL, N_("also those that are closed")), PARAMS_END};
static const struct gdpop_param show_params[] = {POSITIONAL("id", "REQUEST", N_("its number")),
                                                 PARAMS_END};
static const struct gdpop_param consent_params[] = {
    ID_AND_ROW,
    {.name = "kind",
     .kind = GDPOP_PARAM_WORD,
     .required = true,
     .metavar = "KIND",
     .choices = "department A1 A3 A3-member nda background",
     .help = N_("which consent")},
    REQUIRED("unit", GDPOP_PARAM_TEXT, "TEXT", N_("who consented")),
    REQUIRED("date", GDPOP_PARAM_DATE, "DATE", N_("day of the signature")),
    PAPER,
    PARAMS_END,
};
static const struct gdpop_param approve_params[] = {ID_AND_ROW, DECISION, PARAMS_END};
static const struct gdpop_param reject_params[] = {
    ID_AND_ROW, DECISION, REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END};
static const struct gdpop_param row_params[] = {ID_AND_ROW, PARAMS_END};

#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)
#define OPERATION(verb_, help_, example_, duties_, writes_, run_, params_)                         \
    {                                                                                              \
        .public = {.noun = "request",                                                              \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = params_},                                                             \
        .run = run_                                                                                \
    }

const struct operation operations_request[] = {
    OPERATION("approve", N_("Approve rows of a request, or file the leader's signed approval."),
              "R000001 --paper decision.pdf --date 2026-03-02", MANAGERS | GDPOP_DUTY_LEADER, true,
              decide_rows, approve_params),
    OPERATION("carry-out", N_("Carry out approved rows."), "R000001 --row 2", MANAGERS, true,
              carry_out, row_params),
    OPERATION("confirm", N_("Confirm, as the second administrator, a filed approval."), "R000001",
              MANAGERS, true, confirm, row_params),
    OPERATION("consent", N_("Record a consent that comes before the approval."),
              "R000001 --row 1 --kind department --unit 人事科 --date 2026-03-01", MANAGERS, true,
              consent, consent_params),
    OPERATION("list", N_("List the requests under way."), "--all",
              GDPOP_DUTY_ANY | GDPOP_DUTY_LEADER, false, list, list_params),
    OPERATION("open", N_("Open a request of several rows on one paper."),
              "--act account --paper forms.pdf --paper-number 穗卫信〔2026〕3号", MANAGERS, true,
              open_request, open_params),
    OPERATION("reject", N_("Reject rows of a request, or file the leader's refusal."),
              "R000001 --row 3 --reason 岗位不符", MANAGERS | GDPOP_DUTY_LEADER, true, decide_rows,
              reject_params),
    OPERATION("show", N_("Show the rows of a request, its steps and what it lacks."), "R000001",
              GDPOP_DUTY_ANY | GDPOP_DUTY_LEADER, false, show, show_params),
    OPERATION("withdraw", N_("Take back rows that are not decided."), "R000001 --row 2",
              GDPOP_DUTY_SYSTEM, true, withdraw, row_params),
    {.public = {.noun = NULL}},
};
