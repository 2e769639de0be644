#include "admin/obligation.h"

#include "admin/calendar.h"
#include "admin/register.h"

#include <stdlib.h>

/* ---- Whom it concerns, and what they held ---- */

struct held {
    struct gdpop_admin *a;
    const Model__Person *person;
    bool duty;
    char **names; /* of the person's accounts, closed ones too */
    size_t name_count;
    Model__Account **accounts; /* not closed: the person's, and those in custody */
    size_t count;
    Model__RegisterEntry **secrets;
    size_t secret_count;
};

static int take_own(struct bytes key, void *message, void *arg)
{
    struct held *h = arg;
    Model__Account *x = message;
    (void)key;
    if (strcmp(x->person, h->person->id) != 0)
        return 0;
    h->duty |= x->duties != 0;
    int r = codec_add_text(h->a->call.arena, &h->names, &h->name_count, x->name);
    if (r != 0 || strcmp(x->state, "closed") == 0)
        return r;
    return codec_add_message(h->a->call.arena, &h->accounts, &h->count, x);
}

static int take_custody(struct bytes key, void *message, void *arg)
{
    struct held *h = arg;
    Model__Account *x = message;
    (void)key;
    if (!x->service || strcmp(x->state, "closed") == 0 ||
        !codec_has_text(h->names, h->name_count, x->custodian))
        return 0;
    return codec_add_message(h->a->call.arena, &h->accounts, &h->count, x);
}

static bool is_security_office(const Model__RegisterEntry *e)
{
    return strcmp(e->register_, "responsible") == 0 && strcmp(e->state, "in-office") == 0 &&
           strcmp(register_value(e, "office"), "first-responsible") != 0 &&
           strcmp(register_value(e, "office"), "inspector") != 0;
}

static int take_registers(struct held *h)
{
    Model__RegisterEntry **list;
    size_t count;
    int r = store_register_of_person(h->a->call.txn, h->person->id, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        h->duty |= is_security_office(list[i]);
        if (strcmp(list[i]->register_, "secret-custody") == 0 &&
            strcmp(list[i]->state, "held") == 0)
            r = codec_add_message(h->a->call.arena, &h->secrets, &h->secret_count, list[i]);
    }
    return r;
}

static int read_held(struct gdpop_admin *a, const Model__Person *p, struct held *h)
{
    int r;
    *h = (struct held){.a = a, .person = p};
    if ((r = store_each(a->call.txn, &table_account, BYTES("", 0), take_own, h)) != 0 ||
        (r = store_each(a->call.txn, &table_account, BYTES("", 0), take_custody, h)) != 0)
        return r;
    return take_registers(h);
}

static bool is_concerned(const struct held *h)
{
    return h->duty || h->secret_count > 0 || strcmp(h->person->staff, "vendor") == 0;
}

int obligation_concerns(struct gdpop_admin *a, const Model__Person *p, bool *concerns)
{
    struct held h;
    int r = read_held(a, p, &h);
    *concerns = r == 0 && is_concerned(&h);
    return r;
}

/* ---- Opening ---- */

int obligation_event(struct gdpop_admin *a, const Model__Obligation *o, const char *action,
                     const char *detail)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)a->actor;
    e.action = (char *)action;
    e.outcome = (char *)"done";
    e.subject = *o->account ? o->account : o->secret;
    e.object = o->id;
    e.detail = (char *)detail;
    e.tag = (char *)"CQ-6.7";
    e.service = (char *)"gdpop-admin";
    return a->anyway ? trail_append_anyway(a->call.txn, &e) : trail_append(a->call.txn, &e);
}

static int is_open(struct gdpop_admin *a, const Model__Obligation *o, bool *open)
{
    Model__Obligation **list;
    size_t count;
    int r = store_open_obligations(a->call.txn, &list, &count);
    *open = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *open |= strcmp(list[i]->person, o->person) == 0 &&
                 strcmp(list[i]->account, o->account) == 0 &&
                 strcmp(list[i]->secret, o->secret) == 0;
    return r;
}

static int open_one(struct gdpop_admin *a, const Model__Obligation *model, const char *organisation,
                    const char *account, const char *secret, size_t *opened)
{
    Model__Obligation o = *model;
    bool open;
    int r;
    o.organisation = (char *)organisation;
    o.account = (char *)account;
    o.secret = (char *)secret;
    if ((r = is_open(a, &o, &open)) != 0 || open)
        return r;
    if ((r = store_next_id(a->call.txn, 'O', &o.id)) != 0 ||
        (r = store_put_obligation(a->call.txn, &o)) != 0)
        return r;
    ++*opened;
    return obligation_event(a, &o, "obligation.open", o.person);
}

int obligation_open(struct gdpop_admin *a, const Model__Person *p, int64_t on_at, size_t *opened)
{
    Model__Obligation o = MODEL__OBLIGATION__INIT;
    struct workday_calendar c;
    struct settings s;
    struct held h;
    bool provisional;
    int r;
    *opened = 0;
    if ((r = read_held(a, p, &h)) != 0 || !is_concerned(&h))
        return r;
    if ((r = calendar_read(a, &c)) != 0 || (r = register_settings(a, &s)) != 0)
        return r;
    o.person = p->id;
    o.state = (char *)"open";
    o.left_at = on_at;
    o.due_at = workday_end(&c, on_at, (int)settings_number(&s, SETTING_obligation_days),
                           a->utc_offset_min, &provisional);
    o.provisional = provisional;
    o.opened_at = a->now_at;
    o.opened_by = (char *)a->actor;
    for (size_t i = 0; r == 0 && i < h.count; i++)
        r = open_one(a, &o, h.accounts[i]->organisation, h.accounts[i]->name, "", opened);
    for (size_t i = 0; r == 0 && i < h.secret_count; i++)
        r = open_one(a, &o, h.secrets[i]->organisation, "", h.secrets[i]->id, opened);
    return r;
}

static int open_by_hand(struct gdpop_admin *a, const struct request *q)
{
    Model__Person *p;
    int64_t on_at;
    size_t opened;
    bool concerns;
    int r;
    if ((r = admin_person(a, request_word(q, "person"), &p)) != 0 ||
        (r = admin_not_own_person(a, p->id)) != 0 ||
        (r = request_instant(a, q, "on", false, &on_at)) != 0 ||
        (r = obligation_concerns(a, p, &concerns)) != 0)
        return r;
    if (!concerns)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("CQ-6.7 %s has no duty, no security office, no secret in custody, and is "
                          "no vendor's staff"),
                        p->id);
    if ((r = obligation_open(a, p, on_at ? on_at : a->now_at, &opened)) != 0)
        return r;
    return result_message(a, _("%zu obligations are open for %s"), opened, p->id);
}

/* ---- Ending ---- */

int obligation_finish(struct gdpop_admin *a, Model__Obligation *o, const char *proof)
{
    int r;
    o->state = (char *)"done";
    o->done_at = a->now_at;
    o->done_by = (char *)a->actor;
    if (!(o->proof = admin_copy(a, proof)))
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_obligation(a->call.txn, o)) != 0)
        return r;
    return obligation_event(a, o, "obligation.done", o->proof);
}

/* Only a change after the day of leaving is surely somebody else's. */
static int account_is_met(struct gdpop_admin *a, const Model__Obligation *o, bool *met, bool *known)
{
    Model__Credential *c;
    Model__Account *x;
    int r = store_get_account(a->call.txn, o->account, &x);
    if (r != 0)
        return r;
    *met = strcmp(x->state, "closed") == 0;
    r = store_get_credential(a->call.txn, o->account, &c);
    if (r == GDPOP_ERR_NOT_FOUND)
        return *known = *met, 0; /* no password in the store: keys, or another system's */
    *known = true;
    *met |= r == 0 && c->set_at >= clock_day_start(o->left_at, a->utc_offset_min, 1);
    return r;
}

static int secret_is_met(struct gdpop_admin *a, const Model__Obligation *o, bool *met, bool *known)
{
    Model__RegisterEntry *e;
    int64_t changed_at = 0;
    int r = store_get_register_entry(a->call.txn, o->secret, &e);
    if (r != 0)
        return r;
    const char *changed_on = register_value(e, "changed_on");
    if (*changed_on && (r = clock_parse(changed_on, a->utc_offset_min, false, &changed_at)) != 0)
        return r;
    *met = strcmp(e->state, "destroyed") == 0 ||
           changed_at >= clock_day_start(o->left_at, a->utc_offset_min, 0);
    /* An entry that was withdrawn tells nothing of the secret: a proof is needed. */
    *known = *met || strcmp(e->state, "withdrawn") != 0;
    return 0;
}

int obligation_is_met(struct gdpop_admin *a, const Model__Obligation *o, bool *met, bool *known)
{
    *met = *known = false;
    return *o->account ? account_is_met(a, o, met, known) : secret_is_met(a, o, met, known);
}

int obligation_spares(struct gdpop_admin *a, const char *secret)
{
    Model__Obligation **list;
    size_t count;
    int r = store_open_obligations(a->call.txn, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (strcmp(list[i]->secret, secret) == 0)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("CQ-6.7: %s asks that %s be changed: first register move %s held "
                              "--field changed_on=DATE, or destroyed"),
                            list[i]->id, secret, secret);
    return r;
}

int obligation_locking(struct gdpop_admin *a, const char *account, Model__Obligation **o)
{
    Model__Obligation **list;
    size_t count;
    int r = store_open_obligations(a->call.txn, &list, &count);
    *o = NULL;
    for (size_t i = 0; r == 0 && !*o && i < count; i++) {
        bool met, known;
        if (strcmp(list[i]->account, account) != 0 || a->now_at < list[i]->due_at)
            continue;
        if ((r = obligation_is_met(a, list[i], &met, &known)) == 0 && !met)
            *o = list[i];
    }
    return r;
}

static int done(struct gdpop_admin *a, const struct request *q)
{
    const char *id = request_word(q, "id");
    Model__Obligation *o;
    bool met, known;
    int r = store_get_obligation(a->call.txn, id, &o);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is no obligation %s"), id);
    if (r != 0 || (r = admin_scope(a, o->organisation)) != 0 ||
        (r = admin_not_own_person(a, o->person)) != 0)
        return r;
    if (strcmp(o->state, "open") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is done already"), id);
    if ((r = obligation_is_met(a, o, &met, &known)) != 0)
        return r;
    if (!met && known && *o->secret)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("CQ-6.7 the register does not say that %s was changed: register move %s "
                          "held --field changed_on=DATE"),
                        o->secret, o->secret);
    if (!met && known)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("CQ-6.7 the password of %s has not been changed since the day of "
                          "leaving: change it, or close the account"),
                        o->account);
    if ((r = obligation_finish(a, o, request_word(q, "proof"))) != 0)
        return r;
    return result_message(a, _("%s is done"), id);
}

/* ---- Listing ---- */

struct listing {
    struct gdpop_admin *a;
    const char *top;
    bool all;
    Model__Obligation **list;
    size_t count;
};

static int gather(struct bytes key, void *message, void *arg)
{
    struct listing *l = arg;
    Model__Obligation *o = message;
    bool within = true;
    int r = 0;
    (void)key;
    if (!l->all && strcmp(o->state, "open") != 0)
        return 0;
    if (l->top)
        r = store_is_within(l->a->call.txn, o->organisation, l->top, &within);
    return r != 0 || !within ? r : codec_add_message(l->a->call.arena, &l->list, &l->count, o);
}

/* The one that is due first, first: so overdue ones lead. */
static int by_due(const void *a, const void *b)
{
    const Model__Obligation *x = *(Model__Obligation *const *)a,
                            *y = *(Model__Obligation *const *)b;
    int done = (strcmp(x->state, "open") != 0) - (strcmp(y->state, "open") != 0);
    return done ? done : (x->due_at > y->due_at) - (x->due_at < y->due_at);
}

static int describe(struct gdpop_admin *a, const struct workday_calendar *c,
                    const Model__Obligation *o)
{
    bool open = strcmp(o->state, "open") == 0;
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Obligation"), o->id)) != 0 ||
        (r = result_text(a, "account", _("Account"), o->account)) != 0 ||
        (r = result_text(a, "secret", _("Secret"), o->secret)) != 0 ||
        (r = result_text(a, "person", _("Who left"), o->person)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), o->organisation)) != 0 ||
        (r = result_instant(a, "left_at", _("Left"), o->left_at)) != 0 ||
        (r = result_instant(a, "due_at", _("Due"), o->due_at)) != 0 ||
        (r = result_bool(a, "provisional", _("Provisional"), o->provisional)) != 0 ||
        (r = result_number(a, "days_left", _("Working days left"),
                           open ? workday_left(c, a->now_at, o->due_at, a->utc_offset_min) : 0)) !=
            0 ||
        (r = result_bool(a, "overdue", _("Overdue"), open && a->now_at >= o->due_at)) != 0 ||
        (r = result_word(a, "state", _("State"), o->state)) != 0 ||
        (r = result_text(a, "escalated_to", _("Told to"), o->escalated_to)) != 0)
        return r;
    return result_text(a, "proof", _("Proof"), o->proof);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {.a = a, .top = request_text(q, "org"), .all = request_flag(q, "all")};
    struct workday_calendar c;
    Model__Organisation *o;
    int r;
    result_list(a);
    if (!l.top && a->self)
        l.top = a->self->organisation;
    if ((l.top && (r = admin_organisation(a, l.top, &o)) != 0) || (r = calendar_read(a, &c)) != 0 ||
        (r = store_each(a->call.txn, &table_obligation, BYTES("", 0), gather, &l)) != 0)
        return r;
    if (l.count)
        qsort(l.list, l.count, sizeof(*l.list), by_due);
    for (size_t i = 0; r == 0 && i < l.count; i++) {
        r = describe(a, &c, l.list[i]);
        a->result.ok &= strcmp(l.list[i]->state, "open") != 0 || a->now_at < l.list[i]->due_at;
    }
    return r;
}

const struct operation operations_obligation[] = {
    {.public = {.noun = "obligation",
                .verb = "done",
                .help = N_("Record that a password was changed after its holder left."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "O000003 --proof 工单2026-118",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "ID", N_("number of the obligation")),
                        REQUIRED("proof", GDPOP_PARAM_TEXT, "TEXT", N_("what proves it")),
                        PARAMS_END}},
     .run = done},
    {.public = {.noun = "obligation",
                .verb = "list",
                .help = N_("List passwords that must be changed because somebody left."),
                .duties = GDPOP_DUTY_ANY,
                .example = "--org gzws",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                                 N_("only of this organisation and those below")),
                        OPTIONAL("all", GDPOP_PARAM_FLAG, NULL, N_("those that are done too")),
                        PARAMS_END}},
     .run = list},
    {.public = {.noun = "obligation",
                .verb = "open",
                .help = N_("Ask that all passwords a leaver held be changed."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "--person P000002 --on 2026-02-13",
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("person", GDPOP_PARAM_WORD, "PERSON", N_("who leaves")),
                        OPTIONAL("on", GDPOP_PARAM_DATE, "DATE",
                                 N_("day of leaving, today when left out")),
                        PARAMS_END}},
     .run = open_by_hand},
    {.public = {.noun = NULL}},
};
