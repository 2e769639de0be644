/* What is outstanding in a register: entries that are due, and subjects that have none. */
#include "admin/register.h"

#include <stdlib.h>

/* The newest entry of whom or what one entry replaces the other for. */
struct newest {
    const char *group;
    const Model__RegisterEntry *entry;
    int64_t at;
};

struct standing {
    struct gdpop_admin *a;
    const struct register_kind *kind;
    const struct scope *scope;
    struct settings settings;
    struct newest *newest;
    size_t count;
    struct register_standing *sum;
    int (*each)(const struct register_item *item, void *arg);
    void *arg;
};

/* A person keeps training when the organisation changes; other entries are the organisation's. */
static const char *group_of(struct standing *s, const Model__RegisterEntry *e)
{
    const char *subject = *e->person ? e->person : *e->device ? e->device : e->host;
    const char *value = s->kind->key ? register_value(e, s->kind->key) : "";
    if (s->kind->each == EACH_NONE)
        value = e->id;
    return arena_printf(
        s->a->call.arena, "%s|%s",
        *subject && s->kind->each != EACH_HOST_ORGANISATION ? subject : e->organisation, value);
}

static int by_group(const void *a, const void *b)
{
    const struct newest *x = a, *y = b;
    int order = strcmp(x->group, y->group);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool counts(const struct register_kind *kind, const Model__RegisterEntry *e)
{
    return strcmp(e->state, "withdrawn") != 0 &&
           (kind->each == EACH_NONE || register_has_word(kind->done, e->state));
}

/* Sorted by group, the newest of each only. */
static int read_newest(struct standing *s)
{
    Model__RegisterEntry **list;
    size_t count, kept = 0;
    int r = store_register_entries(s->a->call.txn, s->kind->name, &list, &count);
    if (r != 0)
        return r;
    if (!(s->newest = arena_alloc(s->a->call.arena, (count + 1) * sizeof(*s->newest))))
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!scope_has(s->scope, list[i]->organisation))
            continue;
        s->sum->entries++;
        struct newest n = {group_of(s, list[i]), list[i], register_entry_at(s->kind, list[i])};
        if (!n.group)
            return GDPOP_ERR_NOMEM;
        if (counts(s->kind, list[i]))
            s->newest[kept++] = n;
    }
    qsort(s->newest, kept, sizeof(*s->newest), by_group);
    for (size_t i = 0; i < kept; i++)
        if (i + 1 == kept || strcmp(s->newest[i].group, s->newest[i + 1].group) != 0)
            s->newest[s->count++] = s->newest[i];
    return 0;
}

static int tell(struct standing *s, const struct register_item *item)
{
    s->sum->overdue += item->entry != NULL;
    s->sum->missing += item->entry == NULL;
    return s->each ? s->each(item, s->arg) : 0;
}

static int tell_overdue(struct standing *s)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < s->count; i++) {
        const Model__RegisterEntry *e = s->newest[i].entry;
        int64_t due_at = register_due_at(s->kind, e, &s->settings, s->a->utc_offset_min);
        struct register_item item = {
            .kind = s->kind,
            .entry = e,
            .organisation = e->organisation,
            .subject = *e->person   ? e->person
                       : *e->device ? e->device
                                    : e->organisation,
            .value = s->kind->key ? register_value(e, s->kind->key) : "",
            .due_at = due_at,
        };
        if (due_at && due_at <= s->a->now_at)
            r = tell(s, &item);
    }
    return r;
}

/* ---- Of whom or what there must be one ---- */

static bool has_entry(const struct standing *s, const char *group)
{
    struct newest wanted = {.group = group, .at = INT64_MAX};
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->newest[middle].group, wanted.group);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int ask_one(struct standing *s, const char *organisation, const char *subject,
                   const char *value)
{
    const char *group = arena_printf(s->a->call.arena, "%s|%s", subject, value);
    struct register_item item = {
        .kind = s->kind, .organisation = organisation, .subject = subject, .value = value};
    if (!group)
        return GDPOP_ERR_NOMEM;
    return has_entry(s, group) ? 0 : tell(s, &item);
}

/* Once, or once for every choice of the register's key. */
static int ask(struct standing *s, const char *organisation, const char *subject)
{
    const struct register_field *f = s->kind->fields;
    int r = 0;
    if (!scope_has(s->scope, organisation))
        return 0;
    if (!s->kind->key)
        return ask_one(s, organisation, subject, "");
    while (f->name && strcmp(f->name, s->kind->key) != 0)
        f++;
    for (const char *at = f->choices; r == 0 && at && *at;) {
        size_t n = strcspn(at, " ");
        char *value = arena_printf(s->a->call.arena, "%.*s", (int)n, at);
        r = value ? ask_one(s, organisation, subject, value) : GDPOP_ERR_NOMEM;
        at += n + strspn(at + n, " ");
    }
    return r;
}

static bool account_in_use(const Model__Account *x)
{
    return strcmp(x->state, "active") == 0 || strcmp(x->state, "frozen") == 0;
}

static int ask_account(struct bytes key, void *message, void *arg)
{
    struct standing *s = arg;
    const Model__Account *x = message;
    Model__Person *p;
    (void)key;
    if (!account_in_use(x) || !x->person[0])
        return 0;
    int r = store_get_person(s->a->call.txn, x->person, &p);
    if (r != 0)
        return r;
    bool vendor = strcmp(p->staff, "vendor") == 0;
    if (s->kind->each == EACH_PERSON || x->duties != 0 ||
        (vendor && s->kind->each == EACH_VENDOR_OR_DUTY_HOLDER))
        return ask(s, x->organisation, x->person);
    return 0;
}

/* Organisations are asked once each: their ids are gathered first. */
struct gathered {
    struct standing *standing;
    struct names names;
};

static int gather(struct gathered *g, const char *organisation)
{
    return names_add(g->standing->a, &g->names, organisation);
}

static int gather_account(struct bytes key, void *message, void *arg)
{
    const Model__Account *x = message;
    (void)key;
    return account_in_use(x) ? gather(arg, x->organisation) : 0;
}

static int gather_host(struct bytes key, void *message, void *arg)
{
    const Model__Host *h = message;
    (void)key;
    return strcmp(h->state, "active") == 0 ? gather(arg, h->organisation) : 0;
}

static int gather_city_or_county(struct bytes key, void *message, void *arg)
{
    const Model__Organisation *o = message;
    bool direct_town = strcmp(o->level, "town") == 0 && (strncmp(o->division, "4419", 4) == 0 ||
                                                         strncmp(o->division, "4420", 4) == 0);
    (void)key;
    if (o->supervised_by[0] &&
        (strcmp(o->level, "city") == 0 || strcmp(o->level, "county") == 0 || direct_town))
        return gather(arg, o->id);
    return 0;
}

static int ask_organisations(struct standing *s, const struct table *table,
                             int (*each)(struct bytes key, void *message, void *arg))
{
    struct gathered g = {.standing = s};
    int r = store_scan(s->a->call.txn, table, BYTES("", 0), each, &g);
    names_close(&g.names);
    for (size_t i = 0; r == 0 && i < g.names.count; i++)
        r = ask(s, g.names.list[i], g.names.list[i]);
    return r;
}

static int ask_device(struct bytes key, void *message, void *arg)
{
    const Model__Device *d = message;
    (void)key;
    return strcmp(d->state, "bound") == 0 ? ask(arg, d->organisation, d->id) : 0;
}

static int ask_host(struct bytes key, void *message, void *arg)
{
    const Model__Host *h = message;
    (void)key;
    return strcmp(h->state, "active") == 0 ? ask(arg, h->organisation, h->id) : 0;
}

static int tell_missing(struct standing *s)
{
    struct txn *t = s->a->call.txn;
    switch (s->kind->each) {
    case EACH_PERSON:
    case EACH_DUTY_HOLDER:
    case EACH_VENDOR_OR_DUTY_HOLDER:
        return store_each(t, &table_account, BYTES("", 0), ask_account, s);
    case EACH_ORGANISATION:
        return ask_organisations(s, &table_account, gather_account);
    case EACH_HOST_ORGANISATION:
        return ask_organisations(s, &table_host, gather_host);
    case EACH_CITY_OR_COUNTY:
        return ask_organisations(s, &table_organisation, gather_city_or_county);
    case EACH_BOUND_DEVICE:
        return store_each(t, &table_device, BYTES("", 0), ask_device, s);
    case EACH_HOST:
        return store_each(t, &table_host, BYTES("", 0), ask_host, s);
    default:
        return 0;
    }
}

int register_stand(struct gdpop_admin *a, const struct register_kind *kind,
                   const struct scope *scope, struct register_standing *standing,
                   int (*each)(const struct register_item *item, void *arg), void *arg)
{
    struct standing s = {
        .a = a, .kind = kind, .scope = scope, .sum = standing, .each = each, .arg = arg};
    int r;
    *standing = (struct register_standing){0};
    if ((r = register_settings(a, &s.settings)) != 0 || (r = read_newest(&s)) != 0 ||
        (r = tell_overdue(&s)) != 0)
        return r;
    return tell_missing(&s);
}
