#include "store/table.h"

/* Closed ones stay on record; the open ones have an index, few at any time. */
static int add_open(struct index_keys *k, const void *message)
{
    const Model__Request *q = message;
    return q->closed_at != 0 ? 0 : index_add_text(k, q->id, BYTES("", 0));
}

static const struct index index_open = {"request.open", false, add_open};
static const struct index *const indexes[] = {&index_open, NULL};

const struct table table_request = {
    .name = "request", .type = &model__request__descriptor, .indexes = indexes};

int store_get_request(struct txn *t, const char *id, Model__Request **q)
{
    return store_get(t, &table_request, bytes_of_text(id), (void **)q);
}

int store_put_request(struct txn *t, const Model__Request *q)
{
    return store_put(t, &table_request, bytes_of_text(q->id), q);
}

int store_open_requests(struct txn *t, Model__Request ***list, size_t *count)
{
    return index_list(t, &table_request, &index_open, BYTES("", 0), (void ***)list, count);
}
