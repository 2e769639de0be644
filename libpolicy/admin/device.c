/* Devices: computers, phones and hardware keys with which people log in (SZ-21, SZ-22, TJ-15). */
#include "admin/device.h"

#include "model/sshkey.h"
#include <stdio.h>

static int add_key(struct gdpop_admin *a, Model__Device *d, const char *line)
{
    char *plain, *known;
    int r;
    if ((r = sshkey_plain(line, a->call.arena, &plain)) != 0)
        return err_prefix(r, "--key");
    r = store_device_by_key(a->call.txn, plain, &known);
    if (r == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("this key is the key of the device %s already"), known);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    if (codec_has_text(d->keys, d->n_keys, plain))
        return 0;
    return codec_add_text(a->call.arena, &d->keys, &d->n_keys, plain);
}

/* A .pub file: a key a line; empty lines and those that begin with # are passed over. */
static int read_key_file(struct gdpop_admin *a, const struct gdpop_arg *file, Model__Device *d)
{
    size_t before = d->n_keys;
    char *rest = NULL, *text = arena_alloc(a->call.arena, file->len + 1);
    int r = 0;
    if (!text)
        return GDPOP_ERR_NOMEM;
    memcpy(text, file->value, file->len);
    if (strlen(text) != file->len)
        return err_fail(GDPOP_ERR_FORMAT, _("--key: the file is no text of public keys"));
    for (char *line = strtok_r(text, "\r\n", &rest); r == 0 && line;
         line = strtok_r(NULL, "\r\n", &rest)) {
        line += strspn(line, " \t");
        if (line[0] && line[0] != '#')
            r = add_key(a, d, line);
    }
    if (r == 0 && d->n_keys == before)
        return err_fail(GDPOP_ERR_FORMAT, _("--key: the file holds no further public key"));
    return r;
}

static int read_keys(struct gdpop_admin *a, const struct request *q, Model__Device *d)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < q->count; i++)
        if (strcmp(q->args[i].name, "key") == 0)
            r = read_key_file(a, &q->args[i], d);
    if (r == 0 && d->n_keys == 0 && strcmp(d->kind, "key") == 0)
        return err_fail(GDPOP_ERR_USAGE, _("a device of kind key needs --key with its public key"));
    return r;
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Person *p;
    int r;
    if ((r = admin_person(a, request_word(q, "responsible"), &p)) != 0)
        return r;
    d.kind = admin_copy(a, request_word(q, "kind"));
    d.name = admin_copy(a, request_word(q, "name"));
    d.serial = admin_copy(a, request_word(q, "serial"));
    if (!d.kind || !d.name || !d.serial)
        return GDPOP_ERR_NOMEM;
    d.organisation = p->organisation;
    d.responsible = p->id;
    d.state = (char *)"registered";
    d.created_at = a->now_at;
    if ((r = admin_not_own_person(a, p->id)) != 0 || (r = read_keys(a, q, &d)) != 0 ||
        (r = store_next_id(a->call.txn, 'D', &d.id)) != 0 ||
        (r = store_put_device(a->call.txn, &d)) != 0 ||
        (r = admin_event(a, "device.add", p->id, d.id, d.kind)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Device"), d.id)) != 0)
        return r;
    return result_message(a, _("device %s (%s) registered with %zu keys; %s answers for it"), d.id,
                          d.name, d.n_keys, p->id);
}

/* "zhangsan lisi": the accounts bound now. */
static char *bound_accounts(struct gdpop_admin *a, Model__Binding **list, size_t count)
{
    char *text = admin_copy(a, "");
    for (size_t i = 0; text && i < count; i++)
        if (binding_holds(a, list[i]))
            text =
                arena_printf(a->call.arena, "%s%s%s", text, text[0] ? " " : "", list[i]->account);
    return text;
}

static int describe(struct gdpop_admin *a, const Model__Device *d)
{
    Model__Binding **list;
    size_t count;
    int r;
    if ((r = store_bindings_of_device(a->call.txn, d->id, &list, &count)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Device"), d->id)) != 0 ||
        (r = result_word(a, "kind", _("Kind"), d->kind)) != 0 ||
        (r = result_text(a, "name", _("Name"), d->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), d->organisation)) != 0 ||
        (r = result_word(a, "state", _("State"), d->state)) != 0 ||
        (r = result_text(a, "accounts", _("Bound to"), bound_accounts(a, list, count))) != 0 ||
        (r = result_text(a, "serial", _("Serial number"), d->serial)) != 0)
        return r;
    return result_text(a, "responsible", _("Answers for it"), d->responsible);
}

struct listing {
    struct gdpop_admin *a;
    const char *organisation; /* NULL: any */
};

static int list_one(struct bytes key, void *message, void *arg)
{
    const struct listing *l = arg;
    const Model__Device *d = message;
    bool sees, within = true;
    int r;
    (void)key;
    if ((r = admin_sees(l->a, d->organisation, &sees)) != 0 ||
        (l->organisation &&
         (r = store_is_within(l->a->call.txn, d->organisation, l->organisation, &within)) != 0))
        return r;
    return sees && within ? describe(l->a, d) : 0;
}

static int list_of_account(struct gdpop_admin *a, const char *account)
{
    Model__Binding **list;
    Model__Account *x;
    Model__Device *d;
    size_t count;
    int r;
    if ((r = admin_account(a, account, &x)) != 0 ||
        (r = store_bindings_of_account(a->call.txn, x->name, &list, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++)
        if (binding_holds(a, list[i]) &&
            ((r = store_get_device(a->call.txn, list[i]->device, &d)) != 0 ||
             (r = describe(a, d)) != 0))
            return r;
    return 0;
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {a, request_text(q, "org")};
    Model__Organisation *o;
    int r;
    result_list(a);
    if (request_text(q, "account") && l.organisation)
        return err_fail(GDPOP_ERR_USAGE, _("--account and --org exclude each other"));
    if (request_text(q, "account"))
        return list_of_account(a, request_word(q, "account"));
    if (l.organisation && (r = admin_organisation(a, l.organisation, &o)) != 0)
        return r;
    return store_each(a->call.txn, &table_device, BYTES("", 0), list_one, &l);
}

static int show_history(struct gdpop_admin *a, const Model__Device *d)
{
    char *text = admin_copy(a, ""), *keys = admin_copy(a, ""), from[24], until[24];
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_device(a->call.txn, d->id, &list, &count);
    for (size_t i = 0; r == 0 && text && i < count; i++) {
        clock_format_minute(list[i]->from_at, a->utc_offset_min, from);
        clock_format_minute(list[i]->until_at, a->utc_offset_min, until);
        text = arena_printf(a->call.arena, "%s%s%s %s – %s", text, text[0] ? "\n" : "",
                            list[i]->account, from, list[i]->until_at ? until : "");
    }
    for (size_t i = 0; keys && i < d->n_keys; i++)
        keys = arena_printf(a->call.arena, "%s%s%s", keys, i ? "\n" : "", d->keys[i]);
    if (r != 0 || !text || !keys)
        return r != 0 ? r : GDPOP_ERR_NOMEM;
    if ((r = result_text(a, "bindings", _("Bindings"), text)) != 0 ||
        (r = result_text(a, "keys", _("Keys"), keys)) != 0 ||
        (r = result_instant(a, "registered_at", _("Registered"), d->created_at)) != 0)
        return r;
    return result_instant(a, "lost_at", _("Lost since"), d->lost_at);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    Model__Device *d;
    int r;
    if ((r = admin_device(a, request_word(q, "id"), &d)) != 0 || (r = describe(a, d)) != 0)
        return r;
    return show_history(a, d);
}

const struct operation operations_device[] = {
    {.public = {.noun = "device",
                .verb = "add",
                .help = N_("Register a computer, a phone or a hardware key."),
                .example = "--kind key --name UKEY-17 --key id_ed25519_sk.pub "
                           "--responsible P000003",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        {.name = "kind",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .metavar = "KIND",
                         .choices = "computer phone key",
                         .help = N_("what it is")},
                        REQUIRED("name", GDPOP_PARAM_TEXT, "NAME", N_("its name, as on its label")),
                        {.name = "key",
                         .kind = GDPOP_PARAM_FILE,
                         .repeated = true,
                         .metavar = "FILE.pub",
                         .help = N_("public keys that it holds, as ssh-keygen writes them")},
                        OPTIONAL("serial", GDPOP_PARAM_TEXT, "S", N_("its serial number")),
                        REQUIRED("responsible", GDPOP_PARAM_WORD, "PERSON",
                                 N_("the person who answers for it")),
                        PARAMS_END}},
     .run = add},
    {.public = {.noun = "device",
                .verb = "list",
                .help = N_("List devices."),
                .example = "--org gdws",
                .duties = GDPOP_DUTY_ANY,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("account", GDPOP_PARAM_WORD, "USER",
                                 N_("only those bound to this account")),
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                                 N_("only those of this organisation and of those it supervises")),
                        PARAMS_END}},
     .run = list},
    {.public = {.noun = "device",
                .verb = "show",
                .help = N_("Show a device with its keys and all its bindings."),
                .example = "D000001",
                .duties = GDPOP_DUTY_ANY,
                .params = (const struct gdpop_param[]){POSITIONAL("id", "ID", N_("the device")),
                                                       PARAMS_END}},
     .run = show},
    {.public = {.noun = NULL}},
};
