#include "admin/admin.h"

#include "base/host.h"

static int add_host(struct gdpop_admin *a, const struct request *q, const char *id)
{
    Model__Host *known, h = MODEL__HOST__INIT;
    Model__Organisation *o;
    Model__Device *d;
    int r;
    h.id = admin_copy(a, id);
    h.name = admin_copy(a, request_word(q, "name"));
    h.organisation = admin_copy(a, request_word(q, "org"));
    h.device = admin_copy(a, request_word(q, "device"));
    h.state = (char *)"active";
    if (!h.id || !h.name || !h.organisation || !h.device)
        return GDPOP_ERR_NOMEM;
    if (strlen(id) != 32 || id[strspn(id, "0123456789abcdef")])
        return err_fail(GDPOP_ERR_FORMAT,
                        _("\"%s\" is no machine id: 32 hexadecimal digits, as in /etc/machine-id"),
                        id);
    if ((r = request_all(a, q, "system", &h.systems, &h.n_systems)) != 0 ||
        (r = request_all(a, q, "console", &h.consoles, &h.n_consoles)) != 0 ||
        (r = admin_organisation(a, h.organisation, &o)) != 0 ||
        (h.device[0] && (r = admin_device(a, h.device, &d)) != 0))
        return r;
    struct settings unused;
    if ((r = policy_settings(a->call.txn, h.systems, h.n_systems, &unused)) != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("no loaded profile names one of the systems of host %s"), h.name);
    r = store_get_host(a->call.txn, id, &known);
    if (r == 0 && strcmp(known->state, "active") == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("host %s is registered already as %s"), id,
                        known->name);
    /* Whoever it was before goes on speaking for its record. */
    if (r == 0 && admin_scope(a, known->organisation) != 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("host %s was registered by %s, which your organisation does not "
                          "supervise: who supervises both registers it anew"),
                        id, known->organisation);
    if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) ||
        (r = admin_name_is_free(a, h.id, &table_host)) != 0 ||
        (r = store_put_host(a->call.txn, &h)) != 0 ||
        (r = admin_event(a, "host.add", NULL, h.id, h.name)) != 0)
        return r;
    return result_message(a, _("host %s (%s) registered for %s"), h.name, h.id, h.organisation);
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    return add_host(a, q, request_word(q, "id"));
}

static int register_this(struct gdpop_admin *a, const struct request *q)
{
    char id[33];
    host_machine_id(id);
    return add_host(a, q, id);
}

static const char *join(struct gdpop_admin *a, char **list, size_t count)
{
    char *text = admin_copy(a, "");
    for (size_t i = 0; text && i < count; i++)
        text = arena_printf(a->call.arena, "%s%s%s", text, i ? " " : "", list[i]);
    return text ? text : "";
}

static int describe(struct gdpop_admin *a, const Model__Host *h)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Host"), h->id)) != 0 ||
        (r = result_text(a, "name", _("Name"), h->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), h->organisation)) != 0 ||
        (r = result_text(a, "systems", _("Systems"), join(a, h->systems, h->n_systems))) != 0 ||
        (r = result_text(a, "consoles", _("Consoles"), join(a, h->consoles, h->n_consoles))) != 0 ||
        (r = result_text(a, "device", _("Device"), h->device)) != 0)
        return r;
    return result_word(a, "state", _("State"), h->state);
}

static int find(struct gdpop_admin *a, const char *id, Model__Host **h)
{
    int r = store_get_host(a->call.txn, id, h);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is no host %s"), id);
    return r != 0 ? r : admin_scope(a, (*h)->organisation);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    Model__Host *h;
    char here[33];
    host_machine_id(here);
    int r = find(a, request_text(q, "id") ? request_word(q, "id") : here, &h);
    return r != 0 ? r : describe(a, h);
}

static int list_one(struct bytes key, void *message, void *arg)
{
    const Model__Host *h = message;
    bool sees;
    (void)key;
    int r = admin_sees(arg, h->organisation, &sees);
    return r == 0 && sees ? describe(arg, h) : r;
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    (void)q;
    result_list(a);
    return store_each(a->call.txn, &table_host, BYTES("", 0), list_one, a);
}

/* The words of an option that replace a list; "none" empties it. */
static int replace_all(struct gdpop_admin *a, const struct request *q, const char *option,
                       char ***list, size_t *count)
{
    char **words;
    size_t n;
    int r = request_all(a, q, option, &words, &n);
    if (r != 0 || n == 0)
        return r;
    *list = words;
    *count = n == 1 && strcmp(words[0], "none") == 0 ? 0 : n;
    return 0;
}

static int replace_device(struct gdpop_admin *a, const struct request *q, Model__Host *h)
{
    Model__Device *d;
    if (!request_text(q, "device"))
        return 0;
    h->device = admin_copy(a, request_word(q, "device"));
    if (!h->device)
        return GDPOP_ERR_NOMEM;
    if (strcmp(h->device, "none") == 0)
        h->device[0] = '\0';
    return h->device[0] ? admin_device(a, h->device, &d) : 0;
}

/* Its organisation stays: at another one it is another host, by retire and add. */
static int set(struct gdpop_admin *a, const struct request *q)
{
    Model__Host *h;
    struct settings unused;
    int r = find(a, request_word(q, "id"), &h);
    if (r != 0)
        return r;
    if (strcmp(h->state, "active") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("host %s is retired; register it anew"), h->name);
    if (q->count < 2)
        return err_fail(GDPOP_ERR_USAGE,
                        _("nothing to change: give --name, --system, --console or --device"));
    if (request_text(q, "name") && !(h->name = admin_copy(a, request_word(q, "name"))))
        return GDPOP_ERR_NOMEM;
    if ((r = replace_all(a, q, "system", &h->systems, &h->n_systems)) != 0 ||
        (r = replace_all(a, q, "console", &h->consoles, &h->n_consoles)) != 0 ||
        (r = replace_device(a, q, h)) != 0)
        return r;
    if (h->n_systems == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("host %s must run a system, or be retired"), h->name);
    if ((r = policy_settings(a->call.txn, h->systems, h->n_systems, &unused)) != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("no loaded profile names one of the systems of host %s"), h->name);
    admin_reaches(a, NULL, h->id);
    if ((r = store_put_host(a->call.txn, h)) != 0 ||
        (r = admin_event(a, "host.set", NULL, h->id, h->name)) != 0)
        return r;
    return result_message(a, _("host %s is changed"), h->name);
}

static int retire(struct gdpop_admin *a, const struct request *q)
{
    Model__Host *h;
    int r = find(a, request_word(q, "id"), &h);
    if (r != 0)
        return r;
    h->state = (char *)"retired";
    admin_reaches(a, NULL, h->id);
    if ((r = store_put_host(a->call.txn, h)) != 0 ||
        (r = admin_event(a, "host.retire", NULL, h->id, h->name)) != 0)
        return r;
    return result_message(a, _("host %s retired: it lets in nobody but break-glass accounts"),
                          h->name);
}

#define HOST_PARAMS                                                                                \
    REQUIRED("name", GDPOP_PARAM_WORD, "NAME", N_("its name")),                                    \
        REQUIRED("org", GDPOP_PARAM_WORD, "ORG", N_("the organisation at which it stands")),       \
        {.name = "system",                                                                         \
         .kind = GDPOP_PARAM_WORD,                                                                 \
         .required = true,                                                                         \
         .repeated = true,                                                                         \
         .metavar = "SYSTEM",                                                                      \
         .help = N_("a system that it runs, such as population or cme")},                          \
        {.name = "console",                                                                        \
         .kind = GDPOP_PARAM_WORD,                                                                 \
         .repeated = true,                                                                         \
         .metavar = "TTY",                                                                         \
         .help = N_("a terminal that counts as its console besides tty1 and so on; may hold *")},  \
        OPTIONAL("device", GDPOP_PARAM_WORD, "DEVICE", N_("the device that its console is")),      \
        PARAMS_END

const struct operation operations_host[] = {
    {.public = {.noun = "host",
                .verb = "add",
                .help = N_("Register a host."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example =
                    "0123456789abcdef0123456789abcdef --name app1 --org gdws --system population",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "MACHINE-ID", N_("its /etc/machine-id")), HOST_PARAMS}},
     .run = add},
    {.public = {.noun = "host",
                .verb = "list",
                .help = N_("List the hosts."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "host",
                .verb = "register",
                .help = N_("Register the host that this runs on."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "--name app1 --org gdws --system population",
                .params = (const struct gdpop_param[]){HOST_PARAMS}},
     .run = register_this},
    {.public = {.noun = "host",
                .verb = "retire",
                .help = N_("Take a host out of service."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "0123456789abcdef0123456789abcdef",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("id", "MACHINE-ID", N_("the host")),
                                                 CONFIRM("MACHINE-ID"), PARAMS_END}},
     .run = retire},
    {.public = {.noun = "host",
                .verb = "set",
                .help = N_("Change a host's name, systems, consoles or device."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "0123456789abcdef0123456789abcdef --system population --system cme",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "MACHINE-ID", N_("the host")),
                        OPTIONAL("name", GDPOP_PARAM_WORD, "NAME", N_("its name")),
                        {.name = "system",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "SYSTEM",
                         .help = N_("the systems that it runs instead of those before")},
                        {.name = "console",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "TTY",
                         .help = N_("its further consoles instead of those before; none for none")},
                        OPTIONAL("device", GDPOP_PARAM_WORD, "DEVICE",
                                 N_("the device that its console is; none for none")),
                        PARAMS_END}},
     .run = set},
    {.public = {.noun = "host",
                .verb = "show",
                .help = N_("Show a host, this one without an id."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("id", "MACHINE-ID", N_("the host")), PARAMS_END}},
     .run = show},
    {.public = {.noun = NULL}},
};
