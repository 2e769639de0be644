/* The steps of a leaving between its day and its close: what is given back and handed over, the
 * audit (GD-10, SZ-24). */
#include "admin/leave.h"

#include "admin/lifecycle.h"

int leave_find(struct gdpop_admin *a, const struct request *q, Model__Account **x)
{
    int r;
    if ((r = admin_account(a, request_word(q, "user"), x)) != 0 ||
        (r = admin_not_self(a, (*x)->name)) != 0)
        return r;
    if (!(*x)->leave || (*x)->leave->closed_at)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is not leaving; see account leave"), (*x)->name);
    return 0;
}

static int tell(struct gdpop_admin *a, const Model__Account *x)
{
    const char *lacks;
    int r = leave_lacks(a, x, &lacks);
    if (r != 0)
        return r;
    return lacks
               ? result_message(a, _("recorded; the leaving of %s still lacks %s"), x->name, lacks)
               : result_message(a, _("recorded; the leaving of %s can be closed"), x->name);
}

static int give_back(struct gdpop_admin *a, const struct request *q)
{
    char **given;
    size_t count;
    Model__Account *x;
    int r;
    if ((r = leave_find(a, q, &x)) != 0 || (r = request_all(a, q, "item", &given, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        Model__Return *back = arena_alloc(a->call.arena, sizeof(*back));
        if (!back)
            return GDPOP_ERR_NOMEM;
        model__return__init(back);
        back->item = given[i];
        back->taken_by = (char *)a->actor;
        back->taken_at = a->now_at;
        if (!leave_has_returned(x->leave, given[i]) &&
            (r = codec_add_message(a->call.arena, &x->leave->returns, &x->leave->n_returns,
                                   back)) != 0)
            return r;
    }
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, "leave.return", x->name, NULL, count ? given[0] : "")) != 0)
        return r;
    return tell(a, x);
}

/* The paper that one of the two has signed: SZ-24 asks for both. */
static int read_side(struct gdpop_admin *a, const struct request *q, const char *person,
                     bool in_person, Model__Decision **side)
{
    Model__Decision *d = *side = arena_alloc(a->call.arena, sizeof(*d));
    int r;
    if (!d)
        return GDPOP_ERR_NOMEM;
    model__decision__init(d);
    d->step = d->what = (char *)"hand-over";
    d->outcome = (char *)"given";
    d->person = (char *)person;
    d->recorded_by = (char *)a->actor;
    d->decided_at = d->recorded_at = a->now_at;
    d->by_login = in_person;
    if (in_person)
        return 0;
    if (request_file(q, "paper").len == 0)
        return err_fail(GDPOP_ERR_USAGE,
                        _("SZ-24: the paper that %s has signed is missing: "
                          "--paper"),
                        person);
    if ((r = admin_paper(a, "hand-over", request_file(q, "paper"),
                         admin_copy(a, request_word(q, "paper-number")), a->now_at, &d->paper)) !=
        0)
        return r;
    return 0;
}

/* The leaver's side: what he handed over, on the list that he signed. */
static int hand_over(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    int r;
    if ((r = leave_find(a, q, &x)) != 0 ||
        (r = read_side(a, q, x->person, false, &x->leave->handed)) != 0 ||
        (r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, "leave.hand-over", x->name, x->leave->successor, NULL)) != 0)
        return r;
    return tell(a, x);
}

/* The successor's: in his own login, where he has one here, else on paper. */
static int accept_hand_over(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x, *successor;
    int r = leave_find(a, q, &x);
    if (r != 0)
        return r;
    if (!x->leave->successor[0])
        return err_fail(GDPOP_ERR_REFUSED, _("%s has no successor"), x->name);
    bool in_person = a->self && strcmp(x->leave->successor, a->actor) == 0;
    if ((r = store_get_account(a->call.txn, x->leave->successor, &successor)) != 0 ||
        (r = read_side(a, q, successor->person, in_person, &x->leave->taken)) != 0)
        return r;
    x->leave->accepted = true;
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, "leave.accept", x->name, x->leave->successor, NULL)) != 0)
        return r;
    return tell(a, x);
}

static int add_audit(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                     const struct applying *ap, enum regulation regulation, bool *taken)
{
    Model__Decision *d = arena_alloc(a->call.arena, sizeof(*d));
    const struct matrix_row *row;
    bool holds;
    int r;
    if (!d)
        return GDPOP_ERR_NOMEM;
    if ((r = leave_row(ap, regulation, &row)) != 0 || !row ||
        (r = office_holds(a, ap, row->leaving, &holds)) != 0 || !holds)
        return r;
    model__decision__init(d);
    d->step = (char *)"audit";
    d->what = (char *)matrix_regulation_name(regulation);
    d->outcome = admin_copy(a, request_word(q, "outcome"));
    d->person = a->self ? a->self->person : (char *)"";
    d->office = a->self ? a->self->organisation : (char *)"";
    d->recorded_by = (char *)a->actor;
    d->decided_at = d->recorded_at = a->now_at;
    d->reason = admin_copy(a, request_word(q, "note"));
    if (!d->outcome || !d->reason)
        return GDPOP_ERR_NOMEM;
    *taken = true;
    if ((r = admin_paper(a, "leave-audit", request_file(q, "paper"),
                         admin_copy(a, request_word(q, "paper-number")), a->now_at, &d->paper)) !=
        0)
        return r;
    return codec_add_message(a->call.arena, &x->leave->audits, &x->leave->n_audits, d);
}

static int audit(struct gdpop_admin *a, const struct request *q)
{
    struct applying ap;
    Model__Account *x;
    bool taken = false;
    const char *lacks = NULL;
    int r = leave_find(a, q, &x);
    if (r == 0 && !x->leave->frozen_at)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s has not left yet: the audit comes after the day, for what is done "
                          "until then belongs to it"),
                        x->name);
    if (r != 0 || (r = office_applying(a, x, "account", &ap)) != 0 ||
        (r = add_audit(a, q, x, &ap, REGULATION_GD, &taken)) != 0 ||
        (r = add_audit(a, q, x, &ap, REGULATION_SZ, &taken)) != 0)
        return r;
    if (!taken) {
        r = leave_lacks_audit(a, x, &lacks);
        return r != 0 ? r
                      : err_fail(GDPOP_ERR_REFUSED, _("%s lacks %s; you are not of it"), x->name,
                                 lacks ? lacks : _("nothing"));
    }
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, "leave.audit", x->name, NULL,
                         arena_printf(a->call.arena, "%s%s", request_word(q, "outcome"),
                                      x->leave->gathered_at ? "" : "; records not gathered"))) != 0)
        return r;
    if (!x->leave->gathered_at)
        return result_message(
            a, _("recorded; no auditor has gathered the records of %s: see leave gather"), x->name);
    return tell(a, x);
}

static int close_leave(struct gdpop_admin *a, const struct request *q)
{
    const char *lacks;
    Model__Account *x;
    int r;
    if ((r = leave_find(a, q, &x)) != 0 || (r = leave_lacks(a, x, &lacks)) != 0)
        return r;
    if (lacks)
        return err_fail(GDPOP_ERR_REFUSED, _("the leaving of %s lacks %s"), x->name, lacks);
    x->leave->closed_at = a->now_at;
    if ((r = lifecycle_close(a, x, x->leave->reason)) != 0)
        return r;
    return result_message(a, _("%s is closed; its name and uid are never given to anyone else"),
                          x->name);
}

#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)
#define USER POSITIONAL("user", "USER", N_("the account"))
#define OPERATION(noun_, verb_, help_, example_, duties_, writes_, run_, params_)                  \
    {                                                                                              \
        .public = {.noun = noun_,                                                                  \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = params_},                                                             \
        .run = run_                                                                                \
    }

static const struct gdpop_param return_params[] = {
    USER,
    {.name = "item",
     .kind = GDPOP_PARAM_WORD,
     .required = true,
     .repeated = true,
     .metavar = "ITEM",
     .choices = "documents passwords data vpn key",
     .help = N_("what is given back")},
    PARAMS_END,
};
static const struct gdpop_param audit_params[] = {
    USER,
    {.name = "outcome",
     .kind = GDPOP_PARAM_WORD,
     .required = true,
     .metavar = "OUTCOME",
     .choices = "passed findings",
     .help = N_("result of the security audit")},
    OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the audit; its digest is kept")),
    OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),
    OPTIONAL("note", GDPOP_PARAM_TEXT, "TEXT", N_("what was found")),
    PARAMS_END,
};
static const struct gdpop_param side_params[] = {
    USER, OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the signed paper; its digest is kept")),
    OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),
    PARAMS_END};
static const struct gdpop_param close_params[] = {USER, CONFIRM("USER"), PARAMS_END};

const struct operation operations_leave_steps[] = {
    OPERATION("leave", "accept", N_("Record that the successor has taken over."),
              "zhangsan --paper accepted.pdf", MANAGERS, true, accept_hand_over, side_params),
    OPERATION("leave", "audit", N_("Record the security audit of a leaver."),
              "zhangsan --outcome passed --paper audit.pdf", MANAGERS, true, audit, audit_params),
    OPERATION("leave", "close", N_("Close a leaving and its account, once all is done."),
              "zhangsan", MANAGERS, true, close_leave, close_params),
    OPERATION("leave", "hand-over", N_("Record what the leaver has handed over, as signed."),
              "zhangsan --paper handed-over.pdf", MANAGERS, true, hand_over, side_params),
    OPERATION("leave", "return", N_("Record what a leaver has given back."),
              "zhangsan --item documents --item passwords --item data", MANAGERS, true, give_back,
              return_params),
    {.public = {.noun = NULL}},
};
