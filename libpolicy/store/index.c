#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

struct index_keys index_keys_for(struct txn *t)
{
    return (struct index_keys){.keys = t->store->keys, .arena = t->arena};
}

static bool has(const struct index_keys *k, struct bytes key)
{
    for (size_t i = 0; i < k->count; i++)
        if (bytes_equal(k->list[i], key))
            return true;
    return false;
}

int index_add(struct index_keys *k, struct bytes key)
{
    if (has(k, key))
        return 0;
    struct bytes *list = arena_alloc(k->arena, (k->count + 1) * sizeof(*list));
    void *copy = list ? arena_memdup(k->arena, key.data, key.len) : NULL;
    if (!copy)
        return GDPOP_ERR_NOMEM;
    if (k->count > 0)
        memcpy(list, k->list, k->count * sizeof(*list));
    list[k->count++] = BYTES(copy, key.len);
    k->list = list;
    return 0;
}

int index_add_text(struct index_keys *k, const char *text, struct bytes more)
{
    size_t len = strlen(text) + 1;
    char *p = arena_alloc(k->arena, len + more.len);
    if (!p)
        return GDPOP_ERR_NOMEM;
    memcpy(p, text, len);
    if (more.len > 0)
        memcpy(p + len, more.data, more.len);
    return index_add(k, BYTES(p, len + more.len));
}

int index_add_digest(struct index_keys *k, const char *kind, struct bytes value)
{
    uint8_t digest[32];
    int r = keyring_lookup(k->keys, kind, value, digest);
    return r < 0 ? r : index_add(k, BYTES(digest, sizeof(digest)));
}

int index_keys_of(struct txn *t, const struct index *index, struct bytes record,
                  const void *message, struct index_keys *k)
{
    *k = index_keys_for(t);
    int r = message ? index->add(k, message) : 0;
    for (size_t i = 0; r == 0 && !index->unique && i < k->count; i++) {
        struct bytes *key = &k->list[i];
        char *p = arena_alloc(t->arena, key->len + record.len);
        if (!p)
            return GDPOP_ERR_NOMEM;
        memcpy(p, key->data, key->len);
        memcpy(p + key->len, record.data, record.len);
        *key = BYTES(p, key->len + record.len);
    }
    return r;
}

static int check_unique(struct txn *t, const struct index *index, struct bytes record,
                        const struct index_keys *after)
{
    for (size_t i = 0; index->unique && i < after->count; i++) {
        struct bytes other;
        int r = index_find(t, index, after->list[i], &other);
        if (r == GDPOP_ERR_NOT_FOUND)
            continue;
        if (r < 0)
            return r;
        if (!bytes_equal(other, record))
            return err_fail(GDPOP_ERR_EXISTS, _("%s: there is another one already: %.*s"),
                            index->name, (int)other.len, (const char *)other.data);
    }
    return 0;
}

static int write_difference(struct txn *t, const struct index *index, struct bytes record,
                            const struct index_keys *before, const struct index_keys *after)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < before->count; i++)
        if (!has(after, before->list[i])) {
            r = value_delete(t, index, index->name, before->list[i]);
            if (r == GDPOP_ERR_NOT_FOUND)
                r = err_fail(GDPOP_ERR_STORE, _("an entry of the index %s is missing"),
                             index->name);
        }
    for (size_t i = 0; r == 0 && i < after->count; i++)
        if (!has(before, after->list[i]))
            r = value_put(t, index, index->name, false, after->list[i], record);
    return r;
}

int index_update(struct txn *t, const struct table *table, struct bytes key, const void *before,
                 const void *after)
{
    struct index_keys old, new;
    int r = 0;
    for (size_t i = 0; r == 0 && after && table->indexes && table->indexes[i]; i++)
        if ((r = index_keys_of(t, table->indexes[i], key, after, &new)) == 0)
            r = check_unique(t, table->indexes[i], key, &new);
    for (size_t i = 0; r == 0 && table->indexes && table->indexes[i]; i++)
        if ((r = index_keys_of(t, table->indexes[i], key, before, &old)) == 0 &&
            (r = index_keys_of(t, table->indexes[i], key, after, &new)) == 0)
            r = write_difference(t, table->indexes[i], key, &old, &new);
    return r;
}

int index_find(struct txn *t, const struct index *index, struct bytes key, struct bytes *record)
{
    return value_get(t, index, index->name, false, key, record);
}

int index_find_text(struct txn *t, const struct index *index, struct bytes key, char **record)
{
    struct bytes found;
    *record = NULL;
    int r = index_find(t, index, key, &found);
    if (r < 0)
        return r;
    char *text = arena_alloc(t->arena, found.len + 1);
    if (!text)
        return GDPOP_ERR_NOMEM;
    memcpy(text, found.data, found.len);
    *record = text;
    return 0;
}

struct found {
    const struct table *table;
    const struct index *index;
    void ***list;
    size_t *count;
};

static int follow(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    struct found *f = arg;
    struct bytes record;
    void *message;
    int r = value_open(t, f->index->name, false, key, raw, t->arena, &record);
    if (r == 0)
        r = store_get(t, f->table, record, &message);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(GDPOP_ERR_STORE, _("the index %s names a record that is not there"),
                        f->index->name);
    return r < 0 ? r : list_add(t->arena, f->list, f->count, message);
}

int index_list(struct txn *t, const struct table *table, const struct index *index,
               struct bytes prefix, void ***list, size_t *count)
{
    struct found f = {table, index, list, count};
    *list = NULL;
    *count = 0;
    return value_each(t, index, index->name, prefix, prefix, follow, &f);
}
