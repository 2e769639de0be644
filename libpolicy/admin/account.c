#include "admin/admin.h"
#include "admin/batch.h"
#include "admin/lifecycle.h"
#include "admin/standing.h"

#include "model/identity.h"
#include "policy/local.h"

static unsigned duty_of(const char *name)
{
    return strcmp(name, "system") == 0         ? GDPOP_DUTY_SYSTEM
           : strcmp(name, "security") == 0     ? GDPOP_DUTY_SECURITY
           : strcmp(name, "audit") == 0        ? GDPOP_DUTY_AUDIT
           : strcmp(name, "duty-officer") == 0 ? GDPOP_DUTY_OFFICER
                                               : GDPOP_DUTY_NONE;
}

static const char *duty_word(unsigned duty)
{
    return duty == GDPOP_DUTY_SYSTEM     ? "system"
           : duty == GDPOP_DUTY_SECURITY ? "security"
           : duty == GDPOP_DUTY_AUDIT    ? "audit"
           : duty == GDPOP_DUTY_OFFICER  ? "duty-officer"
                                         : "";
}

struct called {
    const char *name;
    bool found;
};

static int look_for_group(struct bytes key, void *message, void *arg)
{
    struct called *c = arg;
    const Model__Role *role = message;
    (void)key;
    c->found |= strcmp(role->group, c->name) == 0;
    return c->found;
}

/* An account has a group of its name, and sudo asks for names: an account called sudo would be root
 * everywhere. */
static int check_group_is_free(struct gdpop_admin *a, const char *name)
{
    struct called c = {name, publish_is_duty_group(name) || local_reserves_group(name)};
    int r = store_scan(a->call.txn, &table_role, BYTES("", 0), look_for_group, &c);
    if (r < 0)
        return r;
    return !c.found ? 0
                    : err_fail(GDPOP_ERR_REFUSED,
                               _("%s is the name of a group that may give rights; choose another "
                                 "name"),
                               name);
}

/* One that was taken over without its person, or whose application came to nothing. */
static int take_up(struct gdpop_admin *a, Model__Account *x, const Model__Person *p)
{
    char *other;
    int r;
    if (x->person[0] && strcmp(x->person, p->id) != 0)
        return err_fail(GDPOP_ERR_EXISTS, _("the name %s belongs to another person, for ever"),
                        x->name);
    r = store_account_of_person(a->call.txn, p->id, &other);
    if (r == 0 && strcmp(other, x->name) != 0)
        return err_fail(GDPOP_ERR_EXISTS,
                        _("one person, one account: %s has the account %s already"), p->id, other);
    x->person = p->id;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static bool waits_for_application(const Model__Account *x)
{
    return account_is_unfinished(x) && x->n_applications == 0;
}

/* A new record, or the closed one of the same person, who returns under the old name and uid. */
static int start_record(struct gdpop_admin *a, const char *name, const Model__Person *p,
                        Model__Account **x)
{
    char *other;
    uid_t uid;
    int r = store_get_account(a->call.txn, name, x);
    if (r == 0 && waits_for_application(*x))
        return take_up(a, *x, p);
    if (r == 0) {
        if (strcmp((*x)->person, p->id) != 0)
            return err_fail(GDPOP_ERR_EXISTS, _("the name %s belongs to another person, for ever"),
                            name);
        if (strcmp((*x)->state, "closed") != 0)
            return err_fail(GDPOP_ERR_EXISTS, _("%s has the account %s already"), p->id, name);
        return 0;
    }
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    if (local_has_name(name, &uid))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s is a local account of this host; choose another name"), name);
    if ((r = admin_name_is_free(a, name, &table_account)) != 0 ||
        (r = check_group_is_free(a, name)) != 0)
        return r;
    r = store_account_of_person(a->call.txn, p->id, &other);
    if (r == 0)
        return err_fail(GDPOP_ERR_EXISTS,
                        _("one person, one account: %s has the account %s already"), p->id, other);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    if ((*x = arena_alloc(a->call.arena, sizeof(**x))) == NULL)
        return GDPOP_ERR_NOMEM;
    model__account__init(*x);
    (*x)->name = admin_copy(a, name);
    (*x)->person = p->id;
    return (*x)->name ? 0 : GDPOP_ERR_NOMEM;
}

/* Who is on duty at night freezes in a whole city or province. */
static int check_officer(struct gdpop_admin *a, const Model__Person *p)
{
    Model__Organisation *o;
    int r = store_get_organisation(a->call.txn, p->organisation, &o);
    if (r != 0 || strcmp(o->level, "province") == 0 || strcmp(o->level, "city") == 0)
        return r;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("duty officers belong to a city or the province; %s is a %s"), o->id,
                    word_shown(o->level));
}

static int apply(struct gdpop_admin *a, const struct request *q)
{
    const char *name = request_word(q, "user"), *lacks;
    struct settings unused;
    int64_t ends_at = 0;
    Model__Account *x;
    Model__Person *p;
    int r;
    if ((r = identity_check_account_name(name)) != 0)
        return err_prefix(r, "user");
    if ((r = admin_person(a, request_word(q, "person"), &p)) != 0 ||
        (r = admin_not_own_person(a, p->id)) != 0 || (r = start_record(a, name, p, &x)) != 0)
        return r;
    if (waits_for_application(x))
        ends_at = x->expires_at;
    if ((r = request_all(a, q, "system", &x->systems, &x->n_systems)) != 0 ||
        (r = request_instant(a, q, "until", true, &x->expires_at)) != 0)
        return r;
    if (policy_settings(a->call.txn, x->systems, x->n_systems, &unused) != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("--system: no loaded profile names one of the systems"));
    if (x->expires_at && x->expires_at <= a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies in the past"));
    const char *kind = waits_for_application(x) ? "adopt" : "open";
    if (x->expires_at == 0)
        x->expires_at = ends_at;
    x->organisation = p->organisation;
    x->leave = NULL;
    x->closed_at = 0;
    /* Who returns does not come back from a secondment of before, without an approval. */
    x->home_organisation = x->home_role = x->home_staff = (char *)"";
    x->n_home_systems = 0;
    x->seconded_until_at = 0;
    x->role = admin_copy(a, request_word(q, "role"));
    x->duties = duty_of(request_word(q, "duty"));
    if (x->duties == GDPOP_DUTY_OFFICER && (r = check_officer(a, p)) != 0)
        return r;
    x->account_type = admin_copy(a, request_word(q, "account-type"));
    x->manages_accounts = request_flag(q, "manages-accounts");
    if (!x->role || !x->account_type)
        return GDPOP_ERR_NOMEM;
    if ((r = lifecycle_apply(a, q, x, kind, &lacks)) != 0 ||
        (r = admin_event(a, "account.apply", x->name, p->id, x->role)) != 0)
        return r;
    if (!lacks)
        return result_message(a, _("%s is active"), x->name);
    return result_message(a, _("application for %s filed; it needs %s"), x->name, lacks);
}

static int approve(struct gdpop_admin *a, const struct request *q)
{
    struct ruling ruling = {.leader = request_text(q, "leader"),
                            .file = request_file(q, "paper"),
                            .number = request_word(q, "paper-number")};
    Model__RequestRow *row;
    Model__Request *batch;
    Model__Account *x;
    const char *lacks;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = request_instant(a, q, "date", false, &ruling.at)) != 0)
        return r;
    if (strcmp(x->state, "applied") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s; only an application can be approved"),
                        x->name, word_shown(x->state));
    if ((r = batch_of_account(a, x, &batch, &row)) != 0 ||
        (r = batch_decide(a, batch, row, &ruling, &lacks)) != 0)
        return r;
    bool approved = strcmp(row->state, "submitted") != 0;
    return result_message(a,
                          !lacks     ? _("%s approved and active")
                          : approved ? _("%s approved; to become active it lacks %s")
                                     : _("the approval of %s is on record; it still lacks %s"),
                          x->name, lacks);
}

static const char *join(struct gdpop_admin *a, char **list, size_t count)
{
    char *text = admin_copy(a, "");
    for (size_t i = 0; text && i < count; i++)
        text = arena_printf(a->call.arena, "%s%s%s", text, i ? " " : "", list[i]);
    return text ? text : "";
}

static int describe(struct gdpop_admin *a, const Model__Account *x)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = result_word(a, "state", _("State"), x->state)) != 0 ||
        (r = result_text(a, "person", _("Person"), x->person)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), x->organisation)) != 0 ||
        (r = result_text(a, "systems", _("Systems"), join(a, x->systems, x->n_systems))) != 0 ||
        (r = result_text(a, "role", _("Role"), x->role)) != 0 ||
        (r = result_word(a, "duty", _("Duty"), duty_word(x->duties))) != 0)
        return r;
    return result_uid(a, "uid", _("Uid"), x->uid);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    Model__Credential *c = NULL;
    Model__Counter *counter;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 || (r = describe(a, x)) != 0)
        return r;
    r = store_get_credential(a->call.txn, x->name, &c);
    if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) ||
        (r = store_get_counter(a->call.txn, x->name, &counter)) != 0)
        return r;
    bool locked = counter->locked_until_at > a->now_at;
    const Model__Application *newest =
        x->n_applications ? x->applications[x->n_applications - 1] : NULL;
    if ((r = result_text(a, "request", _("Request"), newest ? newest->request : "")) != 0 ||
        (r = result_instant(a, "leaves_at", _("Leaves"), x->leave ? x->leave->on_at : 0)) != 0)
        return r;
    if ((r = result_instant(a, "activated_at", _("Active since"), x->activated_at)) != 0 ||
        (r = result_instant(a, "expires_at", _("Expires"), x->expires_at)) != 0 ||
        (r = result_text(a, "frozen_reason", _("Frozen because"), x->frozen_reason)) != 0 ||
        (r = result_text(a, "frozen_by", _("Frozen by"), x->frozen_by)) != 0 ||
        (r = result_instant(a, "suspended_until", _("Suspended until"), x->suspended_until_at)) !=
            0 ||
        (r = result_instant(a, "password_set_at", _("Password set"), c ? c->set_at : 0)) != 0 ||
        (r = result_bool(a, "password_initial", _("Initial password"), c && c->initial)) != 0 ||
        (r = result_instant(a, "locked_until", _("Locked until"),
                            locked ? counter->locked_until_at : 0)) != 0 ||
        (r = result_instant(a, "last_login_at", _("Last login"), counter->last_login_at)) != 0)
        return r;
    return result_text(a, "last_login_from", _("Last login from"), counter->last_login_from);
}

struct listing {
    struct gdpop_admin *a;
    const char *organisation, *state;
    bool lacking, would_deny;
    size_t seen, found;
};

static bool may_log_in(const struct gdpop_admin *a, const Model__Account *x)
{
    return !x->service && (account_in_force(x, a->now_at) || account_is_unfinished(x));
}

static int describe_lacking(struct listing *l, const Model__Account *x)
{
    const char *lacks;
    int r;
    if (!may_log_in(l->a, x))
        return 0;
    l->seen++;
    if ((r = standing_lacks(l->a, x, &lacks)) != 0 || !lacks[0])
        return r;
    l->found++;
    r = describe(l->a, x);
    return r != 0 ? r : result_text(l->a, "lacks", _("Lacks"), lacks);
}

/* One row for each rule that would deny; what only asks for a new password locks nobody out. */
static int describe_denials(struct listing *l, const Model__Account *x)
{
    struct gdpop_admin *a = l->a;
    struct trace *trace;
    bool denied = false;
    int r;
    if (!may_log_in(a, x))
        return 0;
    l->seen++;
    if ((r = standing_judge(a, x, &trace)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < trace->count; i++) {
        const struct finding *f = &trace->finding[i];
        if (f->level != FINDING_DENY)
            continue;
        denied = true;
        if ((r = result_row(a, 0)) != 0 ||
            (r = result_text(a, "organisation", _("Organisation"), x->organisation)) != 0 ||
            (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
            (r = result_text(a, "rule", _("Rule"), f->rule)) != 0 ||
            (r = result_text(a, "tag", _("Article"), f->tag)) != 0 ||
            (r = result_text(a, "code", _("Code"), f->code)) != 0)
            break;
        r = result_text(a, "sentence", _("Sentence"), admin_copy(a, f->text));
    }
    l->found += denied;
    return r;
}

static int list_one(struct bytes key, void *message, void *arg)
{
    struct listing *l = arg;
    const Model__Account *x = message;
    bool within = true;
    (void)key;
    if (l->state && strcmp(l->state, x->state) != 0)
        return 0;
    if (l->organisation) {
        int r = store_is_within(l->a->call.txn, x->organisation, l->organisation, &within);
        if (r != 0)
            return r;
    }
    if (!within)
        return 0;
    return l->would_deny ? describe_denials(l, x)
           : l->lacking  ? describe_lacking(l, x)
                         : describe(l->a, x);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {.a = a,
                        .organisation = request_text(q, "org"),
                        .state = request_text(q, "state"),
                        .lacking = request_flag(q, "lacking"),
                        .would_deny = request_flag(q, "would-deny")};
    Model__Organisation *o;
    int r;
    result_list(a);
    if (!l.organisation && a->self)
        l.organisation = a->self->organisation;
    if (l.organisation && (r = admin_organisation(a, l.organisation, &o)) != 0)
        return r;
    r = store_each(a->call.txn, &table_account, BYTES("", 0), list_one, &l);
    if (r != 0 || (!l.lacking && !l.would_deny))
        return r;
    return result_message(a,
                          l.would_deny ? _("%zu of %zu accounts would be denied")
                                       : _("%zu of %zu accounts lack something"),
                          l.found, l.seen);
}

const struct operation operations_account[] = {
    {.public = {.noun = "account",
                .verb = "apply",
                .help = N_("File an application (A4) for an account."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan --person P000001 --system population --role entry",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("name of the account")),
                        REQUIRED("person", GDPOP_PARAM_WORD, "PERSON",
                                 N_("the person whose account it is")),
                        {.name = "system",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .repeated = true,
                         .metavar = "SYSTEM",
                         .help = N_("a system that it may use")},
                        REQUIRED("role", GDPOP_PARAM_WORD, "ROLE", N_("what it may do there")),
                        {.name = "duty",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "DUTY",
                         .choices = "system security audit duty-officer",
                         .help = N_("duty of an administrator")},
                        OPTIONAL("until", GDPOP_PARAM_DATE, "DATE", N_("last day")),
                        OPTIONAL("purpose", GDPOP_PARAM_TEXT, "TEXT", N_("what for")),
                        {.name = "account-type",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "TYPE",
                         .choices = "entry management query",
                         .help = N_("kind of account on Shenzhen's form A2")},
                        OPTIONAL("manages-accounts", GDPOP_PARAM_FLAG, NULL,
                                 N_("it manages accounts (Shenzhen's form A2)")),
                        OPTIONAL("request", GDPOP_PARAM_WORD,
                                 "REQUEST", N_("the request whose paper it stands on")),
                        PARAMS_END}},
     .run = apply},
    {.public = {.noun = "account",
                .verb = "approve",
                .help = N_("Record a leader's approval of an application."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "zhangsan --leader P000002 --paper decision.pdf --date 2026-03-02",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        OPTIONAL("leader", GDPOP_PARAM_WORD, "PERSON",
                                 N_("who approved; the responsible leader when left out")),
                        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE",
                                 N_("the signed paper; its digest is kept")),
                        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER",
                                 N_("its number or shelf mark")),
                        OPTIONAL("date", GDPOP_PARAM_DATE, "DATE",
                                 N_("day of the decision, today when left out")),
                        PARAMS_END}},
     .run = approve},
    {.public = {.noun = "account",
                .verb = "list",
                .help = N_("List accounts."),
                .duties = GDPOP_DUTY_ANY,
                .example = "--state frozen",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                                 N_("only of this organisation and those below")),
                        {.name = "state",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "STATE",
                         .choices = "applied approved active frozen closed",
                         .help = N_("only in this state")},
                        FLAG("lacking", N_("those that lack something, and what")),
                        FLAG("would-deny",
                             N_("those that would be denied if no rule only observed, and why")),
                        PARAMS_END}},
     .run = list},
    {.public = {.noun = "account",
                .verb = "show",
                .help = N_("Show an account."),
                .duties = GDPOP_DUTY_ANY,
                .example = "zhangsan",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("user", "USER", N_("the account")),
                                                 PARAMS_END}},
     .run = show},
    {.public = {.noun = NULL}},
};
