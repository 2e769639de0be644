/* Consents, approvals of each regulation, and the second administrator for papers. */
#include "admin/batch.h"

#include "admin/lifecycle.h"

static const enum regulation regulations[] = {REGULATION_GD, REGULATION_SZ};
enum { REGULATIONS = 2 };

static const Model__Decision *find_decision(const Model__RequestRow *row, const char *step,
                                            const char *what)
{
    const Model__Decision *found = NULL;
    for (size_t i = 0; i < row->n_decisions; i++)
        if (strcmp(row->decisions[i]->step, step) == 0 &&
            strcmp(row->decisions[i]->what, what) == 0)
            found = row->decisions[i];
    return found;
}

static bool has_kind(Model__Agreement **list, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(list[i]->kind, kind) == 0)
            return true;
    return false;
}

/* A consent is a step of the row, or the agreement that stands for it on file. */
static int has_consent(struct gdpop_admin *a, const struct applying *ap,
                       const Model__RequestRow *row, const char *what, bool *has)
{
    Model__Agreement **own, **unit;
    size_t own_count, unit_count;
    int r;
    if ((r = store_agreements_of(a->call.txn, ap->account->person, &own, &own_count)) != 0 ||
        (r = store_agreements_of_unit(a->call.txn, ap->unit->id, &unit, &unit_count)) != 0)
        return r;
    const char *kind = strcmp(what, "A3-member") == 0 ? "A3" : what;
    bool of_unit = strcmp(what, "A1") == 0 || strcmp(what, "A3") == 0;
    *has = find_decision(row, "consent", what) ||
           (of_unit ? has_kind(unit, unit_count, kind) : has_kind(own, own_count, kind));
    return 0;
}

int batch_lacks_consent(struct gdpop_admin *a, const struct applying *ap,
                        const Model__RequestRow *row, const char **lacks)
{
    const struct consent_row *rows;
    size_t count = matrix_consents(&rows);
    *lacks = NULL;
    for (size_t i = 0; i < count && !*lacks; i++) {
        bool has;
        if (!(rows[i].regulation & ap->regulations) || !(rows[i].acts & ap->act) ||
            !(rows[i].conditions & ap->conditions))
            continue;
        int r = has_consent(a, ap, row, rows[i].what, &has);
        if (r != 0)
            return r;
        if (!has)
            *lacks = arena_printf(a->call.arena, _("the consent \"%s\" (%s)"), rows[i].what,
                                  rows[i].article);
    }
    return 0;
}

static int lacks_approval(struct gdpop_admin *a, const struct applying *ap,
                          const Model__RequestRow *row, enum regulation regulation,
                          const char **lacks)
{
    const struct matrix_row *asks;
    int r = office_row(ap, regulation, &asks);
    if (r != 0 || !asks || asks->approves[0].who == WHO_NOBODY)
        return r;
    const Model__Decision *d = find_decision(row, "approval", matrix_regulation_name(regulation));
    if (!d)
        *lacks = arena_printf(a->call.arena, _("the approval of %s (%s)"),
                              office_who(a, ap, asks, a->now_at), asks->article);
    else if (d->needs_second && !d->confirmed_by[0])
        *lacks = arena_printf(a->call.arena,
                              _("the confirmation of the paper by a second administrator (%s)"),
                              asks->article);
    return 0;
}

int batch_lacks(struct gdpop_admin *a, const struct applying *ap, const Model__RequestRow *row,
                const char **lacks)
{
    int r = batch_lacks_consent(a, ap, row, lacks);
    for (int i = 0; r == 0 && !*lacks && i < REGULATIONS; i++)
        if (ap->regulations & regulations[i])
            r = lacks_approval(a, ap, row, regulations[i], lacks);
    return r;
}

/* The approval that the login looks at: the last of them completes it. */
static int summarise(struct gdpop_admin *a, Model__RequestRow *row, Model__Approval **out)
{
    Model__Approval *approval = *out = arena_alloc(a->call.arena, sizeof(*approval));
    if (!approval)
        return GDPOP_ERR_NOMEM;
    model__approval__init(approval);
    approval->recorded_by = (char *)a->actor;
    approval->approved_at = clock_day_start(a->now_at, a->utc_offset_min, 0);
    approval->recorded_at = a->now_at;
    int64_t last_at = 0;
    for (size_t i = 0; i < row->n_decisions; i++) {
        Model__Decision *d = row->decisions[i];
        if (strcmp(d->step, "approval") != 0 || d->decided_at < last_at)
            continue;
        last_at = approval->approved_at = d->decided_at;
        approval->leader = d->person;
        approval->paper = d->paper;
    }
    return 0;
}

static int approve_account(struct gdpop_admin *a, Model__RequestRow *row, const char **missing)
{
    Model__Approval *approval;
    Model__Account *x;
    int r;
    if ((r = store_get_account(a->call.txn, row->account, &x)) != 0 ||
        (r = summarise(a, row, &approval)) != 0)
        return r;
    x->applications[x->n_applications - 1]->approval = approval;
    x->state = (char *)"approved";
    return lifecycle_complete(a, x, missing);
}

int batch_settle(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row,
                 const char **lacks)
{
    struct applying ap;
    const char *where;
    Model__Account *x;
    bool may;
    int r;
    if ((r = batch_account(a, q, row, &x)) != 0 || (r = office_applying(a, x, q->act, &ap)) != 0 ||
        (r = batch_lacks(a, &ap, row, lacks)) != 0)
        return r;
    if (*lacks || strcmp(row->state, "submitted") != 0)
        return batch_put(a, q);
    row->state = (char *)"approved";
    if ((r = batch_put(a, q)) != 0 ||
        (r = admin_event(a, "request.approved", batch_subject(row), q->id, NULL)) != 0)
        return r;
    if (!row->permit)
        return approve_account(a, row, lacks);
    if ((r = office_carries_out(a, &ap, &may, &where)) != 0)
        return r;
    /* A leader in his own login decides and leaves the setting to the administrator. */
    if (may && (!a->self || a->self->duties))
        return batch_carry_out(a, q, row);
    *lacks = arena_printf(a->call.arena, _("the setting up by an administrator of %s"), where);
    return *lacks ? 0 : GDPOP_ERR_NOMEM;
}

static int add_decision(struct gdpop_admin *a, Model__RequestRow *row, const char *what,
                        const struct ruling *ruling, const struct officer *officer, bool two)
{
    bool on_paper = !ruling->by_login && !officer->acts;
    Model__Decision *d = arena_alloc(a->call.arena, sizeof(*d));
    if (!d)
        return GDPOP_ERR_NOMEM;
    model__decision__init(d);
    d->step = (char *)"approval";
    d->what = (char *)what;
    d->outcome = (char *)(ruling->reject ? "rejected" : "approved");
    d->person = (char *)officer->person;
    d->office = (char *)officer->office;
    d->recorded_by = (char *)a->actor;
    d->decided_at = ruling->at;
    d->recorded_at = a->now_at;
    d->by_login = !on_paper;
    d->needs_second = two && on_paper && !ruling->reject && a->self;
    d->reason = admin_copy(a, ruling->reason ? ruling->reason : "");
    if (!d->reason)
        return GDPOP_ERR_NOMEM;
    if (on_paper && !ruling->reject && ruling->file.len == 0)
        return err_fail(GDPOP_ERR_USAGE,
                        _("the signed paper is missing: --paper; or the leader decides in his own "
                          "login"));
    int r = on_paper ? admin_paper(a, "decision", ruling->file, admin_copy(a, ruling->number),
                                   ruling->at, &d->paper)
                     : 0;
    return r != 0 ? r : codec_add_message(a->call.arena, &row->decisions, &row->n_decisions, d);
}

/* Who decides by one regulation: a leader, or for further rights the administrator who acts. */
static int find_decider(struct gdpop_admin *a, const struct applying *ap,
                        const struct matrix_row *asks, const struct ruling *ruling,
                        struct officer *officer)
{
    bool holds = false;
    if (asks->approves[0].who != WHO_ADMINISTRATOR)
        return office_approver(a, ap, asks, ruling->leader, ruling->at, officer);
    for (int i = 0; i < 2 && !holds; i++) {
        int r = asks->approves[i].who == WHO_ADMINISTRATOR
                    ? office_holds(a, ap, asks->approves[i], &holds)
                    : 0;
        if (r != 0)
            return r;
    }
    if (!holds)
        return err_fail(GDPOP_ERR_REFUSED, _("%s: %s may not decide this; it belongs to %s"),
                        asks->article, a->actor, office_who(a, ap, asks, ruling->at));
    officer->person = a->self ? a->self->person : "";
    officer->office = "administrator";
    officer->acts = true;
    return 0;
}

static int check_decidable(struct gdpop_admin *a, const struct applying *ap,
                           const Model__Request *q, const Model__RequestRow *row,
                           const struct ruling *ruling)
{
    const char *lacks;
    int r;
    if (strcmp(row->state, "submitted") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("row %u of %s is %s already"), row->number, q->id,
                        word_shown(row->state));
    if (a->now_at >= q->expires_at)
        return err_fail(GDPOP_ERR_REFUSED, _("request %s has expired; file it again"), q->id);
    if (ruling->at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    if ((r = batch_lacks_consent(a, ap, row, &lacks)) != 0 || ruling->reject || !lacks)
        return r;
    return err_fail(GDPOP_ERR_REFUSED, _("%s comes before the approval; see request consent"),
                    lacks);
}

/* Nobody makes an administrator alone: that would be a second duty for whoever does. */
static int check_second(struct gdpop_admin *a, const Model__RequestRow *row,
                        const Model__Account *x)
{
    const Model__Application *newest =
        x->n_applications ? x->applications[x->n_applications - 1] : NULL;
    if (!a->self || x->duties == 0 || row->permit || !newest ||
        strcmp(newest->applied_by, a->actor) != 0)
        return 0;
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("GD-7: %s is to be an administrator, and you filed the application: another "
                      "administrator records the approval"),
                    x->name);
}

/* GD-15: the leader who approves neither records it nor assessed the risk. */
static int check_apart(struct gdpop_admin *a, const Model__RequestRow *row,
                       const struct ruling *ruling, const struct officer *officer)
{
    Model__Account *assessor;
    if (officer->acts)
        return 0;
    if (a->self && !ruling->by_login && strcmp(a->self->person, officer->person) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("who approves does not carry out: %s is you"),
                        officer->person);
    if (!row->permit)
        return 0;
    int r = store_get_account(a->call.txn, row->permit->created_by, &assessor);
    if (r == GDPOP_ERR_NOT_FOUND) /* filed by recover */
        return 0;
    if (r != 0 || strcmp(assessor->person, officer->person) != 0)
        return r;
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("GD-15: who assesses the risk does not approve: %s filed this"),
                    officer->person);
}

/* One decision may serve two regulations; it must serve one. */
static int decide_each(struct gdpop_admin *a, const struct applying *ap, Model__RequestRow *row,
                       const struct ruling *ruling, bool two)
{
    int taken = 0, refused = 0;
    for (int i = 0; i < REGULATIONS; i++) {
        const char *what = matrix_regulation_name(regulations[i]);
        const struct matrix_row *asks;
        struct officer officer = {NULL, NULL, false};
        int r = ap->regulations & regulations[i] ? office_row(ap, regulations[i], &asks) : 0;
        if (r != 0)
            return r;
        if (!(ap->regulations & regulations[i]) || !asks || asks->approves[0].who == WHO_NOBODY ||
            find_decision(row, "approval", what))
            continue;
        if ((r = find_decider(a, ap, asks, ruling, &officer)) == GDPOP_ERR_REFUSED) {
            refused = r;
            continue;
        }
        if (r != 0)
            return r;
        if ((r = check_apart(a, row, ruling, &officer)) != 0 ||
            (r = add_decision(a, row, what, ruling, &officer, two)) != 0)
            return r;
        taken++;
    }
    /* The sentence of the last refusal stands. */
    if (taken == 0 && refused != 0)
        return refused;
    return taken ? 0
                 : err_fail(GDPOP_ERR_REFUSED, _("nothing is left to approve in row %u"),
                            row->number);
}

int batch_decide(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row,
                 const struct ruling *given, const char **lacks)
{
    struct ruling ruling = *given;
    struct applying ap;
    struct settings s;
    Model__Account *x;
    int r;
    *lacks = NULL;
    if (ruling.at == 0)
        ruling.at = clock_day_start(a->now_at, a->utc_offset_min, 0);
    if ((r = batch_account(a, q, row, &x)) != 0 || (r = admin_not_self(a, x->name)) != 0 ||
        (r = office_applying(a, x, q->act, &ap)) != 0 ||
        (r = check_decidable(a, &ap, q, row, &ruling)) != 0 || (r = check_second(a, row, x)) != 0 ||
        (r = policy_settings(a->call.txn, x->systems, x->n_systems, &s)) != 0 ||
        (r = policy_waive(a->call.txn, x->name, x->organisation, a->now_at, &s)) != 0)
        return r;
    bool two = settings_number(&s, SETTING_approval_papers_two);
    if ((r = decide_each(a, &ap, row, &ruling, two)) != 0 ||
        (r = admin_event(a, ruling.reject ? "request.reject" : "request.approve",
                         batch_subject(row), q->id,
                         row->decisions[row->n_decisions - 1]->person)) != 0)
        return r;
    if (ruling.reject)
        return batch_end(a, q, row, "rejected");
    return batch_settle(a, q, row, lacks);
}
