#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/seal.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Raw values of tables and indexes: each sealed with the name it stands under, its key and the
 * schema. */

static int check_key(const char *name, struct bytes key)
{
    if (key.len == 0 || key.len > STORE_KEY_MAX)
        return err_fail(GDPOP_ERR_ARGUMENT,
                        _("a key of table %s has %zu bytes, 1 to %d are allowed"), name, key.len,
                        STORE_KEY_MAX);
    return 0;
}

static MDB_val mdb_val(struct bytes b)
{
    return (MDB_val){.mv_size = b.len, .mv_data = (void *)(uintptr_t)b.data};
}

/* The ring with which a value opens: one that was sealed by a key made since the store was opened,
 * while keys are rotated, needs the ring to be read again. The first stays: its keys are in use. */
static int ring_of(struct store *s, struct bytes sealed, const struct keyring **ring)
{
    int r = 0;
    *ring = s->keys;
    if (sealed.len < SEAL_OVERHEAD_BYTES || keyring_pair(s->keys, seal_key_id(sealed)))
        return 0;
    pthread_mutex_lock(&s->newer_mutex);
    if (!s->newer_keys)
        r = keyring_open(s->conf.key_dir, &s->newer_keys);
    if (r == 0)
        *ring = s->newer_keys;
    pthread_mutex_unlock(&s->newer_mutex);
    return r;
}

int value_open(struct txn *t, const char *name, bool plain, struct bytes key, MDB_val sealed,
               struct arena *a, struct bytes *value)
{
    struct bytes raw = BYTES(sealed.mv_data, sealed.mv_size);
    if (!plain) {
        struct seal_place place = {.table = name, .key = key};
        const struct keyring *ring;
        int r = ring_of(t->store, raw, &ring);
        return r < 0 ? r : seal_open(ring, &place, raw, a, value);
    }
    void *copy = arena_memdup(a, raw.data, raw.len);
    *value = BYTES(copy, raw.len);
    return copy ? 0 : GDPOP_ERR_NOMEM;
}

int value_get(struct txn *t, const void *owner, const char *name, bool plain, struct bytes key,
              struct bytes *value)
{
    MDB_val k = mdb_val(key), v;
    int r = check_key(name, key);
    if (r < 0)
        return r;
    const struct shadow *shadow = shadow_of(t, owner);
    int rc = !shadow ? mdb_get(t->mdb, env_database(t->store->env, owner), &k, &v)
             : shadow_get(shadow, key, &v) ? 0
                                           : MDB_NOTFOUND;
    if (rc != 0)
        return txn_fail(t, rc, name);
    return value_open(t, name, plain, key, v, t->arena, value);
}

int value_put(struct txn *t, const void *owner, const char *name, bool plain, struct bytes key,
              struct bytes value)
{
    int r = check_key(name, key);
    if (r == 0 && !plain) {
        struct seal_place place = {.table = name, .key = key, .schema = STORE_SCHEMA};
        r = seal_wrap(t->store->keys, &place, value, t->arena, &value);
    }
    if (r < 0)
        return r;
    MDB_val k = mdb_val(key), v = mdb_val(value);
    /* The trail only ever grows at its end; LMDB then fills pages whole. */
    int rc = mdb_put(t->mdb, env_database(t->store->env, owner), &k, &v, plain ? MDB_APPEND : 0);
    return rc == 0 ? 0 : txn_fail(t, rc, name);
}

int value_delete(struct txn *t, const void *owner, const char *name, struct bytes key)
{
    MDB_val k = mdb_val(key);
    int r = check_key(name, key);
    if (r < 0)
        return r;
    int rc = mdb_del(t->mdb, env_database(t->store->env, owner), &k, NULL);
    return rc == 0 ? 0 : txn_fail(t, rc, name);
}

int value_each(struct txn *t, const void *owner, const char *name, struct bytes start,
               struct bytes prefix,
               int (*each)(struct txn *t, struct bytes key, MDB_val value, void *arg), void *arg)
{
    MDB_cursor *cursor;
    MDB_val k = mdb_val(start), v;
    int r = 0;
    const struct shadow *shadow = shadow_of(t, owner);
    if (shadow)
        return shadow_each(shadow, t, start, prefix, each, arg);
    int rc = mdb_cursor_open(t->mdb, env_database(t->store->env, owner), &cursor);
    if (rc != 0)
        return txn_fail(t, rc, name);
    rc = mdb_cursor_get(cursor, &k, &v, start.len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    for (; rc == 0 && r == 0; rc = r == 0 ? mdb_cursor_get(cursor, &k, &v, MDB_NEXT) : 0) {
        uint8_t key[STORE_KEY_MAX]; /* the page may move while `each` writes to other tables */
        if (k.mv_size < prefix.len || memcmp(k.mv_data, prefix.data, prefix.len) != 0 ||
            k.mv_size > sizeof(key))
            break;
        memcpy(key, k.mv_data, k.mv_size);
        r = each(t, BYTES(key, k.mv_size), v, arg);
    }
    mdb_cursor_close(cursor);
    if (rc != 0 && rc != MDB_NOTFOUND)
        return txn_fail(t, rc, name);
    return r;
}

int value_list(struct txn *t, const void *owner, const char *name, struct value_place **list,
               size_t *count)
{
    MDB_dbi dbi = env_database(t->store->env, owner);
    MDB_cursor *cursor;
    MDB_stat stat;
    MDB_val k, v;
    *list = NULL;
    *count = 0;
    int rc = mdb_stat(t->mdb, dbi, &stat);
    if (rc == 0)
        rc = mdb_cursor_open(t->mdb, dbi, &cursor);
    if (rc != 0)
        return txn_fail(t, rc, name);
    struct value_place *places = calloc(stat.ms_entries + 1, sizeof(*places));
    size_t n = 0;
    rc = places ? mdb_cursor_get(cursor, &k, &v, MDB_FIRST) : ENOMEM;
    for (; rc == 0 && n < stat.ms_entries; rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))
        places[n++] =
            (struct value_place){BYTES(k.mv_data, k.mv_size), BYTES(v.mv_data, v.mv_size)};
    mdb_cursor_close(cursor);
    if (rc != 0 && rc != MDB_NOTFOUND) {
        free(places);
        return txn_fail(t, rc, name);
    }
    *list = places;
    *count = n;
    return 0;
}
