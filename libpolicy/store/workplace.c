#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/address.h"

/* Key: masked prefix (16 bytes), its length (1 byte), organisation. Meta.prefix_lengths marks the
 * lengths in use, so that the networks of an address are found by one look for each. */
enum { PREFIX_BYTES = 16, LENGTH_AT = 16, HEAD_BYTES = 17, LENGTHS = 129 };

static int check_mark(struct txn *t, const void *message, bool *sound)
{
    const Model__Workplace *w = message;
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    *sound = r == 0 && meta->prefix_lengths.len == LENGTHS && w->prefix_length < LENGTHS &&
             meta->prefix_lengths.data[w->prefix_length];
    return r;
}

const struct table table_workplace = {
    .name = "workplace", .type = &model__workplace__descriptor, .check = check_mark};

static void put_head(const uint8_t *prefix, unsigned length, uint8_t head[static HEAD_BYTES])
{
    for (unsigned i = 0; i < PREFIX_BYTES; i++) {
        unsigned bits = length > i * 8 ? length - i * 8 : 0;
        head[i] = prefix[i] & (bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits));
    }
    head[LENGTH_AT] = (uint8_t)length;
}

static int workplace_key(struct txn *t, const Model__Workplace *w, struct bytes *key)
{
    size_t len = strlen(w->organisation);
    if (w->prefix.len != PREFIX_BYTES || w->prefix_length >= LENGTHS)
        return err_fail(GDPOP_ERR_ARGUMENT, _("a workplace of %s has no valid network prefix"),
                        w->organisation);
    uint8_t *p = arena_alloc(t->arena, HEAD_BYTES + len);
    if (!p)
        return GDPOP_ERR_NOMEM;
    put_head(w->prefix.data, w->prefix_length, p);
    memcpy(p + HEAD_BYTES, w->organisation, len);
    *key = BYTES(p, HEAD_BYTES + len);
    return 0;
}

static int mark(struct txn *t, unsigned length, uint8_t used)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r < 0)
        return r;
    uint8_t *marks = arena_alloc(t->arena, LENGTHS);
    if (!marks)
        return GDPOP_ERR_NOMEM;
    if (meta->prefix_lengths.len == LENGTHS)
        memcpy(marks, meta->prefix_lengths.data, LENGTHS);
    if (marks[length] == used)
        return 0;
    marks[length] = used;
    meta->prefix_lengths.data = marks;
    meta->prefix_lengths.len = LENGTHS;
    return store_put_meta(t, meta);
}

int store_put_workplace(struct txn *t, const Model__Workplace *w)
{
    struct bytes key;
    int r;
    if ((r = workplace_key(t, w, &key)) < 0 || (r = store_put(t, &table_workplace, key, w)) < 0)
        return r;
    return mark(t, w->prefix_length, 1);
}

static int has_length(struct txn *t, struct bytes key, MDB_val value, void *arg)
{
    (void)t;
    (void)value;
    const unsigned *length = arg;
    return key.len >= HEAD_BYTES && ((const uint8_t *)key.data)[LENGTH_AT] == *length;
}

int store_delete_workplace(struct txn *t, const Model__Workplace *w)
{
    struct bytes key, all = BYTES("", 0);
    unsigned length = w->prefix_length;
    int r;
    if ((r = workplace_key(t, w, &key)) < 0 || (r = store_delete(t, &table_workplace, key)) < 0 ||
        (r = value_each(t, &table_workplace, table_workplace.name, all, all, has_length, &length)) <
            0)
        return r;
    return r > 0 ? 0 : mark(t, length, 0);
}

int store_workplaces_at(struct txn *t, const struct address *address, Model__Workplace ***list,
                        size_t *count)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    *list = NULL;
    *count = 0;
    for (int length = LENGTHS - 1; r == 0 && length >= 0; length--) {
        uint8_t head[HEAD_BYTES];
        void **some;
        size_t n;
        if (meta->prefix_lengths.len != LENGTHS || !meta->prefix_lengths.data[length])
            continue;
        put_head(address->byte, (unsigned)length, head);
        r = record_list(t, &table_workplace, BYTES(head, sizeof(head)), &some, &n);
        for (size_t i = 0; r == 0 && i < n; i++)
            r = list_add(t->arena, (void ***)list, count, some[i]);
    }
    return r;
}
