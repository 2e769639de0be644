/* Sessions: who is logged in, and ending it. */
#include "admin/admin.h"

#include "base/host.h"

struct gathering {
    struct gdpop_admin *a;
    Model__Session **list;
    size_t count;
};

static int gather_account(struct bytes key, void *message, void *arg)
{
    struct gathering *g = arg;
    const Model__Account *x = message;
    Model__Session **list;
    size_t count;
    (void)key;
    int r = store_open_sessions(g->a->call.txn, x->name, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = codec_add_message(g->a->call.arena, &g->list, &g->count, list[i]);
    return r;
}

int admin_open_sessions(struct gdpop_admin *a, Model__Session ***list, size_t *count)
{
    struct gathering g = {.a = a};
    int r = store_scan(a->call.txn, &table_account, BYTES("", 0), gather_account, &g);
    *list = g.list;
    *count = g.count;
    return r;
}

bool admin_session_is_gone(const struct gdpop_admin *a, const Model__Session *s)
{
    char boot_id[40];
    host_boot_id(boot_id);
    return strcmp(s->host, a->host_id) == 0 && !facts_session_lives(s, boot_id);
}

static int describe(struct gdpop_admin *a, const Model__Session *s, bool lives)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Session"), s->id)) != 0 ||
        (r = result_text(a, "account", _("Account"), s->account)) != 0 ||
        (r = result_text(a, "service", _("Service"), s->service)) != 0 ||
        (r = result_text(a, "address", _("Address"), s->address)) != 0 ||
        (r = result_text(a, "tty", _("Terminal"), s->tty)) != 0 ||
        (r = result_text(a, "device", _("Device"), s->device)) != 0 ||
        (r = result_instant(a, "opened_at", _("Since"), s->opened_at)) != 0 ||
        (r = result_bool(a, "live", _("Live"), lives)) != 0 ||
        (r = result_instant(a, "closed_at", _("Closed"), s->closed_at)) != 0)
        return r;
    return result_text(a, "closed_by", _("Closed by"), s->closed_by);
}

struct listing {
    struct gdpop_admin *a;
    const char *account; /* NULL: any */
    bool all;
    char boot_id[40];
};

static int list_one(struct listing *l, const Model__Session *s)
{
    bool lives = facts_session_lives(s, l->boot_id), sees;
    Model__Account *x;
    if ((!lives && !l->all) || (l->account && strcmp(l->account, s->account) != 0))
        return 0;
    int r = store_get_account(l->a->call.txn, s->account, &x);
    if (r == 0)
        r = admin_sees(l->a, x->organisation, &sees);
    return r == 0 && sees ? describe(l->a, s, lives) : r;
}

static int list_record(struct bytes key, void *message, void *arg)
{
    (void)key;
    return list_one(arg, message);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {a, request_text(q, "account"), request_flag(q, "all"), ""};
    Model__Session **open = NULL;
    Model__Account *x;
    size_t count = 0;
    int r = l.account ? admin_account(a, l.account, &x) : 0;
    if (r != 0)
        return r;
    result_list(a);
    host_boot_id(l.boot_id);
    if (l.all)
        return store_scan(a->call.txn, &table_session, BYTES("", 0), list_record, &l);
    r = l.account ? store_open_sessions(a->call.txn, l.account, &open, &count)
                  : admin_open_sessions(a, &open, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = list_one(&l, open[i]);
    return r;
}

/* The record of a session that lives no more: nothing runs, so nothing is ended. */
static int close_stale(struct gdpop_admin *a, Model__Session *s)
{
    int r;
    s->closed_at = a->now_at;
    s->closed_by = (char *)a->actor;
    if ((r = store_put_session(a->call.txn, s)) != 0 ||
        (r = admin_event(a, "session.end", s->account, s->id, "its processes were gone")) != 0)
        return r;
    return result_message(a, _("session %s of %s had ended already; its record is closed now"),
                          s->id, s->account);
}

static int end_one(struct gdpop_admin *a, const char *id, Model__Session **list, size_t count)
{
    char boot_id[40];
    int r;
    host_boot_id(boot_id);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i]->id, id) != 0)
            continue;
        if (!facts_session_lives(list[i], boot_id))
            return close_stale(a, list[i]);
        if (list[i]->audit_session == UINT32_MAX || list[i]->audit_session == 0)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("the kernel keeps no session ids here, so session %s cannot be told "
                              "from others of %s: leave it out to end them all"),
                            id, list[i]->account);
        if ((r = ending_record_session(a->call.txn, list[i], a->actor)) != 0 ||
            (r = admin_end_session_after(a, list[i])) != 0)
            return r;
        return result_message(a, _("session %s of %s ends"), id, list[i]->account);
    }
    return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no open session %s of this account"), id);
}

static int end(struct gdpop_admin *a, const struct request *q)
{
    const char *id = request_text(q, "id");
    Model__Session **list;
    Model__Account *x;
    size_t count;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 ||
        (r = store_open_sessions(a->call.txn, x->name, &list, &count)) != 0)
        return r;
    if (id)
        return end_one(a, id, list, count);
    if ((r = ending_record(a->call.txn, x->name, a->actor)) != 0 ||
        (r = admin_end_sessions_after(a, x->uid)) != 0)
        return r;
    return result_message(a, _("%zu sessions of %s end, with all its processes"), count, x->name);
}

const struct operation operations_session[] = {
    {.public = {.noun = "session",
                .verb = "list",
                .help = N_("List who is logged in to this host."),
                .example = "--account zhangsan --all",
                .duties = GDPOP_DUTY_ANY,
                .params = (const struct gdpop_param[]){OPTIONAL("account", GDPOP_PARAM_WORD, "USER",
                                                                N_("only those of this account")),
                                                       OPTIONAL("all", GDPOP_PARAM_FLAG, NULL,
                                                                N_("also those that have ended")),
                                                       PARAMS_END}},
     .run = list},
    {.public = {.noun = "session",
                .verb = "end",
                .help = N_("End a session, or all of an account with its processes."),
                .example = "zhangsan",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        OPTIONAL_POSITIONAL("id", "ID", N_("only this session")), PARAMS_END}},
     .run = end,
     .anyway = true},
    {.public = {.noun = NULL}},
};
