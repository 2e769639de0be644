#include "store/table.h"

static struct bytes uid_key(uint32_t uid, uint8_t out[static 8])
{
    bytes_put_be64(out, uid);
    return BYTES(out, 8);
}

/* A person has one account that is not closed. */
static int add_person(struct index_keys *k, const void *message)
{
    const Model__Account *x = message;
    if (x->person[0] == '\0' || strcmp(x->state, "closed") == 0)
        return 0;
    return index_add(k, bytes_of_text(x->person));
}

/* Closed accounts keep theirs: a uid is given once, for good. */
static int add_uid(struct index_keys *k, const void *message)
{
    const Model__Account *x = message;
    uint8_t key[8];
    return x->uid == 0 ? 0 : index_add(k, uid_key(x->uid, key));
}

static const struct index index_person = {"account.person", true, add_person};
static const struct index index_uid = {"account.uid", true, add_uid};
static const struct index *const indexes[] = {&index_person, &index_uid, NULL};

const struct table table_account = {
    .name = "account", .type = &model__account__descriptor, .indexes = indexes};

int store_get_account(struct txn *t, const char *name, Model__Account **x)
{
    return store_get(t, &table_account, bytes_of_text(name), (void **)x);
}

int store_put_account(struct txn *t, const Model__Account *x)
{
    return store_put(t, &table_account, bytes_of_text(x->name), x);
}

int store_account_of_person(struct txn *t, const char *person, char **account)
{
    return index_find_text(t, &index_person, bytes_of_text(person), account);
}

int store_account_by_uid(struct txn *t, uint32_t uid, char **account)
{
    uint8_t key[8];
    return index_find_text(t, &index_uid, uid_key(uid, key), account);
}
