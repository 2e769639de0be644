/* register: add, move, withdraw, list, show, due, kinds. */
#include "admin/register.h"

#include "admin/device.h"
#include "admin/obligation.h"

/* ---- Writing ---- */

static const struct register_move *find_move(const struct register_kind *kind, const char *from,
                                             const char *to)
{
    for (const struct register_move *m = kind->moves; m->from; m++)
        if (strcmp(m->from, from) == 0 && (!to || strcmp(m->to, to) == 0))
            return m;
    return NULL;
}

static const char *moves_from(struct gdpop_admin *a, const struct register_kind *kind,
                              const char *from)
{
    char *text = admin_copy(a, "");
    for (const struct register_move *m = kind->moves; text && m->from; m++)
        if (strcmp(m->from, from) == 0)
            text = arena_printf(a->call.arena, "%s%s%s", text, *text ? ", " : "",
                                word_to_type(a, m->to));
    return text ? text : "";
}

static int check_duty(struct gdpop_admin *a, const struct register_kind *kind, const char *to,
                      unsigned duties)
{
    if (admin_has_duty(a, duties))
        return 0;
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("%s may not do this: \"%s\" in the register %s belongs to another duty"),
                    a->actor, to, kind->name);
}

static int read_paper(struct gdpop_admin *a, const struct request *q, const char *kind, int64_t at,
                      Model__Paper **paper)
{
    struct bytes file = request_file(q, "paper");
    const char *number = request_text(q, "paper-number");
    *paper = NULL;
    if (file.len == 0 && !number)
        return 0;
    return admin_paper(a, kind, file, number ? admin_copy(a, number) : NULL, at, paper);
}

/* Appends the step that brings the entry to its new state. */
static int step(struct gdpop_admin *a, const struct request *q, const struct register_kind *kind,
                const struct register_move *move, Model__RegisterEntry *e)
{
    Model__RegisterMove *m = arena_alloc(a->call.arena, sizeof(*m));
    char **texts;
    size_t count;
    int r;
    if (!m)
        return GDPOP_ERR_NOMEM;
    model__register_move__init(m);
    if ((r = check_duty(a, kind, move->to, move->duties)) != 0 ||
        (r = request_instant(a, q, "date", false, &m->at)) != 0 ||
        (r = request_all(a, q, "field", &texts, &count)) != 0)
        return r;
    if (m->at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    if (m->at == 0)
        m->at = a->now_at;
    if (e->n_moves && m->at < clock_day_start(e->moves[e->n_moves - 1]->at, a->utc_offset_min, 0))
        return err_fail(GDPOP_ERR_USAGE, _("--date lies before the step that came before"));
    m->state = e->state = (char *)move->to;
    m->by = (char *)a->actor;
    m->recorded_at = a->now_at;
    if ((r = read_paper(a, q, kind->name, m->at, &m->paper)) != 0 ||
        (r = register_take_fields(a, kind, e, move->needs, texts, count)) != 0 ||
        (r = register_check_fields(a, kind, e, move->needs, m->at)) != 0 ||
        (move->device && e->device[0] && (r = device_become(a, e->device, move->device)) != 0))
        return r;
    return codec_add_message(a->call.arena, &e->moves, &e->n_moves, m);
}

static int write_entry(struct gdpop_admin *a, const Model__RegisterEntry *e, const char *action)
{
    const char *subject = *e->account ? e->account : *e->person ? e->person : e->device;
    const char *detail = arena_printf(a->call.arena, "%s: %s", e->register_, e->state);
    int r;
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_register_entry(a->call.txn, e)) != 0)
        return r;
    return admin_event(a, action, subject, e->id, detail);
}

/* One of the subjects, if it is given, and the organisation that it gives the entry. */
static int read_subjects(struct gdpop_admin *a, const struct request *q, Model__RegisterEntry *e)
{
    const char *person = request_text(q, "person"), *account = request_text(q, "account");
    const char *device = request_text(q, "device"), *host = request_text(q, "host");
    Model__Account *x;
    Model__Person *p;
    Model__Device *d;
    Model__Host *h;
    int r;
    if (host) {
        if ((r = store_get_host(a->call.txn, host, &h)) != 0)
            return r == GDPOP_ERR_NOT_FOUND ? err_fail(r, _("there is no host %s"), host) : r;
        if ((r = admin_scope(a, h->organisation)) != 0)
            return r;
        e->host = h->id, e->organisation = h->organisation;
    }
    if (device) {
        if ((r = admin_device(a, device, &d)) != 0)
            return r;
        e->device = d->id, e->organisation = d->organisation;
    }
    if (account) {
        if ((r = admin_account(a, account, &x)) != 0 || (r = admin_not_self(a, account)) != 0)
            return r;
        e->account = x->name, e->person = x->person, e->organisation = x->organisation;
    }
    if (person) {
        if ((r = admin_person(a, person, &p)) != 0 || (r = admin_not_own_person(a, person)) != 0)
            return r;
        if (account && strcmp(e->person, person) != 0)
            return err_fail(GDPOP_ERR_USAGE, _("%s is not the account of %s"), account, person);
        e->person = p->id, e->organisation = p->organisation;
    }
    return 0;
}

static int check_subjects(const struct register_kind *kind, const struct request *q)
{
    static const struct {
        const char *name;
        unsigned subject;
    } list[] = {{"person", SUBJECT_PERSON},
                {"account", SUBJECT_ACCOUNT},
                {"device", SUBJECT_DEVICE},
                {"host", SUBJECT_HOST}};
    bool any = false;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        bool given = request_text(q, list[i].name) != NULL;
        any |= given;
        if (given && !(kind->subjects & list[i].subject))
            return err_fail(GDPOP_ERR_USAGE, _("the register %s takes no --%s"), kind->name,
                            list[i].name);
    }
    if (!any && (kind->subjects & SUBJECT_REQUIRED))
        return err_fail(GDPOP_ERR_USAGE,
                        _("the register %s needs whom or what it is about; see register kinds %s"),
                        kind->name, kind->name);
    return 0;
}

int register_add(struct gdpop_admin *a, const struct request *q)
{
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    const struct register_kind *kind;
    Model__Organisation *o;
    const char *org = request_text(q, "org");
    int r;
    if ((r = register_find(request_word(q, "register"), &kind)) != 0 ||
        (r = check_subjects(kind, q)) != 0 || (r = read_subjects(a, q, &e)) != 0)
        return r;
    if (!org && !e.organisation[0])
        return err_fail(GDPOP_ERR_USAGE, _("--org is needed: whose entry it is"));
    if ((r = admin_organisation(a, org ? org : e.organisation, &o)) != 0)
        return r;
    e.organisation = o->id;
    e.register_ = (char *)kind->name;
    if ((r = step(a, q, kind, find_move(kind, "", NULL), &e)) != 0 ||
        (r = store_next_id(a->call.txn, 'R', &e.id)) != 0 ||
        (r = write_entry(a, &e, "register.add")) != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "id", _("Entry"), e.id)) != 0 ||
        (r = result_word(a, "state", _("State"), e.state)) != 0)
        return r;
    return result_message(a, _("%s is written down in the register %s"), e.id, kind->name);
}

static int find_entry(struct gdpop_admin *a, const char *id, const struct register_kind **kind,
                      Model__RegisterEntry **e)
{
    int r = store_get_register_entry(a->call.txn, id, e);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r,
                        _("there is no entry %s; entries are named by their number, such as "
                          "R000001"),
                        id);
    if (r != 0 || (r = admin_scope(a, (*e)->organisation)) != 0)
        return r;
    return register_find((*e)->register_, kind);
}

int register_move_entry(struct gdpop_admin *a, const struct request *q)
{
    const char *to = request_word(q, "state");
    const struct register_kind *kind;
    Model__RegisterEntry *e;
    int r = find_entry(a, request_word(q, "id"), &kind, &e);
    if (r != 0 || (*e->person && (r = admin_not_own_person(a, e->person)) != 0))
        return r;
    const struct register_move *move = find_move(kind, e->state, to);
    if (!move)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s is \"%s\" and cannot become \"%s\"; it can become: %s"), e->id,
                        word_shown(e->state), to, moves_from(a, kind, e->state));
    if ((r = step(a, q, kind, move, e)) != 0 || (r = write_entry(a, e, "register.move")) != 0)
        return r;
    return result_message(a, _("%s is \"%s\" now"), e->id, word_shown(e->state));
}

/* What was written down by mistake stays, and counts no more. */
static int withdraw(struct gdpop_admin *a, const struct request *q)
{
    static const struct register_move away = {"", "withdrawn", GDPOP_DUTY_ANY, ""};
    const struct register_kind *kind;
    Model__RegisterEntry *e;
    Model__RegisterMove *m;
    int r = find_entry(a, request_word(q, "id"), &kind, &e);
    if (r != 0)
        return r;
    if (strcmp(e->state, away.to) == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is withdrawn already"), e->id);
    if ((r = check_duty(a, kind, away.to, find_move(kind, "", NULL)->duties)) != 0 ||
        (*e->person && (r = admin_not_own_person(a, e->person)) != 0))
        return r;
    const struct register_move *first = find_move(kind, "", NULL);
    bool away_now = first->device && e->device[0] && strcmp(e->state, first->to) == 0;
    if ((r = obligation_spares(a, e->id)) != 0 ||
        (away_now && (r = device_become(a, e->device, "back")) != 0))
        return r;
    if (!(m = arena_alloc(a->call.arena, sizeof(*m))))
        return GDPOP_ERR_NOMEM;
    model__register_move__init(m);
    m->state = e->state = (char *)away.to;
    m->at = m->recorded_at = a->now_at;
    m->by = (char *)a->actor;
    if ((r = codec_add_message(a->call.arena, &e->moves, &e->n_moves, m)) != 0 ||
        (r = store_put_register_entry(a->call.txn, e)) != 0 ||
        (r = admin_event(a, "register.withdraw", e->person, e->id, request_word(q, "reason"))) != 0)
        return r;
    return result_message(a, _("%s is \"%s\" now"), e->id, word_shown(e->state));
}

#define WRITING_PARAMS                                                                             \
    OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("day on which it happened, now when left out")), \
        {.name = "field",                                                                          \
         .kind = GDPOP_PARAM_TEXT,                                                                 \
         .repeated = true,                                                                         \
         .metavar = "NAME=VALUE",                                                                  \
         .help = N_("a field of the register")},                                                   \
        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the scan; its digest is kept")),           \
        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),      \
        PARAMS_END

const struct operation operations_register[] = {
    {.public =
         {.noun = "register",
          .verb = "add",
          .help = N_("Write an entry into a register."),
          .duties = GDPOP_DUTY_ANY,
          .writes = true,
          .example = "security-training --person P000002 --date 2026-03-02 "
                     "--field subject=密码技术",
          .params =
              (const struct gdpop_param[]){
                  POSITIONAL("register", "REGISTER", N_("which one; see register kinds")),
                  OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                           N_("whose entry; that of the subject when left out")),
                  OPTIONAL("person", GDPOP_PARAM_WORD, "PERSON", N_("whom it is about")),
                  OPTIONAL("account", GDPOP_PARAM_WORD, "USER", N_("the account it is about")),
                  OPTIONAL("device", GDPOP_PARAM_WORD, "DEVICE", N_("the device it is about")),
                  OPTIONAL("host", GDPOP_PARAM_WORD, "HOST", N_("the host it is about")),
                  WRITING_PARAMS}},
     .run = register_add},
    {.public = {.noun = "register",
                .verb = "move",
                .help = N_("Bring an entry to its next state."),
                .duties = GDPOP_DUTY_ANY,
                .writes = true,
                .example = "R000012 approved --field approver=P000009 --paper-number 2026-31",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("id", "ID", N_("number of the entry")),
                                                 POSITIONAL("state", "STATE", N_("the state")),
                                                 WRITING_PARAMS}},
     .run = register_move_entry},
    {.public = {.noun = "register",
                .verb = "withdraw",
                .help = N_("Mark an entry as written by mistake; it stays readable."),
                .duties = GDPOP_DUTY_ANY,
                .writes = true,
                .example = "R000012 --reason 误填",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "ID", N_("number of the entry")),
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END}},
     .run = withdraw},
    {.public = {.noun = NULL}},
};
