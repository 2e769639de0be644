#include "store/table.h"

/* An agreement is a person's or a unit's. */
static int add_person(struct index_keys *k, const void *message)
{
    const Model__Agreement *g = message;
    return g->person[0] ? index_add_text(k, g->person, BYTES("", 0)) : 0;
}

static int add_unit(struct index_keys *k, const void *message)
{
    const Model__Agreement *g = message;
    return g->organisation[0] ? index_add_text(k, g->organisation, BYTES("", 0)) : 0;
}

static const struct index index_person = {"agreement.person", false, add_person};
static const struct index index_unit = {"agreement.unit", false, add_unit};
static const struct index *const indexes[] = {&index_person, &index_unit, NULL};

const struct table table_agreement = {
    .name = "agreement", .type = &model__agreement__descriptor, .indexes = indexes};

int store_get_agreement(struct txn *t, const char *id, Model__Agreement **g)
{
    return store_get(t, &table_agreement, bytes_of_text(id), (void **)g);
}

int store_put_agreement(struct txn *t, const Model__Agreement *g)
{
    return store_put(t, &table_agreement, bytes_of_text(g->id), g);
}

int store_agreements_of(struct txn *t, const char *person, Model__Agreement ***list, size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, person, BYTES("", 0), &prefix);
    return r < 0 ? r
                 : index_list(t, &table_agreement, &index_person, prefix, (void ***)list, count);
}

int store_agreements_of_unit(struct txn *t, const char *organisation, Model__Agreement ***list,
                             size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, organisation, BYTES("", 0), &prefix);
    return r < 0 ? r : index_list(t, &table_agreement, &index_unit, prefix, (void ***)list, count);
}
