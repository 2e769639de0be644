/* A forgotten password, by telephone: one administrator calls the number on file back and knows the
 * caller by unit and last digits, a second one confirms, the first tells a code. */
#include "admin/admin.h"

#include "crypto/code.h"
#include <string.h>

static const int64_t open_for = 4 * 3600 * CLOCK_SECOND; /* from the call to the code */

/* The account that the request is about, and its credential. */
static int read_user(struct gdpop_admin *a, const struct request *q, Model__Account **x,
                     Model__Credential **c)
{
    int r;
    if ((r = admin_account(a, request_word(q, "user"), x)) != 0 ||
        (r = admin_not_self(a, (*x)->name)) != 0)
        return r;
    if (!account_in_force(*x, a->now_at))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s is %s; only an active account gets a new password"), (*x)->name,
                        word_shown((*x)->state));
    r = store_get_credential(a->call.txn, (*x)->name, c);
    if (r == GDPOP_ERR_NOT_FOUND || (*x)->service)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s has no password of a person to be forgotten: see account "
                          "initial-password"),
                        (*x)->name);
    return r;
}

/* Whoever changed the number would be the one who is called back. */
static int check_phone(struct gdpop_admin *a, const Model__Account *x, const Model__Person *p)
{
    struct settings s;
    int r = admin_password_settings(a, x, &s);
    if (r != 0)
        return r;
    int64_t days = settings_number(&s, SETTING_reset_phone_days);
    if (!p->phone[0])
        return err_fail(GDPOP_ERR_REFUSED, _("%s has no telephone on file: the person comes here"),
                        p->id);
    if (p->phone_at == 0 || p->phone_at + days * CLOCK_DAY <= a->now_at)
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("the telephone of %s was changed less than %lld days ago: the person comes "
                      "here"),
                    p->id, (long long)days);
}

/* The event stands by now. */
static int show_caller(struct gdpop_admin *a)
{
    const Model__Person *p = a->after_arg;
    const char *number = p->document ? p->document->number : "";
    size_t len = strlen(number);
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "call_back", _("Call back"), p->phone)) != 0 ||
        (r = result_text(a, "name", _("Name"), p->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), p->organisation)) != 0 ||
        (r = result_text(a, "department", _("Department"), p->department)) != 0)
        return r;
    return result_text(a, "id_number_end", _("Last four digits"), len > 4 ? number + len - 4 : "");
}

static int open_reset(struct gdpop_admin *a, const struct request *q)
{
    Model__ResetCode *code = arena_alloc(a->call.arena, sizeof(*code));
    Model__Credential *c;
    Model__Account *x;
    Model__Person *p;
    int r;
    if (!code)
        return GDPOP_ERR_NOMEM;
    if (a->after)
        return err_fail(GDPOP_ERR_USAGE, _("one act opens one reset"));
    if ((r = read_user(a, q, &x, &c)) != 0 || (r = admin_person(a, x->person, &p)) != 0 ||
        (r = check_phone(a, x, p)) != 0)
        return r;
    model__reset_code__init(code);
    code->reason = admin_copy(a, request_word(q, "reason"));
    code->opened_by = (char *)a->actor;
    code->opened_at = a->now_at;
    if (!code->reason)
        return GDPOP_ERR_NOMEM;
    c->reset = code;
    a->after = show_caller;
    a->after_arg = p;
    if ((r = store_put_credential(a->call.txn, x->name, c)) != 0 ||
        (r = admin_event(a, "reset.open", x->name, p->id, code->reason)) != 0)
        return r;
    return result_message(a,
                          _("call this number back, never the one of the caller; ask for unit and "
                            "last four digits; another administrator runs: gdpop-admin reset "
                            "confirm %s"),
                          x->name);
}

static int read_open(struct gdpop_admin *a, const struct request *q, Model__Account **x,
                     Model__Credential **c)
{
    int r = read_user(a, q, x, c);
    if (r != 0)
        return r;
    const Model__ResetCode *code = (*c)->reset;
    if (code && code->digest.len == 0 && code->until_at == 0 &&
        a->now_at < code->opened_at + open_for)
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("no reset of %s is open: begin with gdpop-admin reset open %s"), (*x)->name,
                    (*x)->name);
}

static int confirm(struct gdpop_admin *a, const struct request *q)
{
    Model__Credential *c;
    Model__Account *x;
    int r = read_open(a, q, &x, &c);
    if (r != 0)
        return r;
    if (strcmp(c->reset->opened_by, a->actor) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("who opened the reset does not confirm it: another administrator does"));
    c->reset->confirmed_by = (char *)a->actor;
    c->reset->confirmed_at = a->now_at;
    if ((r = store_put_credential(a->call.txn, x->name, c)) != 0 ||
        (r = admin_event(a, "reset.confirm", x->name, NULL, c->reset->reason)) != 0)
        return r;
    return result_message(a, _("confirmed: %s tells the code, by gdpop-admin reset code %s"),
                          c->reset->opened_by, x->name);
}

/* The lockout belonged to the guesses at the forgotten one. */
static int clear_counter(struct gdpop_admin *a, const char *user)
{
    Model__Counter *counter;
    int r = store_get_counter(a->call.txn, user, &counter);
    if (r != 0)
        return r;
    counter->n_failures = 0;
    counter->locked_until_at = 0;
    return store_put_counter(a->call.txn, user, counter);
}

static int give(struct gdpop_admin *a, const Model__Account *x, Model__ResetCode *reset)
{
    struct secret code = {0};
    struct settings s;
    uint8_t *digest = arena_alloc(a->call.arena, CODE_DIGEST_BYTES);
    int r = digest ? admin_password_settings(a, x, &s) : GDPOP_ERR_NOMEM;
    if (r != 0 || (r = code_make(&code)) != 0)
        return r;
    reset->until_at = a->now_at + settings_number(&s, SETTING_reset_code_min) * 60 * CLOCK_SECOND;
    reset->tries = (uint32_t)settings_number(&s, SETTING_reset_code_tries);
    if ((r = code_digest(store_keyring(a->call.store), SPOKEN_CODE, x->name, &code, digest)) == 0 &&
        (r = result_row(a, 0)) == 0 && (r = result_text(a, "user", _("Account"), x->name)) == 0 &&
        (r = result_text(a, "code", _("One-time code"), code.text)) == 0)
        r = result_instant(a, "valid_until", _("Good until"), reset->until_at);
    secret_wipe(&code);
    reset->digest.data = digest;
    reset->digest.len = CODE_DIGEST_BYTES;
    return r;
}

static int tell(struct gdpop_admin *a, const struct request *q)
{
    Model__Credential *c;
    Model__Account *x;
    int r = read_open(a, q, &x, &c);
    if (r != 0)
        return r;
    if (strcmp(c->reset->opened_by, a->actor) != 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s opened the reset, knows who calls and tells the code"),
                        c->reset->opened_by);
    if (!c->reset->confirmed_by[0])
        return err_fail(GDPOP_ERR_REFUSED,
                        _("a second administrator confirms first: gdpop-admin reset confirm %s"),
                        x->name);
    if ((r = give(a, x, c->reset)) != 0 ||
        (r = store_put_credential(a->call.txn, x->name, c)) != 0 ||
        (r = clear_counter(a, x->name)) != 0 ||
        (r = admin_event(a, "reset.code", x->name, NULL, c->reset->reason)) != 0)
        return r;
    return result_message(a,
                          _("tell it on the telephone, in no other way; %s types it instead of the "
                            "password, at the workplace with the bound device, and chooses a new "
                            "password"),
                          x->name);
}

#define USER POSITIONAL("user", "USER", N_("the account"))

const struct operation operations_reset[] = {
    {.public = {.noun = "reset",
                .verb = "code",
                .help = N_("Make the code that is told on the telephone, once."),
                .example = "zhangsan",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params = (const struct gdpop_param[]){USER, PARAMS_END}},
     .run = tell},
    {.public = {.noun = "reset",
                .verb = "confirm",
                .help = N_("Confirm, as a second administrator, that a password may be reset."),
                .example = "zhangsan",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){USER, PARAMS_END}},
     .run = confirm},
    {.public = {.noun = "reset",
                .verb = "open",
                .help =
                    N_("Begin the reset of a forgotten password by telephone: whom to call back."),
                .example = "zhangsan --reason 忘记密码",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        USER, REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END}},
     .run = open_reset},
    {.public = {.noun = NULL}},
};
