#include "store/table.h"

/* "type base64", whatever follows: the comment of a key line is not the key. */
static struct bytes key_without_comment(const char *key)
{
    size_t type = strcspn(key, " ");
    size_t blob = key[type] == ' ' ? strcspn(key + type + 1, " ") : 0;
    return BYTES(key, blob > 0 ? type + 1 + blob : type);
}

static int device_key(struct index_keys *k, const char *key)
{
    return index_add_digest(k, "device key", key_without_comment(key));
}

static int device_code(struct index_keys *k, const char *code)
{
    return index_add_digest(k, "device code", bytes_of_text(code));
}

static int add_keys(struct index_keys *k, const void *message)
{
    const Model__Device *d = message;
    int r = 0;
    for (size_t i = 0; r == 0 && i < d->n_keys; i++)
        r = device_key(k, d->keys[i]);
    return r;
}

static int add_codes(struct index_keys *k, const void *message)
{
    const Model__Device *d = message;
    int r = 0;
    for (size_t i = 0; r == 0 && i < d->n_codes; i++)
        r = device_code(k, d->codes[i]);
    return r;
}

static const struct index index_key = {"device.key", true, add_keys};
static const struct index index_code = {"device.code", true, add_codes};
static const struct index *const indexes[] = {&index_key, &index_code, NULL};

const struct table table_device = {
    .name = "device", .type = &model__device__descriptor, .indexes = indexes};

int store_get_device(struct txn *t, const char *id, Model__Device **d)
{
    return store_get(t, &table_device, bytes_of_text(id), (void **)d);
}

int store_put_device(struct txn *t, const Model__Device *d)
{
    return store_put(t, &table_device, bytes_of_text(d->id), d);
}

int store_device_by_key(struct txn *t, const char *key, char **device)
{
    struct index_keys k = index_keys_for(t);
    int r = device_key(&k, key);
    *device = NULL;
    return r < 0 ? r : index_find_text(t, &index_key, k.list[0], device);
}

int store_device_by_code(struct txn *t, const char *code, char **device)
{
    struct index_keys k = index_keys_for(t);
    int r = device_code(&k, code);
    *device = NULL;
    return r < 0 ? r : index_find_text(t, &index_code, k.list[0], device);
}
