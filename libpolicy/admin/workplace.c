#include "admin/admin.h"

#include "model/address.h"

static int parse(struct gdpop_admin *a, const struct request *q, Model__Workplace *w,
                 struct network *n)
{
    Model__Organisation *o;
    int r;
    model__workplace__init(w);
    if ((r = admin_organisation(a, request_word(q, "org"), &o)) != 0 ||
        (r = network_parse(request_word(q, "network"), n)) != 0)
        return r;
    w->organisation = o->id;
    w->prefix.data = arena_memdup(a->call.arena, n->base.byte, sizeof(n->base.byte));
    w->prefix.len = sizeof(n->base.byte);
    w->prefix_length = n->length;
    return w->prefix.data ? 0 : GDPOP_ERR_NOMEM;
}

/* A workplace is a place: two halves of the Internet would be everywhere. */
static int check_size(const struct network *n)
{
    enum { IPV4_MIN = 96 + 8, IPV6_MIN = 16 };
    char text[50];
    network_format(n, text);
    if (n->length >= (strchr(text, ':') ? IPV6_MIN : IPV4_MIN))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("GD-16: %s is too large for a workplace: /8 is the largest of IPv4, /16 that "
                      "of IPv6"),
                    text);
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    Model__Workplace w;
    struct network n;
    char text[50];
    int r = parse(a, q, &w, &n);
    if (r != 0 || (r = check_size(&n)) != 0)
        return r;
    w.kind = admin_copy(a, request_text(q, "kind") ? request_word(q, "kind") : "lan");
    w.created_by = (char *)a->actor;
    w.created_at = a->now_at;
    network_format(&n, text);
    if (!w.kind)
        return GDPOP_ERR_NOMEM;
    admin_reaches(a, w.organisation, NULL);
    if ((r = store_put_workplace(a->call.txn, &w)) != 0 ||
        (r = admin_event(a, "workplace.add", NULL, w.organisation, admin_copy(a, text))) != 0)
        return r;
    return result_message(a, _("%s is a workplace (%s) of %s"), text, w.kind, w.organisation);
}

static int remove_one(struct gdpop_admin *a, const struct request *q)
{
    Model__Workplace w;
    struct network n;
    char text[50];
    int r = parse(a, q, &w, &n);
    if (r != 0)
        return r;
    network_format(&n, text);
    r = store_delete_workplace(a->call.txn, &w);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("%s is no workplace of %s"), text, w.organisation);
    admin_reaches(a, w.organisation, NULL);
    if (r != 0 ||
        (r = admin_event(a, "workplace.remove", NULL, w.organisation, admin_copy(a, text))) != 0)
        return r;
    return result_message(a, _("%s is no longer a workplace of %s"), text, w.organisation);
}

static int describe(struct gdpop_admin *a, const Model__Workplace *w)
{
    struct network n = {.length = w->prefix_length};
    char text[50];
    int r;
    memcpy(n.base.byte, w->prefix.data, w->prefix.len < 16 ? w->prefix.len : 16);
    network_format(&n, text);
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "network", _("Network"), text)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), w->organisation)) != 0)
        return r;
    return result_word(a, "kind", _("Kind"), w->kind);
}

struct listing {
    struct gdpop_admin *a;
    const char *organisation;
};

static int list_one(struct bytes key, void *message, void *arg)
{
    const struct listing *l = arg;
    const Model__Workplace *w = message;
    bool sees;
    (void)key;
    if (l->organisation && strcmp(l->organisation, w->organisation) != 0)
        return 0;
    int r = admin_sees(l->a, w->organisation, &sees);
    return r == 0 && sees ? describe(l->a, w) : r;
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {a, request_text(q, "org")};
    result_list(a);
    return store_each(a->call.txn, &table_workplace, BYTES("", 0), list_one, &l);
}

/* What a login from this address by somebody of the organisation would find. */
static int test(struct gdpop_admin *a, const struct request *q)
{
    Model__Workplace **found;
    Model__Organisation *o;
    struct address address;
    size_t count;
    int r;
    result_list(a);
    a->result.ok = false;
    if ((r = admin_organisation(a, request_word(q, "org"), &o)) != 0 ||
        (r = address_parse(request_word(q, "address"), &address)) != 0 ||
        (r = store_workplaces_at(a->call.txn, &address, &found, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if ((r = describe(a, found[i])) != 0)
            return r;
        a->result.ok |= strcmp(found[i]->organisation, o->id) == 0 &&
                        strcmp(found[i]->kind, "device-anchored") != 0;
    }
    return result_message(
        a, a->result.ok ? _("%s is a workplace of %s") : _("%s is no workplace of %s"),
        request_word(q, "address"), o->id);
}

#define PLACE_PARAMS                                                                               \
    POSITIONAL("org", "ORG", N_("the organisation")),                                              \
        POSITIONAL("network", "NETWORK", N_("a network such as 10.77.1.0/24, or one address"))

const struct operation operations_workplace[] = {
    {.public =
         {.noun = "workplace",
          .verb = "add",
          .help = N_("Add a network from which an organisation's people may log in."),
          .duties = GDPOP_DUTY_SECURITY,
          .writes = true,
          .example = "gdws 10.77.1.0/24 --kind lan",
          .params =
              (const struct gdpop_param[]){
                  PLACE_PARAMS,
                  {.name = "kind",
                   .kind = GDPOP_PARAM_WORD,
                   .metavar = "KIND",
                   .choices = "lan vpn management device-anchored",
                   .help = N_(
                       "lan, vpn (counts only with a device key), management or device-anchored")},
                  PARAMS_END}},
     .run = add},
    {.public = {.noun = "workplace",
                .verb = "list",
                .help = N_("List the workplaces."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("org", "ORG", N_("only of this organisation")),
                        PARAMS_END}},
     .run = list},
    {.public = {.noun = "workplace",
                .verb = "remove",
                .help = N_("Remove a network."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "gdws 10.77.1.0/24",
                .params = (const struct gdpop_param[]){PLACE_PARAMS, PARAMS_END}},
     .run = remove_one},
    {.public = {.noun = "workplace",
                .verb = "test",
                .help = N_("Tell whether an address is an organisation's workplace."),
                .duties = GDPOP_DUTY_ANY,
                .example = "gdws 10.77.1.2",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("org", "ORG", N_("the organisation")),
                        POSITIONAL("address", "ADDRESS", N_("the address")), PARAMS_END}},
     .run = test},
    {.public = {.noun = NULL}},
};
