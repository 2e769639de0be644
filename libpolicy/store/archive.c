#include "store/table.h"

/* Key: number of the last event, 8 bytes big-endian. */
const struct table table_archive = {.name = "archive", .type = &model__archive__descriptor};

int store_put_archive(struct txn *t, const Model__Archive *x)
{
    uint8_t key[8];
    bytes_put_be64(key, x->last);
    return store_put(t, &table_archive, BYTES(key, sizeof(key)), x);
}

int store_get_archive(struct txn *t, uint64_t last, Model__Archive **x)
{
    uint8_t key[8];
    bytes_put_be64(key, last);
    *x = NULL;
    return store_get(t, &table_archive, BYTES(key, sizeof(key)), (void **)x);
}

int store_archives(struct txn *t, Model__Archive ***list, size_t *count)
{
    return record_list(t, &table_archive, BYTES("", 0), (void ***)list, count);
}
