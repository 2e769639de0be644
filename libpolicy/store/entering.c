#include "store/table.h"

/* Tables that are entered in pieces, by their digest; no record behind the last piece. */
const struct table table_entering = {.name = "entering", .type = &model__entering__descriptor};

int store_put_entering(struct txn *t, const Model__Entering *e)
{
    return store_put(t, &table_entering, bytes_of_text(e->id), e);
}

int store_get_entering(struct txn *t, const char *id, Model__Entering **e)
{
    return store_get(t, &table_entering, bytes_of_text(id), (void **)e);
}

int store_end_entering(struct txn *t, const char *id)
{
    return store_delete(t, &table_entering, bytes_of_text(id));
}
