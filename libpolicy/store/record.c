#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

const char *table_name(const struct table *t)
{
    return t->name;
}

static int decode(const struct table *table, struct bytes value, struct arena *a, void **message)
{
    int r = codec_decode(table->type, value, a, message);
    return r < 0 ? err_prefix(r, _("table %s"), table->name) : 0;
}

int store_get(struct txn *t, const struct table *table, struct bytes key, void **message)
{
    struct bytes value;
    *message = NULL;
    int r = value_get(t, table, table->name, table->plain, key, &value);
    return r < 0 ? r : decode(table, value, t->arena, message);
}

/* The record that stands there now, only when its index entries matter or somebody asks. */
static int get_before(struct txn *t, const struct table *table, struct bytes key, void **before)
{
    *before = NULL;
    bool wanted = table->indexes || (t->watcher && !table->plain);
    int r = wanted ? store_get(t, table, key, before) : 0;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static int tell_watcher(struct txn *t, const struct table *table, struct bytes key,
                        const void *before, const void *after)
{
    return t->watcher && !table->plain ? t->watcher(table, key, before, after, t->watcher_arg) : 0;
}

int store_put(struct txn *t, const struct table *table, struct bytes key, const void *message)
{
    struct bytes value;
    void *before;
    int r;
    if ((r = codec_encode(message, t->arena, &value)) < 0)
        return err_prefix(r, _("table %s"), table->name);
    if ((r = get_before(t, table, key, &before)) < 0 ||
        (r = index_update(t, table, key, before, message)) < 0)
        return r;
    r = value_put(t, table, table->name, table->plain, key, value);
    return r < 0 ? r : tell_watcher(t, table, key, before, message);
}

int store_delete(struct txn *t, const struct table *table, struct bytes key)
{
    void *before;
    int r;
    if ((r = get_before(t, table, key, &before)) < 0 ||
        (r = value_delete(t, table, table->name, key)) < 0 ||
        (r = index_update(t, table, key, before, NULL)) < 0)
        return r;
    return tell_watcher(t, table, key, before, NULL);
}

struct walk {
    const struct table *table;
    bool brief;
    int (*each)(struct bytes key, void *message, void *arg);
    void *arg;
};

static int visit(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    struct walk *w = arg;
    struct bytes value;
    void *message;
    struct arena *a = w->brief ? arena_new() : t->arena;
    int r =
        a ? value_open(t, w->table->name, w->table->plain, key, raw, a, &value) : GDPOP_ERR_NOMEM;
    if (r == 0)
        r = decode(w->table, value, a, &message);
    if (r == 0)
        r = w->each(key, message, w->arg);
    if (w->brief)
        arena_free(a);
    return r;
}

int store_each(struct txn *t, const struct table *table, struct bytes prefix,
               int (*each)(struct bytes key, void *message, void *arg), void *arg)
{
    struct walk w = {.table = table, .each = each, .arg = arg};
    return value_each(t, table, table->name, prefix, prefix, visit, &w);
}

int store_scan(struct txn *t, const struct table *table, struct bytes prefix,
               int (*each)(struct bytes key, void *message, void *arg), void *arg)
{
    struct walk w = {.table = table, .each = each, .arg = arg, .brief = true};
    return value_each(t, table, table->name, prefix, prefix, visit, &w);
}

/* Doubles where the count is a power of two: an arena gives nothing back. */
int list_add(struct arena *a, void ***list, size_t *count, void *message)
{
    if ((*count & (*count - 1)) == 0) {
        void **bigger = arena_alloc(a, (*count ? *count * 2 : 1) * sizeof(*bigger));
        if (!bigger)
            return GDPOP_ERR_NOMEM;
        if (*count > 0)
            memcpy(bigger, *list, *count * sizeof(*bigger));
        *list = bigger;
    }
    (*list)[(*count)++] = message;
    return 0;
}

struct collected {
    struct arena *arena;
    void ***list;
    size_t *count;
};

static int collect(struct bytes key, void *message, void *arg)
{
    (void)key;
    struct collected *c = arg;
    return list_add(c->arena, c->list, c->count, message);
}

int record_list(struct txn *t, const struct table *table, struct bytes prefix, void ***list,
                size_t *count)
{
    struct collected c = {t->arena, list, count};
    *list = NULL;
    *count = 0;
    return store_each(t, table, prefix, collect, &c);
}

int record_key(struct txn *t, const char *owner, struct bytes more, struct bytes *key)
{
    size_t len = strlen(owner) + 1;
    char *p = arena_alloc(t->arena, len + more.len);
    if (!p)
        return GDPOP_ERR_NOMEM;
    memcpy(p, owner, len);
    if (more.len > 0)
        memcpy(p + len, more.data, more.len);
    *key = BYTES(p, len + more.len);
    return 0;
}
