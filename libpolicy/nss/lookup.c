/* Finding and reading rows. Whatever a number in the file says, nothing outside the sections is
 * read. */
#include "nss/handle.h"

/* Probes one index; same tells whether a row has the key. At most every slot is looked at once. */
static int probe(const uint8_t *slots, uint32_t slot_count, uint32_t row_count, uint64_t hash,
                 bool (*same)(const struct snapshot *, uint32_t row, const void *key),
                 const struct snapshot *snap, const void *key, uint32_t *row)
{
    *row = FORMAT_NO_ROW;
    for (uint32_t i = 0; i < slot_count; i++) {
        uint32_t slot = ((uint32_t)hash + i) & (slot_count - 1);
        uint32_t entry = format_get32(slots + (size_t)slot * sizeof(uint32_t));
        if (entry == 0)
            return SNAPSHOT_NONE;
        if (entry > row_count)
            return SNAPSHOT_DAMAGED;
        if (same(snap, entry - 1, key)) {
            *row = entry - 1;
            return SNAPSHOT_OK;
        }
    }
    return SNAPSHOT_DAMAGED;
}

static const uint8_t *user_record(const struct snapshot *snap, uint32_t row)
{
    return snap->section[SECTION_USERS] + (size_t)row * FORMAT_USER;
}

static const uint8_t *group_record(const struct snapshot *snap, uint32_t row)
{
    return snap->section[SECTION_GROUPS] + (size_t)row * FORMAT_GROUP;
}

static bool has_string(const struct snapshot *snap, uint32_t offset, const char *text)
{
    const char *found = handle_string(snap, offset);
    return found != NULL && strcmp(found, text) == 0;
}

static bool user_has_name(const struct snapshot *snap, uint32_t row, const void *name)
{
    return has_string(snap, format_get32(user_record(snap, row) + USER_NAME), name);
}

static bool user_has_uid(const struct snapshot *snap, uint32_t row, const void *uid)
{
    return format_get32(user_record(snap, row) + USER_UID) == *(const uint32_t *)uid;
}

static bool group_has_name(const struct snapshot *snap, uint32_t row, const void *name)
{
    return has_string(snap, format_get32(group_record(snap, row) + GROUP_NAME), name);
}

static bool group_has_gid(const struct snapshot *snap, uint32_t row, const void *gid)
{
    return format_get32(group_record(snap, row) + GROUP_GID) == *(const uint32_t *)gid;
}

int snapshot_find_user(const struct snapshot *snap, const char *name, uint32_t *row)
{
    return probe(snap->section[SECTION_USER_NAMES], snap->n.user_slots, snap->n.users,
                 format_hash_name(name), user_has_name, snap, name, row);
}

int snapshot_find_uid(const struct snapshot *snap, uint32_t uid, uint32_t *row)
{
    return probe(snap->section[SECTION_UIDS], snap->n.user_slots, snap->n.users,
                 format_hash_id(uid), user_has_uid, snap, &uid, row);
}

int snapshot_find_group(const struct snapshot *snap, const char *name, uint32_t *row)
{
    return probe(snap->section[SECTION_GROUP_NAMES], snap->n.group_slots, snap->n.groups,
                 format_hash_name(name), group_has_name, snap, name, row);
}

int snapshot_find_gid(const struct snapshot *snap, uint32_t gid, uint32_t *row)
{
    return probe(snap->section[SECTION_GIDS], snap->n.group_slots, snap->n.groups,
                 format_hash_id(gid), group_has_gid, snap, &gid, row);
}

int snapshot_read_user(const struct snapshot *snap, uint32_t row, struct snapshot_user *user)
{
    *user = (struct snapshot_user){0};
    if (row >= snap->n.users)
        return SNAPSHOT_NONE;
    const uint8_t *record = user_record(snap, row);
    struct snapshot_user u = {
        .name = handle_string(snap, format_get32(record + USER_NAME)),
        .uid = format_get32(record + USER_UID),
        .gid = format_get32(record + USER_GID),
        .gecos = handle_string(snap, format_get32(record + USER_GECOS)),
        .home = handle_string(snap, format_get32(record + USER_HOME)),
        .shell = handle_string(snap, format_get32(record + USER_SHELL)),
    };
    if (u.name == NULL || u.gecos == NULL || u.home == NULL || u.shell == NULL || u.uid == 0 ||
        u.gid == 0 || format_get64(record + USER_CHECK) != format_check_user(record, &u))
        return SNAPSHOT_DAMAGED;
    *user = u;
    return SNAPSHOT_OK;
}

int snapshot_read_group(const struct snapshot *snap, uint32_t row, struct snapshot_group *group)
{
    *group = (struct snapshot_group){0};
    if (row >= snap->n.groups)
        return SNAPSHOT_NONE;
    const uint8_t *record = group_record(snap, row);
    struct snapshot_group g = {
        .name = handle_string(snap, format_get32(record + GROUP_NAME)),
        .gid = format_get32(record + GROUP_GID),
    };
    if (g.name == NULL || g.gid == 0 ||
        format_get64(record + GROUP_CHECK) != format_check_group(record, &g))
        return SNAPSHOT_DAMAGED;
    *group = g;
    return SNAPSHOT_OK;
}

int snapshot_by_name(const struct snapshot *snap, const char *name, struct snapshot_user *user)
{
    uint32_t row;
    *user = (struct snapshot_user){0};
    int r = snapshot_find_user(snap, name, &row);
    return r != SNAPSHOT_OK ? r : snapshot_read_user(snap, row, user);
}

int snapshot_by_uid(const struct snapshot *snap, uint32_t uid, struct snapshot_user *user)
{
    uint32_t row;
    *user = (struct snapshot_user){0};
    int r = snapshot_find_uid(snap, uid, &row);
    return r != SNAPSHOT_OK ? r : snapshot_read_user(snap, row, user);
}

int snapshot_group_by_name(const struct snapshot *snap, const char *name,
                           struct snapshot_group *group)
{
    uint32_t row;
    *group = (struct snapshot_group){0};
    int r = snapshot_find_group(snap, name, &row);
    return r != SNAPSHOT_OK ? r : snapshot_read_group(snap, row, group);
}

int snapshot_group_by_gid(const struct snapshot *snap, uint32_t gid, struct snapshot_group *group)
{
    uint32_t row;
    *group = (struct snapshot_group){0};
    int r = snapshot_find_gid(snap, gid, &row);
    return r != SNAPSHOT_OK ? r : snapshot_read_group(snap, row, group);
}
