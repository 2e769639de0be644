#include "store/table.h"

/* Key: sequence, 8 bytes big-endian. */
const struct table table_checkpoint = {.name = "checkpoint",
                                       .type = &model__checkpoint__descriptor};

int store_put_checkpoint(struct txn *t, const Model__Checkpoint *c)
{
    uint8_t key[8];
    bytes_put_be64(key, c->sequence);
    return store_put(t, &table_checkpoint, BYTES(key, sizeof(key)), c);
}

int store_get_checkpoint(struct txn *t, uint64_t sequence, Model__Checkpoint **c)
{
    uint8_t key[8];
    bytes_put_be64(key, sequence);
    *c = NULL;
    return store_get(t, &table_checkpoint, BYTES(key, sizeof(key)), (void **)c);
}
