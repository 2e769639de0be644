#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "policy/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int digest(const void *data, size_t len, uint8_t out[static 32])
{
    struct bytes part = BYTES(data, len);
    return digest_sm3(&part, 1, out);
}

static int gather(struct store *store, struct shown *s, uint64_t *generation)
{
    struct txn *t = NULL;
    Model__Meta *meta;
    int r;
    if ((r = store_read(store, s->arena, &t)) != 0)
        return r;
    if ((r = store_meta(t, &meta)) == 0) {
        *generation = meta->generation;
        r = shown_gather(t, s);
    }
    txn_abort(t);
    return r;
}

static bool is_current(struct store *store)
{
    struct arena *a = arena_new();
    struct txn *t = NULL;
    Model__Meta *meta;
    uint64_t shown = 0;
    bool current = a && store_read(store, a, &t) == 0 && store_meta(t, &meta) == 0 &&
                   snapshot_generation(store_conf(store)->snapshot, &shown) == SNAPSHOT_OK &&
                   shown == meta->generation;
    txn_abort(t);
    arena_free(a);
    return current;
}

/* The snapshot's own directory, which everybody may enter. What goes wrong here is told by the
 * publisher. */
static void make_directory(const char *snapshot)
{
    char dir[sizeof(((struct conf *)0)->snapshot)];
    snprintf(dir, sizeof(dir), "%s", snapshot);
    char *slash = strrchr(dir, '/');
    if (!slash || slash == dir)
        return;
    *slash = '\0';
    if (mkdir(dir, 0755) == 0 && chmod(dir, 0755) != 0)
        log_warning("the mode of %s could not be set", dir);
}

int publish_snapshot(struct store *store)
{
    struct shown s = {0};
    uint64_t generation = 0;
    int r;
    if (is_current(store))
        return 0;
    make_directory(store_conf(store)->snapshot);
    if ((s.arena = arena_new()) == NULL)
        return GDPOP_ERR_NOMEM;
    if ((r = gather(store, &s, &generation)) == 0) {
        struct snapshot_content content = {
            .generation = generation,
            .users = s.users,
            .user_count = s.user_count,
            .groups = s.groups,
            .group_count = s.group_count,
            .members = s.members,
            .member_count = s.member_count,
            .digest = digest,
        };
        r = snapshot_publish(store_conf(store)->snapshot, &content,
                             store_conf(store)->store_wait_sec * 1000);
    }
    if (r != 0)
        log_error("the snapshot for NSS could not be published: %s", err_sentence());
    shown_free(&s);
    arena_free(s.arena);
    return r;
}

int publish_touch(struct txn *t)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r != 0)
        return r;
    meta->generation++;
    return store_put_meta(t, meta);
}
