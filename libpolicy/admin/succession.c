/* What a leaver holds and somebody takes over: service accounts, secrets outside gdpop, keys
 * (SZ-15, SZ-24, CQ-6.7). */
#include "admin/leave.h"
#include "admin/register.h"

struct gathering {
    struct gdpop_admin *a;
    const Model__Account *leaver;
    struct holding *list;
    size_t count, room;
};

static int add(struct gathering *g, struct holding item)
{
    enum { STEP = 16 };
    if (g->count == g->room) {
        struct holding *more = arena_alloc(g->a->call.arena, (g->room + STEP) * sizeof(*g->list));
        if (!more)
            return GDPOP_ERR_NOMEM;
        for (size_t i = 0; i < g->count; i++)
            more[i] = g->list[i];
        g->list = more;
        g->room += STEP;
    }
    g->list[g->count++] = item;
    return 0;
}

static int add_service(struct bytes key, void *message, void *arg)
{
    struct gathering *g = arg;
    const Model__Account *x = message;
    (void)key;
    if (!x->service || strcmp(x->state, "closed") == 0 ||
        strcmp(x->custodian, g->leaver->name) != 0)
        return 0;
    return add(g, (struct holding){"service-account", x->name, x->name, x->state, false});
}

/* A secret is changed by who takes it over, or gone; a key is back. */
static int add_entry(struct gathering *g, const Model__RegisterEntry *e)
{
    bool secret = strcmp(e->register_, "secret-custody") == 0;
    if ((!secret && strcmp(e->register_, "key-inventory") != 0) ||
        strcmp(e->state, "withdrawn") == 0 || strcmp(e->state, "requested") == 0)
        return 0;
    bool open = secret ? strcmp(e->state, "held") == 0
                       : strcmp(e->state, "given") == 0 || strcmp(e->state, "frozen") == 0;
    return add(g, (struct holding){secret ? "secret" : "key", e->id,
                                   register_value(e, secret ? "what" : "serial"), e->state, !open});
}

int leave_holdings(struct gdpop_admin *a, const Model__Account *x, struct holding **list,
                   size_t *count)
{
    struct gathering g = {.a = a, .leaver = x};
    Model__RegisterEntry **entries;
    size_t n;
    int r = store_each(a->call.txn, &table_account, BYTES("", 0), add_service, &g);
    if (r == 0)
        r = store_register_of_person(a->call.txn, x->person, &entries, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_entry(&g, entries[i]);
    *list = g.list;
    *count = r == 0 ? g.count : 0;
    return r;
}

int leave_lacks_holding(struct gdpop_admin *a, const Model__Account *x, const char **lacks)
{
    struct holding *list;
    size_t count;
    int r = leave_holdings(a, x, &list, &count);
    for (size_t i = 0; r == 0 && i < count && !*lacks; i++) {
        const char *kind = list[i].kind;
        if (list[i].done)
            continue;
        *lacks = arena_printf(a->call.arena,
                              strcmp(kind, "secret") == 0
                                  ? _("the secret %s (%s) changed and handed over, or destroyed")
                              : strcmp(kind, "key") == 0
                                  ? _("the key %s (%s) given back")
                                  : _("a new custodian for the service account %s (%s)"),
                              list[i].id, list[i].what);
        if (!*lacks)
            return GDPOP_ERR_NOMEM;
    }
    return r;
}

/* ---- account succeed ---- */

static int copy_field(struct gdpop_admin *a, Model__RegisterEntry *to,
                      const Model__RegisterEntry *from, const char *name)
{
    Model__NamedValue *v = arena_alloc(a->call.arena, sizeof(*v));
    if (!v)
        return GDPOP_ERR_NOMEM;
    model__named_value__init(v);
    v->name = (char *)name;
    v->value = (char *)register_value(from, name);
    return codec_add_message(a->call.arena, &to->fields, &to->n_fields, v);
}

/* SZ-24: the successor asks for the key; the level above reviews, and only then it is given. */
static int ask_for_key(struct gdpop_admin *a, const Model__Account *successor,
                       const Model__RegisterEntry *old)
{
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT;
    int r;
    e.register_ = old->register_;
    e.organisation = successor->organisation;
    e.person = successor->person;
    e.state = m.state = (char *)"requested";
    m.by = (char *)a->actor;
    m.at = m.recorded_at = a->now_at;
    if ((r = copy_field(a, &e, old, "kind")) != 0 || (r = copy_field(a, &e, old, "serial")) != 0 ||
        (r = codec_add_message(a->call.arena, &e.moves, &e.n_moves, &m)) != 0 ||
        (r = store_next_id(a->call.txn, 'R', &e.id)) != 0 ||
        (r = store_put_register_entry(a->call.txn, &e)) != 0)
        return r;
    return admin_event(a, "register.add", e.person, e.id, "key-inventory: requested");
}

static int ask_for_keys(struct gdpop_admin *a, const Model__Account *x,
                        const Model__Account *successor)
{
    Model__RegisterEntry *old;
    struct holding *list;
    size_t count;
    int r = leave_holdings(a, x, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (strcmp(list[i].kind, "key") == 0 && !list[i].done &&
            (r = store_get_register_entry(a->call.txn, list[i].id, &old)) == 0)
            r = ask_for_key(a, successor, old);
    return r;
}

static int succeed(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x, *successor;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_account(a, request_word(q, "successor"), &successor)) != 0)
        return r;
    if (strcmp(successor->state, "active") != 0 || successor->leave || successor->service)
        return err_fail(GDPOP_ERR_REFUSED, _("SZ-24: %s does not take over: it is not active"),
                        successor->name);
    r = leave_announce(a, q);
    return r != 0 ? r : ask_for_keys(a, x, successor);
}

/* ---- leave hand-over, leave checklist ---- */

static int checklist(struct gdpop_admin *a, const struct request *q)
{
    struct holding *list;
    Model__Account *x;
    size_t count;
    int r;
    result_list(a);
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = leave_holdings(a, x, &list, &count)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < count; i++) {
        a->result.ok &= list[i].done;
        if ((r = result_row(a, 0)) != 0 ||
            (r = result_word(a, "kind", _("Kind"), list[i].kind)) != 0 ||
            (r = result_text(a, "id", _("Id"), list[i].id)) != 0 ||
            (r = result_text(a, "what", _("What"), list[i].what)) != 0 ||
            (r = result_word(a, "state", _("State"), list[i].state)) != 0 ||
            (r = result_bool(a, "done", _("Done"), list[i].done)) != 0)
            return r;
    }
    return r;
}

#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)

const struct operation operations_succession[] = {
    {.public = {.noun = "account",
                .verb = "succeed",
                .help =
                    N_("Announce that another account takes over from one whose person leaves."),
                .duties = MANAGERS,
                .writes = true,
                .example = "zhangsan --successor lisi --on 2026-09-18 --reason post",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        REQUIRED("successor", GDPOP_PARAM_WORD, "USER", N_("who takes over")),
                        REQUIRED("on", GDPOP_PARAM_DATE, "DATE",
                                 N_("the day from whose 0:00 on it is frozen")),
                        {.name = "reason",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .metavar = "REASON",
                         .choices = "resigned retired dismissed dead post",
                         .help = N_("why; post: another post, which needs a new application")},
                        PARAMS_END}},
     .run = succeed},
    {.public = {.noun = "leave",
                .verb = "checklist",
                .help = N_("List what somebody holds that is to be handed over."),
                .duties = GDPOP_DUTY_ANY,
                .example = "zhangsan",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("user", "USER", N_("the account")),
                                                 PARAMS_END}},
     .run = checklist},
    {.public = {.noun = NULL}},
};
