#include "store/table.h"

const struct table table_role = {.name = "role", .type = &model__role__descriptor};

int store_get_role(struct txn *t, const char *name, Model__Role **role)
{
    *role = NULL;
    return name[0] == '\0' ? GDPOP_ERR_NOT_FOUND
                           : store_get(t, &table_role, bytes_of_text(name), (void **)role);
}

int store_put_role(struct txn *t, const Model__Role *role)
{
    return store_put(t, &table_role, bytes_of_text(role->name), role);
}

int store_delete_role(struct txn *t, const char *name)
{
    return store_delete(t, &table_role, bytes_of_text(name));
}
