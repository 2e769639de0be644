#include "store/table.h"

#include "model/codec.h"

/* Failures of an account; of an address. */
const struct table table_counter = {.name = "counter", .type = &model__counter__descriptor};
const struct table table_source = {.name = "source", .type = &model__counter__descriptor};

static int get(struct txn *t, const struct table *table, const char *name, Model__Counter **c)
{
    int r = store_get(t, table, bytes_of_text(name), (void **)c);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    return codec_decode(&model__counter__descriptor, BYTES("", 0), txn_arena(t), (void **)c);
}

int store_get_counter(struct txn *t, const char *account, Model__Counter **c)
{
    return get(t, &table_counter, account, c);
}

int store_put_counter(struct txn *t, const char *account, const Model__Counter *c)
{
    return store_put(t, &table_counter, bytes_of_text(account), c);
}

int store_get_source(struct txn *t, const char *address, Model__Counter **c)
{
    return get(t, &table_source, address, c);
}

int store_put_source(struct txn *t, const char *address, const Model__Counter *c)
{
    return store_put(t, &table_source, bytes_of_text(address), c);
}
