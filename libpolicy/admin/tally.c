/* Counting for the compliance report: one pass over each table. */
#include "admin/compliance.h"

const struct counter counters[COUNTER_COUNT] = {
#define ROW(name, total, outstanding, remedy) {total, outstanding, remedy},
    COUNTERS(ROW)
#undef ROW
};

struct counting {
    struct gdpop_admin *a;
    const struct scope *scope;
    struct tally *t;
    unsigned holders[3];
    struct names organisations; /* that have accounts in use */
    struct names workplaces;    /* organisations that have networks */
    char *systems;              /* of the settings read last */
    struct settings settings;
};

static void count(struct counting *c, enum counter_id id, bool outstanding)
{
    c->t->total[id]++;
    c->t->outstanding[id] += outstanding;
}

static int read_settings(struct counting *c, const Model__Account *x)
{
    char *systems = admin_copy(c->a, "");
    for (size_t i = 0; systems && i < x->n_systems; i++)
        systems = arena_printf(c->a->call.arena, "%s+%s", systems, x->systems[i]);
    if (!systems)
        return GDPOP_ERR_NOMEM;
    if (c->systems && strcmp(c->systems, systems) == 0)
        return 0;
    c->systems = systems;
    return policy_settings(c->a->call.txn, x->systems, x->n_systems, &c->settings);
}

static const Model__Approval *approval_of(const Model__Account *x)
{
    return x->n_applications ? x->applications[x->n_applications - 1]->approval : NULL;
}

static int count_agreements(struct counting *c, const Model__Account *x, const Model__Person *p)
{
    const Model__Approval *approval = approval_of(x);
    const char *lacks = NULL;
    Model__Agreement **list;
    bool nda = false;
    size_t n;
    int r = store_agreements_of(c->a->call.txn, x->person, &list, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        nda |= strcmp(list[i]->kind, "nda") == 0;
    if (r != 0 || (r = policy_pledge(c->a->call.txn, x, NULL, approval ? approval->approved_at : 0,
                                     c->a->now_at, &lacks)) != 0)
        return r;
    count(c, COUNTER_pledges, lacks != NULL);
    if (strcmp(p->staff, "vendor") == 0)
        count(c, COUNTER_vendors, !nda);
    return r;
}

static int count_device(struct counting *c, const Model__Account *x)
{
    Model__Binding **list;
    size_t n;
    bool bound = !settings_number(&c->settings, SETTING_device_required);
    int r = store_bindings_of_account(c->a->call.txn, x->name, &list, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        bound |= list[i]->until_at == 0;
    count(c, COUNTER_devices, !bound);
    return r;
}

static int count_password(struct counting *c, const Model__Account *x)
{
    int months = (int)settings_number(&c->settings, SETTING_rotation_months);
    Model__Credential *k;
    int r = store_get_credential(c->a->call.txn, x->name, &k);
    if (r == GDPOP_ERR_NOT_FOUND)
        return 0;
    if (r != 0)
        return r;
    if (k->initial)
        count(c, COUNTER_initial, k->initial_until_at && c->a->now_at >= k->initial_until_at);
    else
        count(c, COUNTER_passwords,
              months && c->a->now_at >= clock_months_end(k->set_at, c->a->utc_offset_min, months));
    return 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int count_use(struct counting *c, const Model__Account *x)
{
    int64_t days = settings_number(&c->settings, SETTING_dormant_days);
    Model__Counter *use;
    int r = store_get_counter(c->a->call.txn, x->name, &use);
    if (r != 0)
        return r;
    int64_t last_at = later(use->last_login_at, later(x->activated_at, x->reviewed_at));
    count(c, COUNTER_dormant, days && c->a->now_at >= last_at + days * CLOCK_DAY);
    return 0;
}

static bool is_complete(const Model__Person *p)
{
    return *p->name && *p->post && *p->phone && *p->organisation && p->document &&
           *p->document->number;
}

static int count_person(struct counting *c, const Model__Account *x)
{
    Model__Person *p;
    int r = store_get_person(c->a->call.txn, x->person, &p);
    if (r != 0 || (r = read_settings(c, x)) != 0)
        return r;
    count(c, COUNTER_persons, !is_complete(p));
    if (strcmp(x->state, "active") != 0)
        return 0;
    count(c, COUNTER_approvals,
          !approval_of(x) && settings_number(&c->settings, SETTING_approval_required));
    if (strcmp(p->staff, "temporary") == 0 || strcmp(p->staff, "seconded") == 0)
        count(c, COUNTER_temporary, x->expires_at == 0);
    if ((r = count_agreements(c, x, p)) != 0 || (r = count_device(c, x)) != 0 ||
        (r = count_password(c, x)) != 0)
        return r;
    return count_use(c, x);
}

static int count_account(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Account *x = message;
    bool active = strcmp(x->state, "active") == 0, frozen = strcmp(x->state, "frozen") == 0;
    int r;
    (void)key;
    if (active && (!x->expires_at || c->a->now_at < x->expires_at))
        for (int i = 0; i < 3; i++)
            c->holders[i] += (x->duties >> i) & 1;
    if ((!active && !frozen) || !scope_has(c->scope, x->organisation))
        return 0;
    if ((r = names_add(c->a, &c->organisations, x->organisation)) != 0)
        return r;
    if (frozen)
        count(c, COUNTER_frozen, false);
    if (active && x->duties)
        count(c, COUNTER_duties, false);
    return *x->person ? count_person(c, x) : 0;
}

static int note_workplace(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Workplace *w = message;
    (void)key;
    return names_add(c->a, &c->workplaces, w->organisation);
}

static bool has_leader(const Model__Organisation *o, int64_t now_at)
{
    for (size_t i = 0; i < o->n_leaders; i++)
        if (o->leaders[i]->from_at <= now_at &&
            (o->leaders[i]->until_at == 0 || now_at < o->leaders[i]->until_at))
            return true;
    return false;
}

static int count_organisation(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Organisation *o = message;
    (void)key;
    if (!scope_has(c->scope, o->id))
        return 0;
    if (o->suspended)
        count(c, COUNTER_suspended, false);
    if (!names_has(&c->organisations, o->id))
        return 0;
    count(c, COUNTER_leaders, !has_leader(o, c->a->now_at));
    count(c, COUNTER_networks, !names_has(&c->workplaces, o->id));
    return 0;
}

static int count_host(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Host *h = message;
    (void)key;
    if (scope_has(c->scope, h->organisation) && strcmp(h->state, "active") == 0)
        count(c, COUNTER_hosts, h->n_systems == 0);
    return 0;
}

static int count_bound_device(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Device *d = message;
    (void)key;
    if (scope_has(c->scope, d->organisation) && strcmp(d->state, "bound") == 0)
        count(c, COUNTER_responsible, !*d->responsible);
    return 0;
}

/* Permits are counted whomever they concern: one that holds for all concerns everybody. */
static int count_permit(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Permit *p = message;
    (void)key;
    if (p->ended_at || c->a->now_at < p->from_at || c->a->now_at >= p->until_at)
        return 0;
    if (strcmp(p->kind, "exception") == 0)
        count(c, COUNTER_exceptions, !*p->approver);
    else if (strcmp(p->kind, "waiver") == 0)
        count(c, COUNTER_waivers, !*p->request);
    else if (strcmp(p->kind, "observe") == 0)
        return codec_add_text(c->a->call.arena, &c->t->observed, &c->t->observed_count, p->setting);
    return 0;
}

static int read_first(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    Model__Event *e =
        entry ? model__event__unpack(NULL, entry->event.len, entry->event.data) : NULL;
    (void)sequence;
    *(int64_t *)arg = e ? e->at : INT64_MAX;
    if (e)
        model__event__free_unpacked(e, NULL);
    return 0;
}

/* Months of which the trail should hold events and does not. */
static int count_trail(struct counting *c)
{
    Model__TrailEntry *entry;
    Model__Meta *meta;
    struct settings s;
    uint64_t last = 0;
    int64_t first_at = 0;
    int r = store_last_event(c->a->call.txn, &last, &entry);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    if ((r = store_meta(c->a->call.txn, &meta)) != 0 || (r = register_settings(c->a, &s)) != 0 ||
        (last && (r = store_each_event(c->a->call.txn, 1, 1, read_first, &first_at)) != 0))
        return r;
    int months = (int)settings_number(&s, SETTING_retention_months);
    c->t->total[COUNTER_trail] = (int64_t)last;
    /* A store that is younger than the term has all there ever was. */
    if (first_at > meta->created_at + CLOCK_DAY)
        while (months > 0 &&
               clock_months_end(first_at, c->a->utc_offset_min, months) > c->a->now_at) {
            c->t->outstanding[COUNTER_trail]++;
            months--;
        }
    return 0;
}

static int count_obligations(struct counting *c)
{
    Model__Obligation **list;
    size_t n;
    int r = store_open_obligations(c->a->call.txn, &list, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        if (scope_has(c->scope, list[i]->organisation))
            count(c, COUNTER_obligations, c->a->now_at >= list[i]->due_at);
    return r;
}

int tally_count(struct gdpop_admin *a, const struct scope *scope, struct tally *t)
{
    struct counting c = {.a = a, .scope = scope, .t = t};
    struct txn *txn = a->call.txn;
    const struct bytes all = BYTES("", 0);
    int r;
    *t = (struct tally){0};
    if ((r = store_each(txn, &table_account, all, count_account, &c)) != 0 ||
        (r = store_each(txn, &table_workplace, all, note_workplace, &c)) != 0)
        return r;
    names_close(&c.organisations);
    names_close(&c.workplaces);
    if ((r = store_each(txn, &table_organisation, all, count_organisation, &c)) != 0 ||
        (r = store_each(txn, &table_host, all, count_host, &c)) != 0 ||
        (r = store_each(txn, &table_device, all, count_bound_device, &c)) != 0 ||
        (r = store_each(txn, &table_permit, all, count_permit, &c)) != 0 ||
        (r = count_trail(&c)) != 0)
        return r;
    for (int i = 0; i < 3; i++)
        t->outstanding[COUNTER_duties] += c.holders[i] < 2;
    return count_obligations(&c);
}
