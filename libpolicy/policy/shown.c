#include "policy/shown.h"

#include "model/codec.h"

#include <stdlib.h>

static const struct {
    unsigned duty;
    const char *group;
} duty_groups[] = {
    {GDPOP_DUTY_SYSTEM, "gdpop-system"}, {GDPOP_DUTY_SECURITY, "gdpop-security"},
    {GDPOP_DUTY_AUDIT, "gdpop-audit"},   {GDPOP_DUTY_LEADER, "gdpop-leader"},
    {GDPOP_DUTY_OFFICER, "gdpop-duty"},
};
enum { DUTY_GROUPS = 5, LEADER_GID = PUBLISH_DUTY_GID + 3 };

bool publish_is_duty_group(const char *name)
{
    for (size_t i = 0; i < DUTY_GROUPS; i++)
        if (strcmp(duty_groups[i].group, name) == 0)
            return true;
    return false;
}

/* Room for one more at the end of a growing array. */
static int reserve(void *array_pointer, size_t count, size_t *room, size_t size)
{
    void **array = array_pointer;
    if (count < *room)
        return 0;
    size_t more = *room ? *room * 2 : 256;
    void *grown = reallocarray(*array, more, size);
    if (!grown)
        return GDPOP_ERR_NOMEM;
    *array = grown;
    *room = more;
    return 0;
}

static int add_group(struct shown *s, const char *name, uint32_t gid)
{
    if (reserve(&s->groups, s->group_count, &s->group_room, sizeof(*s->groups)) != 0)
        return GDPOP_ERR_NOMEM;
    s->groups[s->group_count++] = (struct snapshot_group){name, gid};
    return 0;
}

static int add_member(struct shown *s, size_t user, uint32_t gid, int64_t from_at, int64_t until_at)
{
    if (reserve(&s->members, s->member_count, &s->member_room, sizeof(*s->members)) != 0)
        return GDPOP_ERR_NOMEM;
    s->members[s->member_count++] =
        (struct snapshot_member){(uint32_t)user, gid, from_at, until_at};
    return 0;
}

static const Model__Role *find_role(const struct shown *s, const char *name)
{
    for (size_t i = 0; i < s->role_count; i++)
        if (strcmp(s->roles[i]->name, name) == 0)
            return s->roles[i];
    return NULL;
}

/* Roles that share a group show it once. */
static int show_role(struct bytes key, void *message, void *arg)
{
    struct shown *s = arg;
    const Model__Role *role = message;
    (void)key;
    int r = codec_add_message(s->arena, &s->roles, &s->role_count, message);
    bool shown = role->gid == 0;
    for (size_t i = 0; i < s->group_count; i++)
        shown |= s->groups[i].gid == role->gid;
    return r != 0 || shown ? r : add_group(s, role->group, role->gid);
}

static int add_user(struct shown *s, const Model__Account *x, bool closed)
{
    if (reserve(&s->users, s->user_count, &s->user_room, sizeof(*s->users)) != 0)
        return GDPOP_ERR_NOMEM;
    /* Most accounts have the shell of the one before. */
    const char *shell = closed ? "/usr/sbin/nologin" : x->shell;
    const char *before = s->user_count ? s->users[s->user_count - 1].shell : "";
    struct snapshot_user *user = &s->users[s->user_count++];
    *user = (struct snapshot_user){
        .name = arena_strdup(s->arena, x->name),
        .uid = x->uid,
        .gid = x->gid,
        .gecos = "",
        .home = arena_strdup(s->arena, x->home),
        .shell = strcmp(before, shell) == 0 ? before : arena_strdup(s->arena, shell),
    };
    if (!user->name || !user->home || !user->shell)
        return GDPOP_ERR_NOMEM;
    /* Who was taken over may be of a group of the host. */
    return x->gid == x->uid ? add_group(s, user->name, x->gid) : 0;
}

static int show_account(struct bytes key, void *message, void *arg)
{
    struct shown *s = arg;
    const Model__Account *x = message;
    (void)key;
    if (x->uid == 0)
        return 0;
    bool closed = strcmp(x->state, "closed") == 0;
    /* While a transfer is not confirmed the account holds no right. */
    bool holds = strcmp(x->state, "active") == 0 || strcmp(x->state, "frozen") == 0;
    const Model__Role *role = holds ? find_role(s, x->role) : NULL;
    size_t user = s->user_count;
    int r = add_user(s, x, closed);
    for (int i = 0; i < DUTY_GROUPS && r == 0; i++)
        if (!closed && x->duties == duty_groups[i].duty)
            r = add_member(s, user, PUBLISH_DUTY_GID + (uint32_t)i, 0, 0);
    return r == 0 && role && role->gid ? add_member(s, user, role->gid, 0, 0) : r;
}

static int by_name(const void *key, const void *user)
{
    return strcmp(key, ((const struct snapshot_user *)user)->name);
}

/* Accounts come in the order of their names. */
static bool find_user(const struct shown *s, const char *name, size_t *user)
{
    const struct snapshot_user *found =
        s->user_count ? bsearch(name, s->users, s->user_count, sizeof(*s->users), by_name) : NULL;
    *user = found ? (size_t)(found - s->users) : 0;
    return found != NULL;
}

static int show_permit(struct bytes key, void *message, void *arg)
{
    struct shown *s = arg;
    const Model__Permit *p = message;
    size_t user;
    (void)key;
    if (strcmp(p->kind, "role") != 0 || p->ended_at || !find_user(s, p->subject, &user))
        return 0;
    const Model__Role *role = find_role(s, p->setting);
    return role && role->gid ? add_member(s, user, role->gid, p->from_at, p->until_at) : 0;
}

static int show_leaders(struct bytes key, void *message, void *arg)
{
    struct shown *s = arg;
    const Model__Organisation *o = message;
    int r = 0;
    (void)key;
    for (size_t i = 0; i < o->n_leaders && r == 0; i++) {
        const Model__Leader *l = o->leaders[i];
        char *name;
        size_t user;
        r = store_account_of_person(s->txn, l->person, &name);
        if (r == 0 && find_user(s, name, &user))
            r = add_member(s, user, LEADER_GID, l->from_at, l->until_at);
        else if (r == GDPOP_ERR_NOT_FOUND)
            r = 0;
    }
    return r;
}

static int append(struct shown *s, const struct shown *part)
{
    size_t before = s->user_count;
    for (size_t i = 0; i < part->user_count; i++) {
        if (reserve(&s->users, s->user_count, &s->user_room, sizeof(*s->users)) != 0)
            return GDPOP_ERR_NOMEM;
        s->users[s->user_count++] = part->users[i];
    }
    for (size_t i = 0; i < part->group_count; i++)
        if (add_group(s, part->groups[i].name, part->groups[i].gid) != 0)
            return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < part->member_count; i++) {
        const struct snapshot_member *m = &part->members[i];
        if (add_member(s, before + m->user_index, m->gid, m->from_at, m->until_at) != 0)
            return GDPOP_ERR_NOMEM;
    }
    return 0;
}

/* Each part has an arena of its own, since threads fill them; their order is that of the names. */
static int gather_accounts(struct txn *t, struct shown *s)
{
    struct shown parts[SHOWN_PARTS] = {0};
    void *args[SHOWN_PARTS];
    int r = 0;
    for (int i = 0; i < SHOWN_PARTS && r == 0; i++) {
        s->parts[i] = arena_new();
        parts[i] =
            (struct shown){.arena = s->parts[i], .roles = s->roles, .role_count = s->role_count};
        args[i] = &parts[i];
        r = s->parts[i] ? 0 : GDPOP_ERR_NOMEM;
    }
    if (r == 0)
        r = store_scan_shared(t, &table_account, show_account, args, SHOWN_PARTS);
    for (int i = 0; i < SHOWN_PARTS; i++) {
        if (r == 0)
            r = append(s, &parts[i]);
        free(parts[i].users);
        free(parts[i].groups);
        free(parts[i].members);
    }
    return r;
}

int shown_gather(struct txn *t, struct shown *s)
{
    int r = 0;
    s->txn = t;
    for (int i = 0; i < DUTY_GROUPS && r == 0; i++)
        r = add_group(s, duty_groups[i].group, PUBLISH_DUTY_GID + (uint32_t)i);
    if (r != 0 || (r = store_each(t, &table_role, BYTES("", 0), show_role, s)) != 0 ||
        (r = gather_accounts(t, s)) != 0 ||
        (r = store_scan(t, &table_permit, BYTES("", 0), show_permit, s)) != 0)
        return r;
    return store_each(t, &table_organisation, BYTES("", 0), show_leaders, s);
}

void shown_free(struct shown *s)
{
    free(s->users);
    free(s->groups);
    free(s->members);
    for (int i = 0; i < SHOWN_PARTS; i++)
        arena_free(s->parts[i]);
}
