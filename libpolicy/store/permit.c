#include "store/table.h"

static int add_subject(struct index_keys *k, const void *message)
{
    const Model__Permit *p = message;
    return index_add_text(k, p->subject, BYTES("", 0));
}

static const struct index index_subject = {"permit.subject", false, add_subject};
static const struct index *const indexes[] = {&index_subject, NULL};

const struct table table_permit = {
    .name = "permit", .type = &model__permit__descriptor, .indexes = indexes};

int store_get_permit(struct txn *t, const char *id, Model__Permit **p)
{
    return store_get(t, &table_permit, bytes_of_text(id), (void **)p);
}

int store_put_permit(struct txn *t, const Model__Permit *p)
{
    return store_put(t, &table_permit, bytes_of_text(p->id), p);
}

int store_permits_of(struct txn *t, const char *subject, const char *kind, Model__Permit ***list,
                     size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, subject, BYTES("", 0), &prefix);
    if (r == 0)
        r = index_list(t, &table_permit, &index_subject, prefix, (void ***)list, count);
    if (r < 0 || !kind)
        return r;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*list)[i]->kind, kind) == 0)
            (*list)[kept++] = (*list)[i];
    *count = kept;
    return 0;
}
