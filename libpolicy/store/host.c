#include "store/table.h"

const struct table table_host = {.name = "host", .type = &model__host__descriptor};

int store_get_host(struct txn *t, const char *id, Model__Host **h)
{
    return store_get(t, &table_host, bytes_of_text(id), (void **)h);
}

int store_put_host(struct txn *t, const Model__Host *h)
{
    return store_put(t, &table_host, bytes_of_text(h->id), h);
}
