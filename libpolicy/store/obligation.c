#include "store/table.h"

/* Few are open, however many there ever were. */
static int add_open(struct index_keys *k, const void *message)
{
    const Model__Obligation *o = message;
    return strcmp(o->state, "open") != 0 ? 0 : index_add_text(k, "open", BYTES("", 0));
}

static const struct index index_open = {"obligation.open", false, add_open};
static const struct index *const indexes[] = {&index_open, NULL};

const struct table table_obligation = {
    .name = "obligation", .type = &model__obligation__descriptor, .indexes = indexes};

int store_get_obligation(struct txn *t, const char *id, Model__Obligation **o)
{
    return store_get(t, &table_obligation, bytes_of_text(id), (void **)o);
}

int store_put_obligation(struct txn *t, const Model__Obligation *o)
{
    return store_put(t, &table_obligation, bytes_of_text(o->id), o);
}

int store_open_obligations(struct txn *t, Model__Obligation ***list, size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, "open", BYTES("", 0), &prefix);
    return r < 0 ? r : index_list(t, &table_obligation, &index_open, prefix, (void ***)list, count);
}
