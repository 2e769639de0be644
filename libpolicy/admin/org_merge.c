/* Merging an organisation into another: its people, accounts, devices, hosts, networks, requests,
 * obligations and registers go over; its record stays. */
#include "admin/admin.h"

#include "policy/policy.h"

enum { KINDS = 10 };

struct merge {
    struct gdpop_admin *a;
    const char *from;
    void **list;
    size_t count;
};

/* One row a table whose records name an organisation. */
static const struct {
    const struct table *table;
    size_t field; /* of the organisation's id */
} kinds[KINDS] = {
    {&table_organisation, offsetof(Model__Organisation, supervised_by)},
    {&table_person, offsetof(Model__Person, organisation)},
    {&table_account, offsetof(Model__Account, organisation)},
    {&table_device, offsetof(Model__Device, organisation)},
    {&table_host, offsetof(Model__Host, organisation)},
    {&table_workplace, offsetof(Model__Workplace, organisation)},
    {&table_account, offsetof(Model__Account, home_organisation)},
    {&table_request, offsetof(Model__Request, organisation)},
    {&table_obligation, offsetof(Model__Obligation, organisation)},
    {&table_register, offsetof(Model__RegisterEntry, organisation)},
};

static char **field_of(void *message, int kind)
{
    return (char **)(void *)((char *)message + kinds[kind].field);
}

struct gathering {
    struct merge *m;
    int kind;
};

static int gather(struct bytes key, void *message, void *arg)
{
    struct gathering *g = arg;
    (void)key;
    if (strcmp(*field_of(message, g->kind), g->m->from) != 0)
        return 0;
    return codec_add_message(g->m->a->call.arena, &g->m->list, &g->m->count, message);
}

static int put(struct txn *t, int kind, void *message, const char *to)
{
    int r = kind == 5 ? store_delete_workplace(t, message) : 0;
    *field_of(message, kind) = (char *)to;
    if (r != 0)
        return r;
    switch (kind) {
    case 0:
        return store_put_organisation(t, message);
    case 1:
        return store_put_person(t, message);
    case 2:
        return store_put_account(t, message);
    case 3:
        return store_put_device(t, message);
    case 4:
        return store_put_host(t, message);
    case 5:
        return store_put_workplace(t, message);
    case 6:
        return store_put_account(t, message);
    case 7:
        return store_put_request(t, message);
    case 8:
        return store_put_obligation(t, message);
    default:
        return store_put_register_entry(t, message);
    }
}

static int move_all(struct merge *m, const char *to, size_t *moved)
{
    *moved = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        struct gathering g = {m, kind};
        m->list = NULL;
        m->count = 0;
        int r = store_each(m->a->call.txn, kinds[kind].table, BYTES("", 0), gather, &g);
        for (size_t i = 0; r == 0 && i < m->count; i++)
            r = put(m->a->call.txn, kind, m->list[i], to);
        if (r != 0)
            return r;
        *moved += m->count;
    }
    return 0;
}

static int merge(struct gdpop_admin *a, const struct request *q)
{
    struct merge m = {a, request_word(q, "id"), NULL, 0};
    Model__Organisation *from, *into;
    size_t moved;
    bool below;
    int r;
    if ((r = admin_organisation(a, m.from, &from)) != 0 ||
        (r = admin_organisation(a, request_word(q, "into"), &into)) != 0 ||
        (r = store_is_within(a->call.txn, into->id, from->id, &below)) != 0)
        return r;
    if (below || strcmp(from->level, into->level) != 0 || into->successor[0])
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s cannot be merged into %s: both must be of one level, and neither "
                          "above the other nor merged itself"),
                        from->id, into->id);
    if (a->self && strcmp(a->self->organisation, from->id) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("nobody acts on themselves: %s is your own organisation"), from->id);
    from->successor = into->id;
    from->suspended = true;
    from->suspended_by = (char *)a->actor;
    from->suspended_reason = arena_printf(a->call.arena, _("merged into %s"), into->id);
    if (!from->suspended_reason)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_organisation(a->call.txn, from)) != 0 ||
        (r = move_all(&m, into->id, &moved)) != 0 ||
        (r = admin_event(a, "org.merge", NULL, from->id, into->id)) != 0)
        return r;
    return result_message(a, _("%s is merged into %s with %zu records"), from->id, into->id, moved);
}

static const struct gdpop_param merge_params[] = {
    POSITIONAL("id", "ORG", N_("the organisation that ends")),
    REQUIRED("into", GDPOP_PARAM_WORD, "ORG", N_("the organisation that goes on")), CONFIRM("ORG"),
    PARAMS_END};

const struct operation operations_org_merge[] = {
    {.public = {.noun = "org",
                .verb = "merge",
                .help = N_("Merge an organisation into another of its level."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "oldtown --into newtown",
                .params = merge_params},
     .run = merge},
    {.public = {.noun = NULL}},
};
