#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

/* Key: sequence, 8 bytes big-endian. Not sealed: chained by the audit room. */
const struct table table_event = {
    .name = "event", .type = &model__trail_entry__descriptor, .plain = true};

int store_last_event(struct txn *t, uint64_t *sequence, Model__TrailEntry **entry)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    *sequence = 0;
    *entry = NULL;
    int rc = mdb_cursor_open(t->mdb, env_database(t->store->env, &table_event), &cursor);
    if (rc != 0)
        return txn_fail(t, rc, table_event.name);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    struct bytes key = rc == 0 ? BYTES(k.mv_data, k.mv_size) : BYTES("", 0);
    int r = rc == 0 ? 0 : txn_fail(t, rc, table_event.name);
    if (r == 0 && key.len != 8)
        r = err_fail(GDPOP_ERR_TRAIL, _("the trail holds a key that is no sequence number"));
    if (r == 0) {
        *sequence = bytes_get_be64(key.data);
        r = store_get(t, &table_event, key, (void **)entry);
    }
    mdb_cursor_close(cursor);
    return r;
}

int store_append_event(struct txn *t, uint64_t sequence, const Model__TrailEntry *entry)
{
    uint8_t key[8];
    bytes_put_be64(key, sequence);
    return store_put(t, &table_event, BYTES(key, sizeof(key)), entry);
}

struct walk {
    uint64_t to;
    int (*each)(uint64_t sequence, Model__TrailEntry *entry, void *arg);
    void *arg;
    bool ended;
};

static int visit(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    (void)t;
    struct walk *w = arg;
    void *entry;
    if (key.len != 8)
        return err_fail(GDPOP_ERR_TRAIL, _("the trail holds a key that is no sequence number"));
    uint64_t sequence = bytes_get_be64(key.data);
    if (w->to != 0 && sequence > w->to) {
        w->ended = true;
        return 1;
    }
    struct arena *a = arena_new();
    if (!a)
        return GDPOP_ERR_NOMEM;
    int r = codec_decode(table_event.type, BYTES(raw.mv_data, raw.mv_size), a, &entry);
    if (r != GDPOP_ERR_NOMEM)
        r = w->each(sequence, r == 0 ? entry : NULL, w->arg);
    arena_free(a);
    return r;
}

int store_each_event(struct txn *t, uint64_t from, uint64_t to,
                     int (*each)(uint64_t sequence, Model__TrailEntry *entry, void *arg), void *arg)
{
    struct walk w = {to, each, arg, false};
    uint8_t start[8];
    bytes_put_be64(start, from);
    int r = value_each(t, &table_event, table_event.name, BYTES(start, sizeof(start)), BYTES("", 0),
                       visit, &w);
    return w.ended ? 0 : r;
}

int store_remove_events(struct txn *t, uint64_t first, uint64_t last)
{
    int r = 0;
    for (uint64_t n = first; r == 0 && n <= last; n++) {
        uint8_t key[8];
        bytes_put_be64(key, n);
        r = store_delete(t, &table_event, BYTES(key, sizeof(key)));
    }
    return r;
}
