/* The audit trail, read by the audit duty. */
#include "admin/admin.h"

#include <stdlib.h>

/* NAME_MAX_BYTES: longer ones name no record. */
enum { NAME_MAX_BYTES = 128, LAST_DEFAULT = 50, LAST_MAX = 100000, BLOCK = 1000 };

struct search {
    struct gdpop_admin *a;
    int64_t from_at, until_at; /* 0: any */
    const char *account, *action;
    bool sees_all;    /* the actor is of the organisation at the top */
    bool passed_from; /* an event before from_at was met: none further back can match */
    uint64_t *found;  /* of the block, oldest first */
    size_t found_count;
};

/* The organisation that a name of the trail belongs to; NULL when it names no record. */
static int organisation_of(struct gdpop_admin *a, const char *name, const char **organisation)
{
    struct txn *t = a->call.txn;
    Model__Account *x;
    Model__Organisation *o;
    Model__Person *p;
    Model__Device *d;
    int r = GDPOP_ERR_NOT_FOUND;
    *organisation = NULL;
    if (!name[0] || strlen(name) > NAME_MAX_BYTES)
        return 0;
    if ((r = store_get_account(t, name, &x)) == 0)
        *organisation = x->organisation;
    else if (r == GDPOP_ERR_NOT_FOUND && (r = store_get_organisation(t, name, &o)) == 0)
        *organisation = o->id;
    else if (r == GDPOP_ERR_NOT_FOUND && (r = store_get_person(t, name, &p)) == 0)
        *organisation = p->organisation;
    else if (r == GDPOP_ERR_NOT_FOUND && (r = store_get_device(t, name, &d)) == 0)
        *organisation = d->organisation;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

/* An event is seen where its subject, object or actor lies in scope; one that names none of our
 * records, where its host does. */
static int sees_event(struct gdpop_admin *a, const Model__Event *e, bool *sees)
{
    const char *names[] = {e->subject, e->object, e->actor};
    const char *organisation;
    bool named = false;
    Model__Host *host;
    int r;
    *sees = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((r = organisation_of(a, names[i], &organisation)) != 0)
            return r;
        named |= organisation != NULL;
        if (organisation && ((r = admin_sees(a, organisation, sees)) != 0 || *sees))
            return r;
    }
    if (named || !e->host[0])
        return 0;
    r = store_get_host(a->call.txn, e->host, &host);
    if (r == GDPOP_ERR_NOT_FOUND)
        return 0;
    return r != 0 ? r : admin_sees(a, host->organisation, sees);
}

static int sees_all(struct gdpop_admin *a, bool *all)
{
    Model__Organisation *own;
    *all = true;
    int r = a->self ? store_get_organisation(a->call.txn, a->self->organisation, &own) : 0;
    if (r == 0 && a->self)
        *all = own->supervised_by[0] == '\0';
    return r;
}

/* "login" also means login.auth, login.account, … */
static bool is_action(const char *action, const char *wanted)
{
    size_t len = strlen(wanted);
    return strncmp(action, wanted, len) == 0 && (action[len] == '\0' || action[len] == '.');
}

static int visit(const Model__Event *e, void *arg)
{
    struct search *s = arg;
    bool sees = s->sees_all;
    int r;
    if (s->from_at && e->at < s->from_at) {
        s->passed_from = true;
        return 0;
    }
    if ((s->until_at && e->at >= s->until_at) || (s->action && !is_action(e->action, s->action)) ||
        (s->account && strcmp(e->subject, s->account) != 0 && strcmp(e->actor, s->account) != 0))
        return 0;
    if (!sees && (r = sees_event(s->a, e, &sees)) != 0)
        return r;
    if (sees)
        s->found[s->found_count++] = e->sequence;
    return 0;
}

static int show_brief(const Model__Event *e, void *arg)
{
    struct gdpop_admin *a = arg;
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sequence", _("No."), (int64_t)e->sequence)) != 0 ||
        (r = result_instant(a, "at", _("Time"), e->at)) != 0 ||
        (r = result_text(a, "actor", _("Actor"), e->actor)) != 0 ||
        (r = result_text(a, "action", _("Action"), e->action)) != 0 ||
        (r = result_text(a, "subject", _("Subject"), e->subject)) != 0 ||
        (r = result_text(a, "object", _("Object"), e->object)) != 0 ||
        (r = result_word(a, "outcome", _("Outcome"), e->outcome)) != 0 ||
        (r = result_text(a, "tag", _("Article"), e->tag)) != 0 ||
        (r = result_text(a, "code", _("Code"), e->code)) != 0 ||
        (r = result_text(a, "service", _("Service"), e->service)) != 0 ||
        (r = result_text(a, "address", _("Address"), e->address)) != 0)
        return r;
    return result_text(a, "detail", _("Detail"), e->detail);
}

static int show_whole(const Model__Event *e, void *arg)
{
    struct gdpop_admin *a = arg;
    int r;
    if ((r = show_brief(e, a)) != 0 || (r = result_text(a, "rule", _("Rule"), e->rule)) != 0 ||
        (r = result_text(a, "tty", _("Terminal"), e->tty)) != 0 ||
        (r = result_text(a, "device", _("Device"), e->device)) != 0 ||
        (r = result_text(a, "session", _("Session"), e->session)) != 0 ||
        (r = result_text(a, "host", _("Host"), e->host)) != 0)
        return r;
    return result_text(a, "boot_id", _("Boot"), e->boot_id);
}

static int last_sequence(struct gdpop_admin *a, uint64_t *last)
{
    Model__TrailEntry *entry;
    int r = store_last_event(a->call.txn, last, &entry);
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

/* Walks back from the newest event, a block at a time, until `wanted` are found: picked holds their
 * sequences, newest first. */
static int search_back(struct search *s, size_t wanted, uint64_t *picked, size_t *count)
{
    uint64_t to;
    int r = last_sequence(s->a, &to);
    *count = 0;
    while (r == 0 && to > 0 && *count < wanted && !s->passed_from) {
        uint64_t from = to > BLOCK ? to - BLOCK + 1 : 1;
        s->found_count = 0;
        r = trail_walk(s->a->call.txn, from, to, visit, s);
        while (r == 0 && s->found_count > 0 && *count < wanted)
            picked[(*count)++] = s->found[--s->found_count];
        to = from - 1;
    }
    return r;
}

static int read_search(struct gdpop_admin *a, const struct request *q, struct search *s,
                       size_t *wanted)
{
    const char *last = request_text(q, "last");
    unsigned long number = last ? strtoul(last, NULL, 10) : LAST_DEFAULT;
    int r;
    if (number == 0 || number > LAST_MAX)
        return err_fail(GDPOP_ERR_USAGE, _("--last must be a number from 1 to %d"), LAST_MAX);
    *wanted = number;
    *s = (struct search){
        .a = a, .account = request_text(q, "account"), .action = request_text(q, "action")};
    s->found = arena_alloc(a->call.arena, BLOCK * sizeof(*s->found));
    if (!s->found)
        return GDPOP_ERR_NOMEM;
    if ((r = request_instant(a, q, "from", false, &s->from_at)) != 0 ||
        (r = request_instant(a, q, "to", true, &s->until_at)) != 0)
        return r;
    return sees_all(a, &s->sees_all);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct search s;
    size_t wanted = 0, count;
    int r = read_search(a, q, &s, &wanted);
    if (r != 0)
        return r;
    uint64_t *picked = arena_alloc(a->call.arena, wanted * sizeof(*picked));
    if (!picked)
        return GDPOP_ERR_NOMEM;
    result_list(a);
    r = search_back(&s, wanted, picked, &count);
    while (r == 0 && count-- > 0)
        r = trail_walk(a->call.txn, picked[count], picked[count], show_brief, a);
    return r;
}

struct showing {
    struct gdpop_admin *a;
    bool all, seen, sees;
};

static int show_one(const Model__Event *e, void *arg)
{
    struct showing *s = arg;
    int r;
    s->seen = true;
    s->sees = s->all;
    if (!s->all && ((r = sees_event(s->a, e, &s->sees)) != 0 || !s->sees))
        return r;
    return show_whole(e, s->a);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    uint64_t sequence = strtoull(request_word(q, "sequence"), NULL, 10);
    struct showing s = {.a = a};
    int r = sees_all(a, &s.all);
    if (r == 0 && sequence > 0)
        r = trail_walk(a->call.txn, sequence, sequence, show_one, &s);
    if (r != 0)
        return r;
    if (!s.seen)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no event %s"),
                        request_word(q, "sequence"));
    if (!s.sees)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("event %s concerns people whom your organisation does not supervise"),
                        request_word(q, "sequence"));
    return 0;
}

const struct operation operations_audit[] = {
    {.public = {.noun = "audit",
                .verb = "list",
                .help = N_("List events of the audit trail, the newest last."),
                .example = "--account zhangsan --action login --from 2026-05-01 --last 100",
                .duties = GDPOP_DUTY_AUDIT,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        OPTIONAL("to", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        OPTIONAL("account", GDPOP_PARAM_WORD, "USER",
                                 N_("only where this account acts or is acted upon")),
                        OPTIONAL("action", GDPOP_PARAM_WORD, "ACTION",
                                 N_("only this action, such as login or account.freeze")),
                        OPTIONAL("last", GDPOP_PARAM_NUMBER, "N", N_("how many at most, 50")),
                        PARAMS_END}},
     .run = list},
    {.public = {.noun = "audit",
                .verb = "show",
                .help = N_("Show one event with all that it records."),
                .example = "17",
                .duties = GDPOP_DUTY_AUDIT,
                .params = (const struct gdpop_param[]){{.name = "sequence",
                                                        .kind = GDPOP_PARAM_NUMBER,
                                                        .positional = true,
                                                        .required = true,
                                                        .metavar = "SEQ",
                                                        .help = N_("its number")},
                                                       PARAMS_END}},
     .run = show},
    {.public = {.noun = NULL}},
};
