#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/seal.h"

#include <stdlib.h>

/* Values sealed by an older key are sealed by the current one, some hundreds in a transaction, so
 * that logins go on in between. What is written by whoever still has the older ring open comes
 * later: every key of the ring opens. */

enum { BATCH_VALUES = 500 };

struct reseal {
    const void *owner;
    const char *name;
    uint8_t from[STORE_KEY_MAX]; /* the next transaction goes on here */
    size_t from_len;
    uint32_t current;
    size_t count;
    struct bytes key[BATCH_VALUES], value[BATCH_VALUES]; /* in the arena */
    bool more;
    uint64_t changed;
};

static int collect(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    struct reseal *s = arg;
    struct bytes value = BYTES(raw.mv_data, raw.mv_size);
    if (seal_key_id(value) == s->current)
        return 0;
    if (s->count == BATCH_VALUES) {
        memcpy(s->from, key.data, key.len);
        s->from_len = key.len;
        s->more = true;
        return 1;
    }
    s->key[s->count] = BYTES(arena_memdup(t->arena, key.data, key.len), key.len);
    s->value[s->count] = BYTES(arena_memdup(t->arena, value.data, value.len), value.len);
    if (!s->key[s->count].data || !s->value[s->count].data)
        return GDPOP_ERR_NOMEM;
    s->count++;
    return 0;
}

static int put_one(struct txn *t, const struct reseal *s, size_t i)
{
    const MDB_val raw = {s->value[i].len, (void *)(uintptr_t)s->value[i].data};
    struct bytes plain;
    int r = value_open(t, s->name, false, s->key[i], raw, t->arena, &plain);
    return r < 0 ? r : value_put(t, s->owner, s->name, false, s->key[i], plain);
}

static int change(struct txn *t, void *arg)
{
    struct reseal *s = arg;
    s->count = 0;
    s->more = false;
    int r = value_each(t, s->owner, s->name, BYTES(s->from, s->from_len), BYTES("", 0), collect, s);
    for (size_t i = 0; r >= 0 && i < s->count; i++) {
        int failed = put_one(t, s, i);
        if (failed < 0)
            r = failed;
    }
    return r > 0 ? 0 : r;
}

/* One table or index, to its end. */
static int reseal_all(struct store *store, struct reseal *s)
{
    int r;
    s->from_len = 0;
    do {
        struct arena *a = arena_new();
        r = a ? store_update(store, a, change, s) : GDPOP_ERR_NOMEM;
        arena_free(a);
        if (r == 0)
            s->changed += s->count;
    } while (r == 0 && s->more);
    return r;
}

int store_reseal(struct store *store, uint64_t *changed)
{
    struct reseal *s = calloc(1, sizeof(*s));
    int r = s ? 0 : GDPOP_ERR_NOMEM;
    *changed = 0;
    if (s)
        s->current = keyring_current(store->keys);
    for (size_t i = 0; r == 0 && store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        s->owner = table;
        s->name = table->name;
        if (!table->plain)
            r = reseal_all(store, s);
        for (size_t j = 0; r == 0 && table->indexes && table->indexes[j]; j++) {
            s->owner = table->indexes[j];
            s->name = table->indexes[j]->name;
            r = reseal_all(store, s);
        }
    }
    if (s)
        *changed = s->changed;
    free(s);
    return r;
}

/* ---- How many values each key seals ---- */

static int count_value(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    struct key_use *use = arg;
    uint32_t id = seal_key_id(BYTES(raw.mv_data, raw.mv_size));
    size_t i = 0;
    (void)t;
    (void)key;
    while (i < use->count && use->list[i].id != id)
        i++;
    if (i == KEY_USE_MAX)
        return err_fail(GDPOP_ERR_STORE, _("the store holds values of more than %d keys"),
                        KEY_USE_MAX);
    if (i == use->count)
        use->list[use->count++].id = id;
    use->list[i].values++;
    return 0;
}

int store_key_use(struct txn *t, struct key_use *use)
{
    const struct bytes all = BYTES("", 0);
    int r = 0;
    *use = (struct key_use){0};
    for (size_t i = 0; r == 0 && store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        if (!table->plain)
            r = value_each(t, table, table->name, all, all, count_value, use);
        for (size_t j = 0; r == 0 && table->indexes && table->indexes[j]; j++)
            r = value_each(t, table->indexes[j], table->indexes[j]->name, all, all, count_value,
                           use);
    }
    return r;
}
