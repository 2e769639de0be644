#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

/* Schema 1 is the first. A step is added here together with the change it is for. */
static const struct migration *const migrations = NULL;
enum { MIGRATION_COUNT = 0 };

static int run_steps(struct txn *t, Model__Meta *meta, const struct migration *list, size_t count,
                     uint32_t to)
{
    for (size_t i = 0; i < count && meta->schema < to; i++) {
        if (list[i].to != meta->schema + 1)
            continue;
        int r = list[i].run(t);
        /* A step may have changed other fields of the record. */
        if (r == 0)
            r = store_meta(t, &meta);
        if (r < 0)
            return r;
        meta->schema = list[i].to;
        if ((r = store_put_meta(t, meta)) < 0)
            return r;
    }
    if (meta->schema == to)
        return 0;
    return err_fail(GDPOP_ERR_STORE, _("there is no way from schema %u of the store to schema %u"),
                    meta->schema, to);
}

struct plan {
    const struct migration *list;
    size_t count;
    uint32_t to;
};

static int change(struct txn *t, void *arg)
{
    const struct plan *plan = arg;
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r < 0 || meta->schema == plan->to) /* another process was first */
        return r;
    if (meta->schema > plan->to)
        return err_fail(GDPOP_ERR_STORE,
                        _("the store %s has schema %u, this gdpop knows schemas up to %u: "
                          "install the newer version"),
                        t->store->conf.store_dir, meta->schema, plan->to);
    r = env_open_tables(t->store->env, t->mdb, MDB_CREATE);
    return r < 0 ? r : run_steps(t, meta, plan->list, plan->count, plan->to);
}

int migrate_with(struct store *s, const struct migration *list, size_t count, uint32_t to)
{
    struct plan plan = {list, count, to};
    struct arena *a = arena_new();
    int r = a ? store_update(s, a, change, &plan) : GDPOP_ERR_NOMEM;
    arena_free(a);
    return r;
}

int migrate(struct store *s)
{
    return migrate_with(s, migrations, MIGRATION_COUNT, STORE_SCHEMA);
}

struct reindex {
    struct txn *t;
    const struct index *index;
};

static int add_entries(struct bytes key, void *message, void *arg)
{
    struct reindex *x = arg;
    struct index_keys k;
    int r = index_keys_of(x->t, x->index, key, message, &k);
    for (size_t i = 0; r == 0 && i < k.count; i++)
        r = value_put(x->t, x->index, x->index->name, false, k.list[i], key);
    return r;
}

int migrate_reindex(struct txn *t, const struct table *table, const struct index *index)
{
    struct reindex x = {t, index};
    return store_scan(t, table, BYTES("", 0), add_entries, &x);
}
