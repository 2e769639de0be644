#include "policy/policy.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"
#include <stdlib.h>

/* The profiles name few systems (five today); each set of them has its compiled record. */
enum { SYSTEMS_MAX = 8, PROFILES_MAX = 32 };

struct compile {
    struct arena *arena;
    struct profile profile[PROFILES_MAX];
    size_t profile_count;
    const char *system[SYSTEMS_MAX];
    size_t system_count;
    struct settings overrides;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int note_system(struct compile *c, const char *name)
{
    for (size_t i = 0; i < c->system_count; i++)
        if (strcmp(c->system[i], name) == 0)
            return 0;
    if (strcmp(name, "*") == 0)
        return 0;
    if (c->system_count == SYSTEMS_MAX)
        return err_fail(GDPOP_ERR_REFUSED, _("the profiles name more than %d systems"),
                        SYSTEMS_MAX);
    c->system[c->system_count++] = name;
    return 0;
}

static int read_profile(struct bytes key, void *message, void *arg)
{
    struct compile *c = arg;
    const Model__Profile *record = message;
    int r;
    (void)key;
    if (c->profile_count == PROFILES_MAX)
        return err_fail(GDPOP_ERR_REFUSED, _("more than %d profiles are loaded"), PROFILES_MAX);
    struct profile *p = &c->profile[c->profile_count];
    struct bytes text =
        BYTES(arena_memdup(c->arena, record->text.data, record->text.len), record->text.len);
    if (!text.data || (r = profile_parse(text, record->name, c->arena, p)) != 0)
        return text.data ? r : GDPOP_ERR_NOMEM;
    c->profile_count++;
    for (size_t i = 0; i < p->system_count; i++)
        if ((r = note_system(c, p->systems[i])) != 0)
            return r;
    return 0;
}

static int read_override(struct bytes key, void *message, void *arg)
{
    struct compile *c = arg;
    const Model__Override *record = message;
    (void)key;
    int id = setting_find(record->setting);
    if (id < 0)
        return err_fail(GDPOP_ERR_STORE, _("the store holds an override of the unknown setting %s"),
                        record->setting);
    struct setting_value *v = &c->overrides.value[id];
    int r = setting_parse((enum setting_id)id, arena_strdup(c->arena, record->value), c->arena, v);
    if (r != 0)
        return r;
    v->set = true;
    v->profile = "override";
    v->tag = "";
    return 0;
}

static bool profile_applies(const struct profile *p, const struct compile *c, unsigned set)
{
    for (size_t i = 0; i < p->system_count; i++) {
        if (strcmp(p->systems[i], "*") == 0)
            return true;
        for (size_t k = 0; k < c->system_count; k++)
            if ((set >> k & 1) && strcmp(p->systems[i], c->system[k]) == 0)
                return true;
    }
    return false;
}

/* An override tightens a floor; where it does, the article stays the floor's, since it serves the
 * same one. */
static void apply_overrides(struct settings *s, const struct settings *overrides)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting_value *o = &overrides->value[i];
        if (!o->set || !setting_at_least((enum setting_id)i, &s->value[i], o))
            continue;
        const char *tag = s->value[i].tag;
        s->value[i] = *o;
        s->value[i].tag = tag;
    }
}

static int compile_set(struct txn *t, struct compile *c, unsigned set, uint64_t version)
{
    struct settings s;
    Model__Policy policy = MODEL__POLICY__INIT;
    char *names = arena_strdup(c->arena, "");
    settings_default(&s);
    for (size_t i = 0; i < c->profile_count; i++)
        if (profile_applies(&c->profile[i], c, set))
            settings_combine(&s, &c->profile[i].settings);
    apply_overrides(&s, &c->overrides);
    for (size_t k = 0; names && k < c->system_count; k++)
        if (set >> k & 1)
            names = arena_printf(c->arena, "%s%s%s", names, names[0] ? "+" : "", c->system[k]);
    Model__SettingValue *row = arena_alloc(c->arena, SETTING_COUNT * sizeof(*row));
    policy.values = arena_alloc(c->arena, SETTING_COUNT * sizeof(*policy.values));
    if (!names || !row || !policy.values)
        return GDPOP_ERR_NOMEM;
    for (int i = 0; i < SETTING_COUNT; i++) {
        const struct setting_value *v = &s.value[i];
        if (!v->set)
            continue;
        model__setting_value__init(&row[i]);
        row[i].name = (char *)setting_row((enum setting_id)i)->name;
        row[i].value = (char *)setting_print((enum setting_id)i, v, c->arena);
        row[i].tag = (char *)v->tag;
        row[i].profile = (char *)v->profile;
        policy.values[policy.n_values++] = &row[i];
    }
    policy.version = version;
    return store_put_policy(t, names, &policy);
}

struct keys {
    struct arena *arena;
    struct bytes list[1u << SYSTEMS_MAX];
    size_t count;
};

static int note_key(struct bytes key, void *message, void *arg)
{
    struct keys *k = arg;
    const void *copy = arena_memdup(k->arena, key.data, key.len);
    (void)message;
    if (!copy)
        return GDPOP_ERR_NOMEM;
    if (k->count == sizeof(k->list) / sizeof(k->list[0]))
        return 1; /* full: the rest comes in the next round */
    k->list[k->count++] = BYTES(copy, key.len);
    return 0;
}

/* What was compiled before, for systems too that no profile names any more: those would go on under
 * rules that nothing changes. */
static int drop_compiled(struct txn *t)
{
    struct keys *k = arena_alloc(txn_arena(t), sizeof(*k));
    int r = k ? 1 : GDPOP_ERR_NOMEM;
    while (r == 1) {
        *k = (struct keys){.arena = txn_arena(t)};
        if ((r = store_scan(t, &table_policy, BYTES("", 0), note_key, k)) < 0)
            return r;
        int dropped = 0;
        for (size_t i = 0; dropped == 0 && i < k->count; i++)
            dropped = store_delete(t, &table_policy, k->list[i]);
        if (dropped != 0)
            return dropped;
    }
    return r;
}

int policy_compile(struct txn *t)
{
    Model__Meta *meta;
    struct compile *c = arena_alloc(txn_arena(t), sizeof(*c));
    int r;
    if (!c)
        return GDPOP_ERR_NOMEM;
    c->arena = txn_arena(t);
    settings_default(&c->overrides);
    if ((r = store_each(t, &table_profile, BYTES("", 0), read_profile, c)) != 0 ||
        (r = store_each(t, &table_override, BYTES("", 0), read_override, c)) != 0 ||
        (r = drop_compiled(t)) != 0 || (r = store_meta(t, &meta)) != 0)
        return r;
    qsort(c->system, c->system_count, sizeof(c->system[0]), by_text);
    meta->policy_version++;
    for (unsigned set = 0; set < 1u << c->system_count; set++)
        if ((r = compile_set(t, c, set, meta->policy_version)) != 0)
            return r;
    return store_put_meta(t, meta);
}

static int fill(struct settings *s, const Model__Policy *policy, struct arena *a)
{
    for (size_t i = 0; i < policy->n_values; i++) {
        const Model__SettingValue *row = policy->values[i];
        int id = setting_find(row->name), r;
        if (id < 0)
            continue; /* of a later version of gdpop, kept for it */
        struct setting_value *v = &s->value[id];
        if ((r = setting_parse((enum setting_id)id, row->value, a, v)) != 0)
            return r;
        v->set = true;
        v->tag = row->tag;
        v->profile = row->profile;
    }
    return 0;
}

/* The systems of the set, sorted, once each, joined by '+'. */
static char *set_name(struct arena *a, char **systems, size_t count)
{
    const char **sorted = arena_alloc(a, (count + 1) * sizeof(*sorted));
    char *name = arena_strdup(a, "");
    if (!sorted)
        return NULL;
    for (size_t i = 0; i < count; i++)
        sorted[i] = systems[i];
    qsort(sorted, count, sizeof(*sorted), by_text);
    for (size_t i = 0; name && i < count; i++)
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0)
            name = arena_printf(a, "%s%s%s", name, name[0] ? "+" : "", sorted[i]);
    return name;
}

int policy_settings(struct txn *t, char **systems, size_t count, struct settings *out)
{
    Model__Policy *policy;
    char *name = set_name(txn_arena(t), systems, count);
    settings_default(out);
    if (!name)
        return GDPOP_ERR_NOMEM;
    int r = store_get_policy(t, name, &policy);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(GDPOP_ERR_STORE,
                        _("there is no compiled policy for the systems \"%s\": load the profiles "
                          "that name them"),
                        name);
    return r == 0 ? fill(out, policy, txn_arena(t)) : r;
}

bool policy_permit_holds(const Model__Permit *p, const char *account, int64_t now_at)
{
    return !p->ended_at && p->from_at <= now_at && now_at < p->until_at &&
           strcmp(p->created_by, account) != 0;
}

/* The article stays, and so does the value that would hold: the trail names what was waived. */
static int waive(struct arena *a, enum setting_id id, const Model__Permit *p,
                 struct setting_value *v)
{
    struct setting_value *floor = arena_memdup(a, v->floor ? v->floor : v, sizeof(*v));
    int r = floor ? setting_parse(id, p->value, a, v) : GDPOP_ERR_NOMEM;
    if (r != 0)
        return r;
    v->set = true;
    v->tag = floor->tag;
    v->profile = p->id;
    v->floor = floor;
    return 0;
}

int policy_waive(struct txn *t, const char *account, const char *organisation, int64_t now_at,
                 struct settings *out)
{
    const char *subjects[] = {"", organisation, account};
    Model__Permit **list;
    size_t count;
    int r;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if ((r = store_permits_of(t, subjects[i], "waiver", &list, &count)) != 0)
            return r;
        for (size_t k = 0; k < count; k++) {
            const Model__Permit *p = list[k];
            int id = setting_find(p->setting);
            if (id < 0 || !policy_permit_holds(p, account, now_at))
                continue;
            if ((r = waive(txn_arena(t), (enum setting_id)id, p, &out->value[id])) != 0)
                return r;
        }
    }
    return 0;
}
