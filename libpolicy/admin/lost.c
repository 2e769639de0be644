/* Lost devices: reported by the person, or by whoever tells the code that was given when the device
 * was bound (SZ-22). */
#include "admin/device.h"

#include "crypto/code.h"

enum { WRONG_CODES_MAX = 5 };

static int digest_of(struct gdpop_admin *a, const Model__Binding *b, const struct secret *code,
                     uint8_t out[static CODE_DIGEST_BYTES])
{
    const char *owner = arena_printf(a->call.arena, "%s %s", b->device, b->account);
    return owner ? code_digest(store_keyring(a->call.store), "revocation", owner, code, out)
                 : GDPOP_ERR_NOMEM;
}

int device_new_code(struct gdpop_admin *a, Model__Binding *b)
{
    struct secret code = {0};
    uint8_t *digest = arena_alloc(a->call.arena, CODE_DIGEST_BYTES);
    int r = digest ? code_make(&code) : GDPOP_ERR_NOMEM;
    if (r == 0 && (r = digest_of(a, b, &code, digest)) == 0 && (r = result_row(a, 0)) == 0 &&
        (r = result_text(a, "device", _("Device"), b->device)) == 0 &&
        (r = result_text(a, "user", _("Account"), b->account)) == 0)
        r = result_text(a, "revocation_code", _("Revocation code"), code.text);
    secret_wipe(&code);
    if (r != 0)
        return r;
    b->revocation.data = digest;
    b->revocation.len = CODE_DIGEST_BYTES;
    b->revocation_failures = 0;
    return 0;
}

static int new_code(struct gdpop_admin *a, const struct request *q)
{
    Model__Binding **list;
    Model__Account *x;
    Model__Device *d;
    size_t count;
    int r;
    if ((r = admin_device(a, request_word(q, "id"), &d)) != 0 ||
        (r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 || (r = device_check_binder(a, x)) != 0 ||
        (r = store_bindings_of_device(a->call.txn, d->id, &list, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if (!binding_holds(a, list[i]) || strcmp(list[i]->account, x->name) != 0)
            continue;
        if ((r = device_new_code(a, list[i])) != 0 ||
            (r = store_put_binding(a->call.txn, list[i])) != 0)
            return r;
        return admin_event(a, "device.code", x->name, d->id, NULL);
    }
    return err_fail(GDPOP_ERR_NOT_FOUND, _("the device %s is not bound to %s"), d->id, x->name);
}

/* Ends what the account runs when one of its sessions uses the device. */
static int end_sessions_on(struct gdpop_admin *a, const char *account, const char *device,
                           size_t *ended)
{
    Model__Session **list;
    Model__Account *x;
    size_t count, using = 0;
    int r = store_open_sessions(a->call.txn, account, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        using += strcmp(list[i]->device, device) == 0;
    if (r != 0 || using == 0)
        return r;
    ++*ended;
    if ((r = store_get_account(a->call.txn, account, &x)) != 0 ||
        (r = ending_record(a->call.txn, account, a->actor)) != 0)
        return r;
    return admin_end_sessions_after(a, x->uid);
}

int device_end_sessions(struct gdpop_admin *a, const char *device, size_t *ended)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_device(a->call.txn, device, &list, &count);
    *ended = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = end_sessions_on(a, list[i]->account, device, ended);
    return r;
}

static int mark(struct gdpop_admin *a, Model__Device *d, const char *detail)
{
    size_t ended;
    int r;
    if (strcmp(d->state, "lost") == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("the device %s is reported lost already"), d->id);
    if (strcmp(d->state, "retired") == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the device %s is retired already"), d->id);
    d->lost_at = a->now_at;
    if ((r = device_put_state(a, d, "lost")) != 0 ||
        (r = admin_event(a, "device.lost", NULL, d->id, detail)) != 0 ||
        (r = device_end_sessions(a, d->id, &ended)) != 0)
        return r;
    return result_message(
        a, _("the device %s (%s) is lost: it logs in nobody; sessions of %zu accounts end"), d->id,
        d->name, ended);
}

/* Wrong codes are counted, so this is a call that succeeds and a check that does not pass. */
static int refuse_code(struct gdpop_admin *a, const Model__Account *x, Model__Binding **list,
                       size_t count)
{
    int r;
    for (size_t i = 0; i < count; i++)
        if (binding_holds(a, list[i]) && list[i]->revocation.len != 0) {
            if (++list[i]->revocation_failures >= WRONG_CODES_MAX)
                list[i]->revocation.len = 0;
            if ((r = store_put_binding(a->call.txn, list[i])) != 0)
                return r;
        }
    a->result.ok = false;
    if ((r = admin_event(a, "device.code-wrong", x->name, NULL, NULL)) != 0)
        return r;
    return result_message(a,
                          _("this is the code of no device of %s; after %d wrong codes it is "
                            "void, and who calls must be identified otherwise"),
                          x->name, WRONG_CODES_MAX);
}

/* The code was told aloud: it is worth nothing from now on. */
static int lost_by_code(struct gdpop_admin *a, const Model__Account *x, const char *text)
{
    Model__Binding **list;
    Model__Device *d;
    uint8_t digest[CODE_DIGEST_BYTES];
    struct secret code;
    size_t count;
    bool parsed = code_parse(text, strlen(text), &code);
    int r = store_bindings_of_account(a->call.txn, x->name, &list, &count);
    for (size_t i = 0; r == 0 && parsed && i < count; i++) {
        struct bytes kept = BYTES(list[i]->revocation.data, list[i]->revocation.len);
        if (!binding_holds(a, list[i]) || (r = digest_of(a, list[i], &code, digest)) != 0 ||
            !code_equal(digest, kept))
            continue;
        secret_wipe(&code);
        list[i]->revocation.len = 0;
        if ((r = store_put_binding(a->call.txn, list[i])) != 0 ||
            (r = store_get_device(a->call.txn, list[i]->device, &d)) != 0)
            return r;
        return mark(a, d, "by revocation code");
    }
    secret_wipe(&code);
    return r != 0 ? r : refuse_code(a, x, list, count);
}

/* Whoever is on duty at night can look up nothing: the only device of the account is meant. */
static int lost_by_account(struct gdpop_admin *a, const Model__Account *x)
{
    Model__Device *d, *only = NULL;
    Model__Binding **list;
    const char *names = "";
    size_t count, bound = 0;
    int r = store_bindings_of_account(a->call.txn, x->name, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!binding_holds(a, list[i]) ||
            (r = store_get_device(a->call.txn, list[i]->device, &d)) != 0 ||
            strcmp(d->state, "lost") == 0)
            continue;
        only = d;
        names =
            arena_printf(a->call.arena, "%s%s%s (%s)", names, bound++ ? ", " : "", d->id, d->name);
        if (!names)
            return GDPOP_ERR_NOMEM;
    }
    if (r != 0)
        return r;
    if (bound == 0)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("no device is bound to %s"), x->name);
    if (bound > 1)
        return err_fail(GDPOP_ERR_USAGE, _("%s has several devices; name the one: %s"), x->name,
                        names);
    return mark(a, only, NULL);
}

static int lost(struct gdpop_admin *a, const struct request *q)
{
    const char *id = request_text(q, "id"), *user = request_text(q, "account");
    const char *code = request_text(q, "code");
    Model__Account *x;
    Model__Device *d;
    int r;
    if ((id != NULL) == (user != NULL) || (code && !user))
        return err_fail(GDPOP_ERR_USAGE, _("name the device, or its account with --account, and "
                                           "with it --code"));
    if (id)
        return (r = admin_device(a, id, &d)) != 0 ? r : mark(a, d, NULL);
    if ((r = admin_account(a, user, &x)) != 0)
        return r;
    return code ? lost_by_code(a, x, code) : lost_by_account(a, x);
}

const struct operation operations_lost[] = {
    {.public = {.noun = "device",
                .verb = "code",
                .help = N_("Give a new revocation code for a bound device."),
                .example = "D000001 zhangsan",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){POSITIONAL("id", "ID", N_("the device")),
                                                 POSITIONAL("user", "USER", N_("the account")),
                                                 PARAMS_END}},
     .run = new_code},
    {.public = {.noun = "device",
                .verb = "lost",
                .help = N_("Report a device lost: it logs in nobody, and its sessions end."),
                .example = "D000001",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY | GDPOP_DUTY_OFFICER,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("id", "ID", N_("the device")),
                        OPTIONAL("account", GDPOP_PARAM_WORD, "USER",
                                 N_("the account, instead of the device")),
                        OPTIONAL("code", GDPOP_PARAM_TEXT, "CODE",
                                 N_("the code given when the device was bound, told by who calls")),
                        PARAMS_END}},
     .run = lost,
     .anyway = true},
    {.public = {.noun = NULL}},
};
