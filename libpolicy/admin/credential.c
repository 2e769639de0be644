#include "admin/admin.h"

#include "crypto/phash.h"
#include <stdio.h>

enum { INITIAL_CHARS = 14, HISTORY_KEEP = 24 };

/* A generated password and its two hashes, made before the write transaction is taken. */
struct initial {
    struct secret password;
    char hash[PHASH_MAX_BYTES], history_salt[PHASH_MAX_BYTES], history_hash[PHASH_MAX_BYTES];
};

static int read_salt(struct gdpop_admin *a, const char *user, struct settings *s, char *salt,
                     size_t size)
{
    bool own = a->call.txn == NULL;
    Model__Credential *c = NULL;
    Model__Account *x;
    int r;
    if (own && (r = call_read(&a->call)) != 0)
        return r;
    if ((r = admin_account(a, user, &x)) == 0 && (r = admin_password_settings(a, x, s)) == 0) {
        r = store_get_credential(a->call.txn, user, &c);
        if (r == 0)
            snprintf(salt, size, "%s", c->history_salt);
        if (r == GDPOP_ERR_NOT_FOUND)
            r = 0;
    }
    if (own) {
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    return r;
}

static int prepare(struct gdpop_admin *a, const struct request *q)
{
    struct initial *i = arena_alloc(a->call.arena, sizeof(*i));
    char salt[PHASH_MAX_BYTES];
    struct settings s;
    int r;
    if (!i)
        return GDPOP_ERR_NOMEM;
    /* At init the store is nobody else's yet. */
    if (a->call.txn && !(a->flags & (GDPOP_ADMIN_INIT | GDPOP_ADMIN_READ)))
        return err_fail(GDPOP_ERR_USAGE,
                        _("an initial password is made by the first operation of an act: its hash "
                          "takes long, and every login would wait for it"));
    a->prepared = i;
    if ((r = read_salt(a, request_word(q, "user"), &s, i->history_salt, sizeof(i->history_salt))) !=
        0)
        return r;
    const char *prefix = settings_text(&s, SETTING_hash_prefix);
    unsigned long count = (unsigned long)settings_number(&s, SETTING_hash_count);
    unsigned chars = (unsigned)settings_number(&s, SETTING_length_min);
    if ((r = phash_generate(chars > INITIAL_CHARS ? chars : INITIAL_CHARS, &i->password)) != 0 ||
        (!i->history_salt[0] && (r = phash_salt(prefix, count, i->history_salt)) != 0) ||
        (r = phash_salt(prefix, count, salt)) != 0 ||
        (r = phash_make(&i->password, salt, i->hash)) != 0)
        return r;
    return phash_make(&i->password, i->history_salt, i->history_hash);
}

static int add_history(struct gdpop_admin *a, Model__Credential *c, const struct initial *i)
{
    Model__OldPassword *entry = arena_alloc(a->call.arena, sizeof(*entry));
    if (!entry)
        return GDPOP_ERR_NOMEM;
    model__old_password__init(entry);
    entry->hash = (char *)i->history_hash;
    entry->set_at = a->now_at;
    if (c->n_history >= HISTORY_KEEP) {
        c->history += c->n_history - HISTORY_KEEP + 1;
        c->n_history = HISTORY_KEEP - 1;
    }
    return codec_add_message(a->call.arena, &c->history, &c->n_history, entry);
}

/* A new password ends the lockout that belonged to the old one. */
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

static int initial_password(struct gdpop_admin *a, const struct request *q)
{
    struct initial *i = a->prepared;
    Model__Credential *c;
    Model__Account *x;
    struct settings s;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 || (r = admin_password_settings(a, x, &s)) != 0)
        return r;
    /* An account locked by CQ-6.7 is unlocked by it. */
    if (!account_in_force(x, a->now_at) && !account_is_unfinished(x) &&
        !(strcmp(x->state, "frozen") == 0 && strcmp(x->frozen_tag, "CQ-6.7") == 0))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s is %s; only an active account gets an initial password"), x->name,
                        word_shown(x->state));
    r = store_get_credential(a->call.txn, x->name, &c);
    if (r == GDPOP_ERR_NOT_FOUND) {
        if ((c = arena_alloc(a->call.arena, sizeof(*c))) == NULL)
            return GDPOP_ERR_NOMEM;
        model__credential__init(c);
        r = 0;
    }
    if (r == 0 && c->history_salt[0] && strcmp(c->history_salt, i->history_salt) != 0)
        return err_fail(GDPOP_ERR_BUSY,
                        _("the password of %s was changed in the same moment; try again"), x->name);
    if (r != 0 || (r = add_history(a, c, i)) != 0)
        return r;
    int64_t days = settings_number(&s, SETTING_initial_valid_days);
    c->hash = i->hash;
    c->history_salt = i->history_salt;
    c->set_at = a->now_at;
    c->initial = true;
    c->initial_until_at = clock_day_start(a->now_at, a->utc_offset_min, (int)days + 1);
    c->judged_by = (char *)"";
    c->spoken = false;
    c->reset = NULL;
    if ((r = store_put_credential(a->call.txn, x->name, c)) != 0 ||
        (r = clear_counter(a, x->name)) != 0 ||
        (r = admin_event(a, "account.initial-password", x->name, NULL, NULL)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = result_instant(a, "valid_until", _("Good until"), c->initial_until_at)) != 0 ||
        (r = result_secret(a, "secret", _("Initial password"), i->password.text)) != 0)
        return r;
    return result_message(a,
                          _("initial password of %s made; it is handed over once and must be "
                            "changed at the first login"),
                          x->name);
}

struct due {
    struct gdpop_admin *a;
    int64_t horizon_at;
};

static int list_due(struct bytes key, void *message, void *arg)
{
    struct due *d = arg;
    const Model__Account *x = message;
    Model__Credential *c;
    struct settings s;
    bool within = true;
    (void)key;
    if (strcmp(x->state, "active") != 0 || x->service)
        return 0;
    int r = d->a->self ? store_is_within(d->a->call.txn, x->organisation, d->a->self->organisation,
                                         &within)
                       : 0;
    if (r != 0 || !within)
        return r;
    r = store_get_credential(d->a->call.txn, x->name, &c);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    if ((r = admin_password_settings(d->a, x, &s)) != 0)
        return r;
    int months = (int)settings_number(&s, SETTING_rotation_months);
    int64_t due_at = c->initial ? c->initial_until_at
                     : months   ? clock_months_end(c->set_at, d->a->utc_offset_min, months)
                                : 0;
    if (due_at == 0 || due_at > d->horizon_at)
        return 0;
    if ((r = result_row(d->a, 0)) != 0 ||
        (r = result_text(d->a, "user", _("Account"), x->name)) != 0 ||
        (r = result_text(d->a, "organisation", _("Organisation"), x->organisation)) != 0 ||
        (r = result_instant(d->a, "due_at", _("Due"), due_at)) != 0 ||
        (r = result_bool(d->a, "overdue", _("Overdue"), due_at <= d->a->now_at)) != 0)
        return r;
    return result_bool(d->a, "initial", _("Initial password"), c->initial);
}

static int due(struct gdpop_admin *a, const struct request *q)
{
    struct due d = {.a = a};
    int64_t within;
    int r = request_duration(q, "within", &within);
    if (r != 0)
        return r;
    d.horizon_at = a->now_at + (within ? within : 30 * CLOCK_DAY);
    result_list(a);
    return store_each(a->call.txn, &table_account, BYTES("", 0), list_due, &d);
}

const struct operation operations_credential[] = {
    {.public = {.noun = "account",
                .verb = "due",
                .help = N_("List the passwords that must be changed soon."),
                .duties = GDPOP_DUTY_ANY,
                .example = "--within 30d",
                .params =
                    (const struct gdpop_param[]){OPTIONAL("within", GDPOP_PARAM_DURATION, "TIME",
                                                          N_("how far ahead, 30d when left out")),
                                                 PARAMS_END}},
     .run = due},
    {.public = {.noun = "account",
                .verb = "initial-password",
                .help = N_("Make an initial password, handed over once."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan --to zhangsan.password",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        REQUIRED("to", GDPOP_PARAM_OUT, "FILE",
                                 N_("a new file that holds it, readable only by you")),
                        PARAMS_END}},
     .prepare = prepare,
     .run = initial_password},
    {.public = {.noun = NULL}},
};
