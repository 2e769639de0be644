#include "policy/policy.h"

#include "base/err.h"
#include "base/host.h"

struct facts_cache {
    struct arena *arena;
    char boot_id[40];
    struct kept {
        char **systems; /* as they were given: another order is another entry, no wrong one */
        size_t count;
        struct settings settings;
        int error;
        struct kept *next;
    } * first;
};

struct facts_cache *facts_cache_new(struct arena *a)
{
    struct facts_cache *cache = arena_alloc(a, sizeof(*cache));
    if (cache)
        cache->arena = a;
    return cache;
}

static bool is_same(const struct kept *k, char **systems, size_t count)
{
    if (k->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(k->systems[i], systems[i]) != 0)
            return false;
    return true;
}

static struct kept *read_settings(struct txn *t, struct facts_cache *cache, char **systems,
                                  size_t count)
{
    struct kept *k = arena_alloc(cache->arena, sizeof(*k));
    if (!k || (k->systems = arena_alloc(cache->arena, (count + 1) * sizeof(*systems))) == NULL)
        return NULL;
    for (k->count = 0; k->count < count; k->count++)
        if ((k->systems[k->count] = arena_strdup(cache->arena, systems[k->count])) == NULL)
            return NULL;
    struct arena *before = txn_set_arena(t, cache->arena);
    k->error = policy_settings(t, k->systems, count, &k->settings);
    txn_set_arena(t, before);
    k->next = cache->first;
    return cache->first = k;
}

int facts_settings(struct txn *t, struct facts_cache *cache, char **systems, size_t count,
                   struct settings *out)
{
    struct kept *k = cache ? cache->first : NULL;
    if (!cache)
        return policy_settings(t, systems, count, out);
    while (k && !is_same(k, systems, count))
        k = k->next;
    if (!k && (k = read_settings(t, cache, systems, count)) == NULL)
        return GDPOP_ERR_NOMEM;
    if (k->error != 0) /* again, for its sentence */
        return policy_settings(t, systems, count, out);
    *out = k->settings;
    return 0;
}

void facts_boot_id(struct facts_cache *cache, char out[static 40])
{
    if (cache && cache->boot_id[0]) {
        memcpy(out, cache->boot_id, sizeof(cache->boot_id));
        return;
    }
    host_boot_id(out);
    if (cache)
        memcpy(cache->boot_id, out, sizeof(cache->boot_id));
}
