#include "store/table.h"

const struct table table_credential = {.name = "credential",
                                       .type = &model__credential__descriptor};

int store_get_credential(struct txn *t, const char *account, Model__Credential **c)
{
    return store_get(t, &table_credential, bytes_of_text(account), (void **)c);
}

int store_put_credential(struct txn *t, const char *account, const Model__Credential *c)
{
    return store_put(t, &table_credential, bytes_of_text(account), c);
}
