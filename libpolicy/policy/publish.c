#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "nss/snapshot.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What the snapshot shows, gathered from the store: each account that ever had a uid, closed ones
 * without a shell, its own group, and the groups of the duties. */
struct shown {
    struct arena *arena;
    struct snapshot_user *users;
    struct snapshot_group *groups;
    struct snapshot_member *members;
    size_t user_count, group_count, member_count, room;
};

/* Groups of the duties, below the uids that gdpop gives. */
static const struct {
    unsigned duty;
    const char *group;
} duty_groups[] = {
    {GDPOP_DUTY_SYSTEM, "gdpop-system"},
    {GDPOP_DUTY_SECURITY, "gdpop-security"},
    {GDPOP_DUTY_AUDIT, "gdpop-audit"},
};
enum { DUTY_GROUPS = 3, DUTY_GID = 59990 };

static int grow(struct shown *s)
{
    size_t room = s->room ? s->room * 2 : 256;
    struct snapshot_user *users = reallocarray(s->users, room, sizeof(*users));
    if (users)
        s->users = users;
    struct snapshot_group *groups = reallocarray(s->groups, room + DUTY_GROUPS, sizeof(*groups));
    if (groups)
        s->groups = groups;
    struct snapshot_member *members = reallocarray(s->members, room, sizeof(*members));
    if (members)
        s->members = members;
    if (!users || !groups || !members)
        return GDPOP_ERR_NOMEM;
    s->room = room;
    return 0;
}

static int show_account(struct bytes key, void *message, void *arg)
{
    struct shown *s = arg;
    const Model__Account *x = message;
    (void)key;
    if (x->uid == 0)
        return 0;
    if (s->user_count == s->room && grow(s) != 0)
        return GDPOP_ERR_NOMEM;
    bool closed = strcmp(x->state, "closed") == 0;
    /* The record ends with this call; most accounts have the shell of the one before. */
    char *name = arena_strdup(s->arena, x->name);
    const char *shell = closed ? "/usr/sbin/nologin" : x->shell;
    const char *before = s->user_count > 0 ? s->users[s->user_count - 1].shell : NULL;
    shell = before && strcmp(before, shell) == 0 ? before : arena_strdup(s->arena, shell);
    s->users[s->user_count] = (struct snapshot_user){
        .name = name,
        .uid = x->uid,
        .gid = x->gid,
        .gecos = "",
        .home = arena_strdup(s->arena, x->home),
        .shell = shell,
    };
    if (!name || !s->users[s->user_count].home || !s->users[s->user_count].shell)
        return GDPOP_ERR_NOMEM;
    s->groups[s->group_count++] = (struct snapshot_group){name, x->gid};
    for (int i = 0; i < DUTY_GROUPS; i++)
        if (!closed && x->duties == duty_groups[i].duty)
            s->members[s->member_count++] = (struct snapshot_member){
                .user_index = (uint32_t)s->user_count, .gid = DUTY_GID + (uint32_t)i};
    s->user_count++;
    return 0;
}

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
    if ((r = grow(s)) != 0 || (r = store_read(store, s->arena, &t)) != 0)
        return r;
    for (int i = 0; i < DUTY_GROUPS; i++)
        s->groups[s->group_count++] =
            (struct snapshot_group){duty_groups[i].group, DUTY_GID + (uint32_t)i};
    if ((r = store_meta(t, &meta)) == 0) {
        *generation = meta->generation;
        r = store_scan(t, &table_account, BYTES("", 0), show_account, s);
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
    free(s.users);
    free(s.groups);
    free(s.members);
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
