/* How full the store and its disk are. */
#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <sys/statvfs.h>

static int add_pages(const struct env *e, MDB_txn *txn, unsigned handle, uint64_t *bytes)
{
    MDB_stat m;
    int rc = mdb_stat(txn, handle, &m);
    if (rc != 0)
        return env_fail(e, rc, "stat");
    *bytes += (m.ms_branch_pages + m.ms_leaf_pages + m.ms_overflow_pages) * (uint64_t)m.ms_psize;
    return 0;
}

static int table_bytes(struct env *e, MDB_txn *txn, const struct table *table, uint64_t *bytes)
{
    int r = add_pages(e, txn, env_database(e, table), bytes);
    for (size_t i = 0; r == 0 && table->indexes && table->indexes[i]; i++)
        r = add_pages(e, txn, env_database(e, table->indexes[i]), bytes);
    return r;
}

static int used_bytes(struct env *e, MDB_txn *txn, uint64_t *bytes)
{
    int r = 0;
    *bytes = 0;
    for (size_t i = 0; r == 0 && store_tables[i]; i++)
        r = table_bytes(e, txn, store_tables[i], bytes);
    return r;
}

int store_table_bytes(struct txn *t, const struct table *table, uint64_t *bytes)
{
    *bytes = 0;
    return table_bytes(t->store->env, t->mdb, table, bytes);
}

int store_room(struct txn *t, uint64_t enough_bytes, uint64_t *bytes)
{
    struct env *e = t->store->env;
    struct statvfs fs;
    MDB_envinfo info;
    uint64_t used;
    *bytes = 0;
    if (statvfs(env_dir(e), &fs) != 0)
        return err_errno(_("cannot look at %s"), env_dir(e));
    uint64_t disk = (uint64_t)fs.f_bavail * fs.f_frsize;
    int rc = mdb_env_info(env_mdb(e), &info);
    if (rc != 0)
        return env_fail(e, rc, "info");
    /* What is left on the disk counts where the map can still grow by a step (map_grow). */
    if (disk < info.me_mapsize / 8)
        disk = 0;
    *bytes = disk;
    if (disk >= enough_bytes)
        return 0;
    int r = used_bytes(e, t->mdb, &used);
    if (r == 0 && info.me_mapsize > used)
        *bytes += info.me_mapsize - used;
    return r;
}

int store_stat(struct store *s, struct store_stat *st)
{
    MDB_envinfo info;
    MDB_txn *txn = NULL;
    *st = (struct store_stat){0};
    int r = map_begin(s->env, MDB_RDONLY, s->conf.store_wait_sec * 1000, &txn);
    if (r < 0)
        return r;
    int rc = mdb_env_info(env_mdb(s->env), &info);
    r = rc == 0 ? used_bytes(s->env, txn, &st->used_bytes) : env_fail(s->env, rc, "stat");
    mdb_txn_abort(txn);
    map_end(s->env);
    if (r < 0)
        return r;
    st->map_bytes = info.me_mapsize;
    st->file_bytes = map_used_bytes(s->env);
    st->readers = info.me_numreaders;
    st->readers_max = info.me_maxreaders;
    return 0;
}
