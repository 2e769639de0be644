#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

MDB_dbi env_database(struct env *e, const void *table_or_index)
{
    const struct databases *all = env_databases(e);
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].owner == table_or_index && all->list[i].open)
            return all->list[i].dbi;
    return NO_DATABASE;
}

bool env_is_complete(struct env *e)
{
    const struct databases *all = env_databases(e);
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].open)
            return false;
    return true;
}

static int open_database(struct env *e, MDB_txn *txn, unsigned flags, const void *owner,
                         const char *name)
{
    struct databases *all = env_databases(e);
    if (all->count == STORE_DATABASES_MAX)
        return err_fail(GDPOP_ERR_INTERNAL, "too many tables");
    struct database *d = &all->list[all->count++];
    if (d->open)
        return 0;
    int rc = mdb_dbi_open(txn, name, flags, &d->dbi);
    d->owner = owner;
    d->open = rc == 0;
    return rc == 0 || rc == MDB_NOTFOUND ? 0 : env_fail(e, rc, name);
}

int env_open_tables(struct env *e, MDB_txn *txn, unsigned flags)
{
    int r = 0;
    env_databases(e)->count = 0;
    for (size_t i = 0; r == 0 && store_tables[i]; i++) {
        const struct table *table = store_tables[i];
        r = open_database(e, txn, flags, table, table->name);
        for (size_t j = 0; r == 0 && table->indexes && table->indexes[j]; j++)
            r = open_database(e, txn, flags, table->indexes[j], table->indexes[j]->name);
    }
    return r;
}
