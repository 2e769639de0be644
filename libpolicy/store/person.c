#include "store/table.h"

#include <stdio.h>

static int document_key(struct index_keys *k, const char *type, const char *number)
{
    char kind[64];
    /* The type is part of the kind, so that equal numbers of different documents stay apart. */
    snprintf(kind, sizeof(kind), "document %.40s", type);
    return index_add_digest(k, kind, bytes_of_text(number));
}

static int add_document(struct index_keys *k, const void *message)
{
    const Model__Person *p = message;
    if (!p->document || p->document->number[0] == '\0')
        return 0;
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
