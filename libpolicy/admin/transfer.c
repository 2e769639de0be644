#include "admin/transfer.h"

#include "admin/batch.h"
#include "admin/lifecycle.h"

/* Sessions end and rights go; the account and its uid stay. */
static int leave_post(struct gdpop_admin *a, Model__Account *x)
{
    int r;
    if ((r = lifecycle_end_permits(a, x->name)) != 0 ||
        (r = ending_record(a->call.txn, x->name, a->actor)) != 0 ||
        (r = admin_end_sessions_after(a, x->uid)) != 0)
        return r;
    return publish_touch(a->call.txn);
}

/* GD-10: an administrator who changes post leaves his duty, with its audit, before. */
static int movable(struct gdpop_admin *a, const char *name, Model__Account **x)
{
    int r;
    if ((r = admin_account(a, name, x)) != 0 || (r = admin_not_self(a, name)) != 0)
        return r;
    if ((*x)->duties)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("GD-10: %s is an administrator, who leaves this post first: account "
                          "leave --reason post"),
                        name);
    if (strcmp((*x)->state, "active") != 0 || (*x)->leave || (*x)->home_organisation[0])
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s must be active, not seconded and not leaving to change its post"),
                        name);
    return 0;
}

/* To what the account returns when its request comes to nothing. */
static int remember(struct gdpop_admin *a, const Model__Account *x, const Model__Person *p,
                    Model__Post **before)
{
    Model__Post *b = *before = arena_alloc(a->call.arena, sizeof(*b));
    if (!b)
        return GDPOP_ERR_NOMEM;
    model__post__init(b);
    b->organisation = x->organisation;
    b->role = x->role;
    b->systems = x->systems;
    b->n_systems = x->n_systems;
    b->department = p->department;
    b->post = p->post;
    b->staff = p->staff;
    return 0;
}

/* After lifecycle_apply, which made the newest application and may have gone on with it. */
static int keep(struct gdpop_admin *a, const char *name, Model__Post *before)
{
    Model__Account *x;
    int r = store_get_account(a->call.txn, name, &x);
    if (r != 0)
        return r;
    x->applications[x->n_applications - 1]->before = before;
    return store_put_account(a->call.txn, x);
}

static int set_role(struct gdpop_admin *a, const struct request *q, Model__Account *x)
{
    char **systems;
    size_t count;
    int r = request_all(a, q, "system", &systems, &count);
    if (r != 0)
        return r;
    if (count) {
        x->systems = systems;
        x->n_systems = count;
    }
    if (request_text(q, "role"))
        x->role = admin_copy(a, request_word(q, "role"));
    return x->role ? 0 : GDPOP_ERR_NOMEM;
}

static int transfer(struct gdpop_admin *a, const struct request *q)
{
    Model__Organisation *o;
    Model__Account *x;
    Model__Person *p;
    Model__Post *before;
    const char *lacks;
    int r;
    if ((r = movable(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_organisation(a, request_word(q, "org"), &o)) != 0 ||
        (r = admin_person(a, x->person, &p)) != 0 || (r = remember(a, x, p, &before)) != 0 ||
        (r = set_role(a, q, x)) != 0)
        return r;
    char *from = x->organisation;
    p->organisation = x->organisation = o->id;
    p->post = admin_copy(a, request_word(q, "post"));
    p->department = admin_copy(a, request_word(q, "department"));
    if (!p->post || !p->department)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_person(a->call.txn, p)) != 0 || (r = leave_post(a, x)) != 0 ||
        (r = admin_event(a, "account.transfer", x->name, o->id, from)) != 0 ||
        (r = lifecycle_apply(a, q, x, "transfer", &lacks)) != 0 ||
        (r = keep(a, x->name, before)) != 0)
        return r;
    return result_message(a, _("%s belongs to %s now and has no rights until it has %s"), x->name,
                          o->id, lacks ? lacks : _("nothing more"));
}

static int begin_secondment(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                            const Model__Person *p, const Model__Organisation *o)
{
    int r;
    x->home_organisation = x->organisation;
    x->home_role = x->role;
    x->home_staff = p->staff;
    x->home_systems = x->systems;
    x->n_home_systems = x->n_systems;
    if ((r = request_instant(a, q, "until", true, &x->seconded_until_at)) != 0 ||
        (r = set_role(a, q, x)) != 0)
        return r;
    if (x->seconded_until_at <= a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies in the past"));
    if (strcmp(o->id, x->organisation) == 0)
        return err_fail(GDPOP_ERR_USAGE, _("%s belongs to %s already"), x->name, o->id);
    return 0;
}

static int second(struct gdpop_admin *a, const struct request *q)
{
    Model__Organisation *o;
    Model__Account *x;
    Model__Person *p;
    Model__Post *before;
    const char *lacks;
    int r;
    if ((r = movable(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_organisation(a, request_word(q, "org"), &o)) != 0 ||
        (r = admin_person(a, x->person, &p)) != 0 || (r = remember(a, x, p, &before)) != 0 ||
        (r = begin_secondment(a, q, x, p, o)) != 0)
        return r;
    x->organisation = o->id;
    p->staff = (char *)"seconded";
    if ((r = store_put_person(a->call.txn, p)) != 0 || (r = leave_post(a, x)) != 0 ||
        (r = admin_event(a, "account.second", x->name, o->id, x->home_organisation)) != 0 ||
        (r = lifecycle_apply(a, q, x, "secondment", &lacks)) != 0 ||
        (r = keep(a, x->name, before)) != 0)
        return r;
    return result_message(a, _("%s is seconded to %s and has no rights until it has %s"), x->name,
                          o->id, lacks ? lacks : _("nothing more"));
}

/* A secondment that was never approved: its application goes, the approved one before it holds. */
static int drop_application(struct gdpop_admin *a, Model__Account *x)
{
    Model__RequestRow *row;
    Model__Request *batch;
    int r = batch_of_account(a, x, &batch, &row);
    if (r != 0)
        return r;
    x->n_applications--;
    x->state = (char *)"active";
    if ((r = store_put_account(a->call.txn, x)) != 0)
        return r;
    return batch_may_move(row->state, "withdrawn") ? batch_end(a, batch, row, "withdrawn") : 0;
}

static int bring_back(struct gdpop_admin *a, Model__Account *x)
{
    bool pending = strcmp(x->state, "applied") == 0 || strcmp(x->state, "approved") == 0;
    Model__Person *p;
    int r = store_get_person(a->call.txn, x->person, &p);
    if (r != 0)
        return r;
    p->staff = x->home_staff;
    x->organisation = x->home_organisation;
    x->role = x->home_role;
    x->systems = x->home_systems;
    x->n_systems = x->n_home_systems;
    x->n_home_systems = 0;
    x->home_organisation = x->home_role = x->home_staff = (char *)"";
    x->seconded_until_at = 0;
    if ((r = store_put_person(a->call.txn, p)) != 0 ||
        (pending && (r = drop_application(a, x)) != 0) ||
        (r = store_put_account(a->call.txn, x)) != 0 || (r = leave_post(a, x)) != 0)
        return r;
    return admin_event(a, "account.return", x->name, x->organisation, NULL);
}

/* The organisation, or what it was merged into meanwhile. */
static int standing(struct gdpop_admin *a, const char *id, char **organisation)
{
    enum { MERGERS_MAX = 16 };
    Model__Organisation *o;
    int r = store_get_organisation(a->call.txn, id, &o);
    for (int i = 0; r == 0 && o->successor[0] && i < MERGERS_MAX; i++)
        r = store_get_organisation(a->call.txn, o->successor, &o);
    *organisation = r == 0 ? o->id : NULL;
    return r;
}

int transfer_undo(struct gdpop_admin *a, Model__Account *x)
{
    const Model__Post *before = x->applications[x->n_applications - 1]->before;
    Model__Person *p;
    int r;
    if ((r = store_get_person(a->call.txn, x->person, &p)) != 0 ||
        (r = standing(a, before->organisation, &x->organisation)) != 0)
        return r;
    p->organisation = x->organisation;
    p->department = before->department;
    p->post = before->post;
    p->staff = before->staff;
    x->role = before->role;
    x->systems = before->systems;
    x->n_systems = before->n_systems;
    x->n_home_systems = 0;
    x->home_organisation = x->home_role = x->home_staff = (char *)"";
    x->seconded_until_at = 0;
    x->n_applications--;
    x->state = (char *)"active";
    if ((r = store_put_person(a->call.txn, p)) != 0 ||
        (r = store_put_account(a->call.txn, x)) != 0 || (r = publish_touch(a->call.txn)) != 0)
        return r;
    return admin_event(a, "account.return", x->name, x->organisation, NULL);
}

static int return_home(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (!x->home_organisation[0])
        return err_fail(GDPOP_ERR_REFUSED, _("%s is not seconded"), x->name);
    if ((r = bring_back(a, x)) != 0)
        return r;
    return result_message(a, _("%s is back at %s"), x->name, x->organisation);
}

struct due {
    struct gdpop_admin *a;
    Model__Account **list;
    size_t count;
};

static int find_due(struct bytes key, void *message, void *arg)
{
    struct due *d = arg;
    const Model__Account *x = message;
    (void)key;
    if (!x->home_organisation[0] || d->a->now_at < x->seconded_until_at)
        return 0;
    return codec_add_message(d->a->call.arena, &d->list, &d->count, message);
}

int transfer_tick(struct gdpop_admin *a, size_t *returned)
{
    struct due d = {.a = a};
    int r = store_each(a->call.txn, &table_account, BYTES("", 0), find_due, &d);
    *returned = 0;
    /* The next tick goes on where the list of those whose sessions end is full. */
    for (size_t i = 0; r == 0 && i < d.count && a->ending_count < ADMIN_ENDINGS_MAX; i++) {
        r = bring_back(a, d.list[i]);
        ++*returned;
    }
    return r;
}

#define USER POSITIONAL("user", "USER", N_("the account"))
#define NEW_POST                                                                                   \
    REQUIRED("org", GDPOP_PARAM_WORD, "ORG", N_("the organisation it goes to")),                   \
        OPTIONAL("role", GDPOP_PARAM_WORD, "ROLE", N_("what it may do there; as now, left out")),  \
        {.name = "system",                                                                         \
         .kind = GDPOP_PARAM_WORD,                                                                 \
         .repeated = true,                                                                         \
         .metavar = "SYSTEM",                                                                      \
         .help = N_("a system that it may use; as now, left out")},                                \
        OPTIONAL("purpose", GDPOP_PARAM_TEXT, "TEXT", N_("what for")),                             \
        OPTIONAL("request", GDPOP_PARAM_WORD, "REQUEST",                                           \
                 N_("the request whose paper it stands on"))

static const struct gdpop_param return_params[] = {USER, PARAMS_END};
static const struct gdpop_param second_params[] = {
    USER, NEW_POST, REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day there")), PARAMS_END};
static const struct gdpop_param transfer_params[] = {
    USER, NEW_POST, REQUIRED("post", GDPOP_PARAM_TEXT, "POST", N_("new post")),
    OPTIONAL("department", GDPOP_PARAM_TEXT, "NAME", N_("new department")), PARAMS_END};

const struct operation operations_transfer[] = {
    {.public = {.noun = "account",
                .verb = "return",
                .help = N_("End a secondment before its day."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan",
                .params = return_params},
     .run = return_home},
    {.public = {.noun = "account",
                .verb = "second",
                .help = N_("Second an account's person to another organisation, for a time."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan --org thws --until 2026-12-31",
                .params = second_params},
     .run = second},
    {.public = {.noun = "account",
                .verb = "transfer",
                .help = N_("Move an account's person to another post; its rights need a new "
                           "approval."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan --org thws --post 科员 --department 人口科",
                .params = transfer_params},
     .run = transfer},
    {.public = {.noun = NULL}},
};
