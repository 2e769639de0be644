#include "store/table.h"

#include <stdio.h>

/* The type is part of the kind, so that equal numbers of different documents stay apart. */
static void name_kind(const char *type, char out[static 64])
{
    snprintf(out, 64, "document %.40s", type);
}

static int document_key(struct index_keys *k, const char *type, const char *number)
{
    char kind[64];
    name_kind(type, kind);
    return index_add_digest(k, kind, bytes_of_text(number));
}

int store_document_digest(struct txn *t, const char *type, const char *number,
                          uint8_t out[static 32])
{
    char kind[64];
    name_kind(type, kind);
    return keyring_lookup(store_keyring(txn_store(t)), kind, bytes_of_text(number), out);
}

static int add_document(struct index_keys *k, const void *message)
{
    const Model__Person *p = message;
    int r = 0;
    for (size_t i = 0; r == 0 && i < p->n_former_documents; i++)
        r = index_add(k, BYTES(p->former_documents[i].data, p->former_documents[i].len));
    if (r != 0 || !p->document || p->document->number[0] == '\0')
        return r;
    return document_key(k, p->document->type, p->document->number);
}

static const struct index index_document = {"person.document", true, add_document};
static const struct index *const indexes[] = {&index_document, NULL};

const struct table table_person = {
    .name = "person", .type = &model__person__descriptor, .indexes = indexes};

int store_get_person(struct txn *t, const char *id, Model__Person **p)
{
    return store_get(t, &table_person, bytes_of_text(id), (void **)p);
}

int store_put_person(struct txn *t, const Model__Person *p)
{
    return store_put(t, &table_person, bytes_of_text(p->id), p);
}

int store_person_by_document(struct txn *t, const char *type, const char *number, char **person)
{
    struct index_keys k = index_keys_for(t);
    int r = document_key(&k, type, number);
    *person = NULL;
    return r < 0 ? r : index_find_text(t, &index_document, k.list[0], person);
}
