#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <stdlib.h>

/* What lies in the store leaves it and comes back as it is: keys are byte strings and sealed values
 * know no machine, so a copy made of them serves any page size and byte order. */

struct dump {
    const char *name;
    int (*each)(const struct store_value *v, void *arg);
    void *arg;
};

static int give(struct txn *t, struct bytes key, MDB_val value, void *arg)
{
    const struct dump *d = arg;
    const struct store_value v = {d->name, key, BYTES(value.mv_data, value.mv_size)};
    (void)t;
    return d->each(&v, d->arg);
}

static int dump_one(struct txn *t, const void *owner, struct dump *d)
{
    const struct bytes all = BYTES("", 0);
    return value_each(t, owner, d->name, all, all, give, d);
}

int store_dump(struct txn *t, int (*each)(const struct store_value *v, void *arg), void *arg)
{
    struct dump d = {NULL, each, arg};
    int r = 0;
    for (size_t i = 0; r == 0 && store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        d.name = table->name;
        r = dump_one(t, table, &d);
        for (size_t j = 0; r == 0 && table->indexes && table->indexes[j]; j++) {
            d.name = table->indexes[j]->name;
            r = dump_one(t, table->indexes[j], &d);
        }
    }
    return r;
}

static const void *owner_of(const char *name)
{
    for (size_t i = 0; store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        if (strcmp(table->name, name) == 0)
            return table;
        for (size_t j = 0; table->indexes && table->indexes[j]; j++)
            if (strcmp(table->indexes[j]->name, name) == 0)
                return table->indexes[j];
    }
    return NULL;
}

/* ---- Filling ---- */

enum { BATCH_VALUES = 2000, BATCH_BYTES = 4 << 20 };

struct batch {
    struct store_value value[BATCH_VALUES];
    size_t count, bytes;
    struct arena *arena;
};

static int put_batch(struct txn *t, void *arg)
{
    const struct batch *b = arg;
    for (size_t i = 0; i < b->count; i++) {
        const struct store_value *v = &b->value[i];
        const void *owner = owner_of(v->table);
        if (!owner || v->key.len == 0 || v->key.len > STORE_KEY_MAX)
            return err_fail(GDPOP_ERR_FORMAT,
                            _("a table \"%s\" is not known to this version of gdpop"), v->table);
        MDB_val key = {v->key.len, (void *)(uintptr_t)v->key.data};
        MDB_val value = {v->value.len, (void *)(uintptr_t)v->value.data};
        int rc = mdb_put(t->mdb, env_database(t->store->env, owner), &key, &value, 0);
        if (rc != 0)
            return txn_fail(t, rc, v->table);
    }
    return 0;
}

static int keep(struct batch *b, const struct store_value *v)
{
    struct store_value *to = &b->value[b->count];
    to->table = arena_strdup(b->arena, v->table);
    to->key = BYTES(arena_memdup(b->arena, v->key.data, v->key.len), v->key.len);
    to->value = BYTES(arena_memdup(b->arena, v->value.data, v->value.len), v->value.len);
    if (!to->table || !to->key.data || (!to->value.data && v->value.len > 0))
        return GDPOP_ERR_NOMEM;
    b->count++;
    b->bytes += v->key.len + v->value.len;
    return 0;
}

/* Reads the next values; *more is false when there are no others behind them. */
static int read_batch(struct batch *b, const struct store_source *from, bool *more)
{
    struct store_value v;
    b->count = b->bytes = 0;
    while (b->count < BATCH_VALUES && b->bytes < BATCH_BYTES) {
        int r = from->next(&v, from->arg);
        if (r == 0)
            *more = false;
        if (r <= 0)
            return r;
        if ((r = keep(b, &v)) < 0)
            return r;
    }
    return 0;
}

static int fill_once(struct store *s, struct batch *b, const struct store_source *from, bool *more)
{
    struct arena *a = arena_new();
    b->arena = arena_new();
    int r = a && b->arena ? read_batch(b, from, more) : GDPOP_ERR_NOMEM;
    if (r == 0 && b->count > 0)
        r = store_update(s, a, put_batch, b);
    arena_free(b->arena);
    arena_free(a);
    return r;
}

int dump_fill(struct store *s, const struct store_source *from)
{
    bool more = true;
    struct batch *b = malloc(sizeof(*b));
    int r = b ? 0 : GDPOP_ERR_NOMEM;
    while (r == 0 && more)
        r = fill_once(s, b, from, &more);
    free(b);
    return r;
}
