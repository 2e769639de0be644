#include "store/table.h"

static int add_register(struct index_keys *k, const void *message)
{
    const Model__RegisterEntry *e = message;
    return index_add_text(k, e->register_, BYTES("", 0));
}

static int add_person(struct index_keys *k, const void *message)
{
    const Model__RegisterEntry *e = message;
    return e->person[0] ? index_add_text(k, e->person, BYTES("", 0)) : 0;
}

static const struct index index_register = {"register.name", false, add_register};
static const struct index index_person = {"register.person", false, add_person};
static const struct index *const indexes[] = {&index_register, &index_person, NULL};

const struct table table_register = {
    .name = "register", .type = &model__register_entry__descriptor, .indexes = indexes};

int store_get_register_entry(struct txn *t, const char *id, Model__RegisterEntry **e)
{
    return store_get(t, &table_register, bytes_of_text(id), (void **)e);
}

int store_put_register_entry(struct txn *t, const Model__RegisterEntry *e)
{
    return store_put(t, &table_register, bytes_of_text(e->id), e);
}

static int list_by(struct txn *t, const struct index *index, const char *text,
                   Model__RegisterEntry ***list, size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, text, BYTES("", 0), &prefix);
    return r < 0 ? r : index_list(t, &table_register, index, prefix, (void ***)list, count);
}

int store_register_entries(struct txn *t, const char *name, Model__RegisterEntry ***list,
                           size_t *count)
{
    return list_by(t, &index_register, name, list, count);
}

int store_register_of_person(struct txn *t, const char *person, Model__RegisterEntry ***list,
                             size_t *count)
{
    return list_by(t, &index_person, person, list, count);
}
