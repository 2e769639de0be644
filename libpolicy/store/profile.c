#include "store/table.h"

const struct table table_profile = {.name = "profile", .type = &model__profile__descriptor};

int store_get_profile(struct txn *t, const char *name, Model__Profile **p)
{
    return store_get(t, &table_profile, bytes_of_text(name), (void **)p);
}

int store_put_profile(struct txn *t, const Model__Profile *p)
{
    return store_put(t, &table_profile, bytes_of_text(p->name), p);
}
