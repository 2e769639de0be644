#include "store/table.h"

/* Key: account, zero, instant from which it holds, device. So those of an account lie together,
 * oldest first; the index does the same for a device. */
static int add_device(struct index_keys *k, const void *message)
{
    const Model__Binding *b = message;
    uint8_t from[8];
    bytes_put_be64(from, (uint64_t)b->from_at);
    return index_add_text(k, b->device, BYTES(from, sizeof(from)));
}

static const struct index index_device = {"binding.device", false, add_device};
static const struct index *const indexes[] = {&index_device, NULL};

const struct table table_binding = {
    .name = "binding", .type = &model__binding__descriptor, .indexes = indexes};

int store_put_binding(struct txn *t, const Model__Binding *b)
{
    size_t len = strlen(b->device);
    uint8_t *more = arena_alloc(txn_arena(t), 8 + len);
    struct bytes key;
    if (!more)
        return GDPOP_ERR_NOMEM;
    bytes_put_be64(more, (uint64_t)b->from_at);
    memcpy(more + 8, b->device, len);
    int r = record_key(t, b->account, BYTES(more, 8 + len), &key);
    return r < 0 ? r : store_put(t, &table_binding, key, b);
}

int store_bindings_of_account(struct txn *t, const char *account, Model__Binding ***list,
                              size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, account, BYTES("", 0), &prefix);
    return r < 0 ? r : record_list(t, &table_binding, prefix, (void ***)list, count);
}

int store_bindings_of_device(struct txn *t, const char *device, Model__Binding ***list,
                             size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, device, BYTES("", 0), &prefix);
    return r < 0 ? r : index_list(t, &table_binding, &index_device, prefix, (void ***)list, count);
}
