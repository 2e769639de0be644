/* Memberships that hold at an instant. Both walks meet equal groups or users one after the other,
 * so a person who belongs twice is told once. */
#include "nss/handle.h"

static bool is_span(uint32_t first, uint32_t count, uint32_t total)
{
    return first <= total && count <= total - first;
}

static int start(struct snapshot_walk *walk, uint32_t row, uint32_t first, uint32_t count,
                 uint32_t total, int64_t now_at)
{
    *walk = (struct snapshot_walk){
        .row = row, .last = FORMAT_NO_ROW, .last_member = FORMAT_NO_ROW, .now_at = now_at};
    if (!is_span(first, count, total))
        return SNAPSHOT_DAMAGED;
    walk->next = first;
    walk->end = first + count;
    return SNAPSHOT_OK;
}

int snapshot_walk_user(const struct snapshot *snap, uint32_t user_row, int64_t now_at,
                       struct snapshot_walk *walk)
{
    struct snapshot_user user;
    *walk = (struct snapshot_walk){0};
    int r = snapshot_read_user(snap, user_row, &user);
    if (r != SNAPSHOT_OK)
        return r;
    const uint8_t *record = snap->section[SECTION_USERS] + (size_t)user_row * FORMAT_USER;
    return start(walk, user_row, format_get32(record + USER_FIRST),
                 format_get32(record + USER_COUNT), snap->n.members, now_at);
}

int snapshot_walk_group(const struct snapshot *snap, uint32_t group_row, int64_t now_at,
                        struct snapshot_walk *walk)
{
    struct snapshot_group group;
    *walk = (struct snapshot_walk){0};
    int r = snapshot_read_group(snap, group_row, &group);
    if (r != SNAPSHOT_OK)
        return r;
    const uint8_t *record = snap->section[SECTION_GROUPS] + (size_t)group_row * FORMAT_GROUP;
    return start(walk, group_row, format_get32(record + GROUP_FIRST),
                 format_get32(record + GROUP_COUNT), snap->n.members, now_at);
}

/* The record of a membership; NULL when it is damaged or not of this user and group (FORMAT_NO_ROW:
 * any). */
static const uint8_t *member_record(const struct snapshot *snap, uint32_t row, uint32_t user,
                                    uint32_t group)
{
    if (row >= snap->n.members)
        return NULL;
    const uint8_t *record = snap->section[SECTION_MEMBERS] + (size_t)row * FORMAT_MEMBER;
    if (format_get64(record + MEMBER_CHECK) != format_check_member(record) ||
        (user != FORMAT_NO_ROW && format_get32(record + MEMBER_USER) != user) ||
        (group != FORMAT_NO_ROW && format_get32(record + MEMBER_GROUP) != group))
        return NULL;
    return record;
}

static bool holds(const uint8_t *record, int64_t now_at)
{
    int64_t from_at = (int64_t)format_get64(record + MEMBER_FROM);
    int64_t until_at = (int64_t)format_get64(record + MEMBER_UNTIL);
    return (from_at == 0 || from_at <= now_at) && (until_at == 0 || now_at < until_at);
}

int snapshot_next_group(const struct snapshot *snap, struct snapshot_walk *walk, uint32_t *gid)
{
    *gid = 0;
    while (walk->next < walk->end) {
        const uint8_t *record = member_record(snap, walk->next, walk->row, FORMAT_NO_ROW);
        if (record == NULL)
            return SNAPSHOT_DAMAGED;
        walk->next++;
        uint32_t group_row = format_get32(record + MEMBER_GROUP);
        if (group_row == walk->last || !holds(record, walk->now_at))
            continue;
        struct snapshot_group group;
        if (snapshot_read_group(snap, group_row, &group) != SNAPSHOT_OK)
            return SNAPSHOT_DAMAGED;
        walk->last = group_row;
        *gid = group.gid;
        return SNAPSHOT_OK;
    }
    return SNAPSHOT_NONE;
}

int snapshot_next_member(const struct snapshot *snap, struct snapshot_walk *walk, const char **name)
{
    *name = NULL;
    const uint8_t *order = snap->section[SECTION_GROUP_ORDER];
    while (walk->next < walk->end) {
        uint32_t row = format_get32(order + (size_t)walk->next * sizeof(uint32_t));
        const uint8_t *record = member_record(snap, row, FORMAT_NO_ROW, walk->row);
        /* Rows of one group that rise are all of its rows: there are no others to take. */
        if (record == NULL || (walk->last_member != FORMAT_NO_ROW && row <= walk->last_member))
            return SNAPSHOT_DAMAGED;
        walk->last_member = row;
        walk->next++;
        uint32_t user_row = format_get32(record + MEMBER_USER);
        if (user_row == walk->last || !holds(record, walk->now_at))
            continue;
        struct snapshot_user user;
        if (snapshot_read_user(snap, user_row, &user) != SNAPSHOT_OK)
            return SNAPSHOT_DAMAGED;
        walk->last = user_row;
        *name = user.name;
        return SNAPSHOT_OK;
    }
    return SNAPSHOT_NONE;
}
