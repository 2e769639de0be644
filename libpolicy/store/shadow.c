#include "store/private.h"

#include "base/err.h"

#include <stdlib.h>

/* Raw values of a table or index in memory, in the order of their keys, in the place of those in
 * the file. */
struct shadow {
    const void *owner;
    size_t count, room;
    struct entry {
        struct bytes key, value;
    } * list;
    struct shadow *next;
};

struct copying {
    struct arena *arena;
    struct shadow *shadow;
};

static int copy_entry(struct txn *t, struct bytes key, MDB_val value, void *arg)
{
    struct copying *c = arg;
    struct shadow *s = c->shadow;
    (void)t;
    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct entry *list = arena_alloc(c->arena, room * sizeof(*list));
        if (!list)
            return GDPOP_ERR_NOMEM;
        if (s->count > 0)
            memcpy(list, s->list, s->count * sizeof(*list));
        s->list = list;
        s->room = room;
    }
    const void *k = arena_memdup(c->arena, key.data, key.len);
    const void *v = arena_memdup(c->arena, value.mv_data, value.mv_size);
    s->list[s->count++] = (struct entry){BYTES(k, key.len), BYTES(v, value.mv_size)};
    return k && v ? 0 : GDPOP_ERR_NOMEM;
}

static int copy_one(struct txn *t, struct txn *changed, const void *owner, const char *name)
{
    struct shadow *s = arena_alloc(t->arena, sizeof(*s));
    if (!s)
        return GDPOP_ERR_NOMEM;
    *s = (struct shadow){.owner = owner, .next = t->shadows};
    struct copying c = {t->arena, s};
    t->shadows = s;
    return value_each(changed, owner, name, BYTES("", 0), BYTES("", 0), copy_entry, &c);
}

int store_shadow(struct txn *t, struct txn *changed, const struct table *table)
{
    int r = copy_one(t, changed, table, table->name);
    for (const struct index *const *i = table->indexes; i && *i && r == 0; i++)
        r = copy_one(t, changed, *i, (*i)->name);
    return r;
}

const struct shadow *shadow_of(const struct txn *t, const void *owner)
{
    const struct shadow *s = t->shadows;
    while (s && s->owner != owner)
        s = s->next;
    return s;
}

static int compare(struct bytes a, struct bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The first entry whose key is not smaller. */
static size_t first_from(const struct shadow *s, struct bytes key)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(s->list[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static MDB_val mdb_val(struct bytes b)
{
    return (MDB_val){.mv_size = b.len, .mv_data = (void *)(uintptr_t)b.data};
}

bool shadow_get(const struct shadow *s, struct bytes key, MDB_val *value)
{
    size_t at = first_from(s, key);
    if (at == s->count || compare(s->list[at].key, key) != 0)
        return false;
    *value = mdb_val(s->list[at].value);
    return true;
}

int shadow_each(const struct shadow *s, struct txn *t, struct bytes start, struct bytes prefix,
                int (*each)(struct txn *t, struct bytes key, MDB_val value, void *arg), void *arg)
{
    int r = 0;
    for (size_t i = first_from(s, start); r == 0 && i < s->count; i++) {
        struct bytes key = s->list[i].key;
        if (key.len < prefix.len || memcmp(key.data, prefix.data, prefix.len) != 0)
            break;
        r = each(t, key, mdb_val(s->list[i].value), arg);
    }
    return r;
}
