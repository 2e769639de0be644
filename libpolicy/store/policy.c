#include "store/table.h"

const struct table table_override = {.name = "override", .type = &model__override__descriptor};
const struct table table_policy = {.name = "policy", .type = &model__policy__descriptor};

int store_put_override(struct txn *t, const Model__Override *o)
{
    return store_put(t, &table_override, bytes_of_text(o->setting), o);
}

int store_delete_override(struct txn *t, const char *setting)
{
    return store_delete(t, &table_override, bytes_of_text(setting));
}

/* "=" in front, because a key cannot be empty. */
static int policy_key(struct txn *t, const char *systems, struct bytes *key)
{
    char *text = arena_printf(txn_arena(t), "=%s", systems);
    if (!text)
        return GDPOP_ERR_NOMEM;
    *key = bytes_of_text(text);
    return 0;
}

int store_get_policy(struct txn *t, const char *systems, Model__Policy **p)
{
    struct bytes key;
    int r = policy_key(t, systems, &key);
    *p = NULL;
    return r < 0 ? r : store_get(t, &table_policy, key, (void **)p);
}

int store_put_policy(struct txn *t, const char *systems, const Model__Policy *p)
{
    struct bytes key;
    int r = policy_key(t, systems, &key);
    return r < 0 ? r : store_put(t, &table_policy, key, p);
}
