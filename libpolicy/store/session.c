#include "store/table.h"

/* Key: account, zero, id. Closed ones stay, so the open ones have an index: few, however many years
 * the account has. */
static int add_open(struct index_keys *k, const void *message)
{
    const Model__Session *s = message;
    return s->closed_at != 0 ? 0 : index_add_text(k, s->account, BYTES("", 0));
}

static const struct index index_open = {"session.open", false, add_open};
static const struct index *const indexes[] = {&index_open, NULL};

const struct table table_session = {
    .name = "session", .type = &model__session__descriptor, .indexes = indexes};

int store_get_session(struct txn *t, const char *account, const char *id, Model__Session **s)
{
    struct bytes key;
    int r = record_key(t, account, bytes_of_text(id), &key);
    *s = NULL;
    return r < 0 ? r : store_get(t, &table_session, key, (void **)s);
}

int store_put_session(struct txn *t, const Model__Session *s)
{
    struct bytes key;
    int r = record_key(t, s->account, bytes_of_text(s->id), &key);
    return r < 0 ? r : store_put(t, &table_session, key, s);
}

int store_open_sessions(struct txn *t, const char *account, Model__Session ***list, size_t *count)
{
    struct bytes prefix;
    int r = record_key(t, account, BYTES("", 0), &prefix);
    return r < 0 ? r : index_list(t, &table_session, &index_open, prefix, (void ***)list, count);
}
