#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <stdlib.h>

static int check_schema(struct store *s)
{
    Model__Meta *meta;
    struct txn *t = NULL;
    uint32_t schema = 0;
    struct arena *a = arena_new();
    int r = a ? store_read(s, a, &t) : GDPOP_ERR_NOMEM;
    if (r == 0)
        r = env_database(s->env, &table_meta) == NO_DATABASE ? GDPOP_ERR_NOT_FOUND
                                                             : store_meta(t, &meta);
    if (r == 0)
        schema = meta->schema;
    txn_abort(t);
    arena_free(a);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(GDPOP_ERR_STORE, _("%s holds no account store"), s->conf.store_dir);
    if (r == 0 && schema != STORE_SCHEMA)
        r = migrate(s);
    if (r == 0 && !env_is_complete(s->env))
        r = err_fail(GDPOP_ERR_STORE, _("the store %s is damaged: a table is missing"),
                     s->conf.store_dir);
    return r;
}

int store_open(const struct conf *conf, struct store **sp)
{
    *sp = NULL;
    struct store *s = calloc(1, sizeof(*s));
    if (!s)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    s->conf = *conf;
    pthread_mutex_init(&s->newer_mutex, NULL);
    int r = env_open(conf->store_dir, conf->store_wait_sec * 1000, &s->env);
    if (r == 0)
        r = keyring_open(conf->key_dir, &s->keys);
    if (r == 0)
        r = check_schema(s);
    if (r < 0) {
        store_close(s);
        return r;
    }
    *sp = s;
    return 0;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    keyring_free(s->newer_keys);
    keyring_free(s->keys);
    env_close(s->env);
    free(s);
}

const struct keyring *store_keyring(const struct store *s)
{
    return s->keys;
}

const struct conf *store_conf(const struct store *s)
{
    return &s->conf;
}

/* One byte a name; two names that share one wait for each other, nothing worse. */
static off_t offset_of(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *p = name; *p; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    return (off_t)(hash & ((UINT64_C(1) << 40) - 1));
}

int store_count_lock(const struct conf *conf, const char *account, struct lock *l)
{
    char path[PATH_MAX];
    l->fd = -1;
    int r = store_path(conf->store_dir, STORE_COUNT_LOCK, path);
    if (r < 0)
        return r;
    return lock_range(path, offset_of(account), 1, conf->store_wait_sec * 1000, l);
}

int store_records(struct txn *t, const struct table *table, uint64_t *count)
{
    MDB_stat m;
    int rc = mdb_stat(t->mdb, env_database(t->store->env, table), &m);
    *count = rc == 0 ? m.ms_entries : 0;
    return rc == 0 ? 0 : txn_fail(t, rc, table->name);
}
