/* Memberships of a snapshot being built: by user, then group, and the order by group. */
#include "nss/image.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"

static int compare_members(const void *left, const void *right)
{
    const struct image_member *a = left, *b = right;
    if (a->user != b->user)
        return a->user < b->user ? -1 : 1;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->from_at > b->from_at) - (a->from_at < b->from_at);
}

int members_sort(const struct image *im, struct image_member **sorted)
{
    const struct snapshot_content *in = im->in;
    bool in_order = true;
    struct image_member *m = *sorted = calloc(in->member_count + 1, sizeof *m);
    if (m == NULL)
        return err_fail(GDPOP_ERR_NOMEM, _("snapshot: no memory for %zu memberships"),
                        in->member_count);
    for (size_t i = 0; i < in->member_count; i++) {
        const struct snapshot_member *from = &in->members[i];
        if (from->user_index >= in->user_count)
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: membership %zu names no account"), i);
        if (snapshot_find_gid(&im->view, from->gid, &m[i].group) != SNAPSHOT_OK)
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: %s is to belong to unknown gid %u"),
                            in->users[from->user_index].name, from->gid);
        m[i].user = from->user_index;
        m[i].from_at = from->from_at;
        m[i].until_at = from->until_at;
        in_order = in_order && (i == 0 || compare_members(&m[i - 1], &m[i]) <= 0);
    }
    if (!in_order)
        qsort(m, in->member_count, sizeof *m, compare_members);
    return 0;
}

static void count_member(uint8_t *count)
{
    format_put32(count, format_get32(count) + 1);
}

static void put_records(struct image *im, const struct image_member *m)
{
    uint32_t n = im->view.n.members;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *record = im->section[SECTION_MEMBERS] + (size_t)i * FORMAT_MEMBER;
        format_put32(record + MEMBER_USER, m[i].user);
        format_put32(record + MEMBER_GROUP, m[i].group);
        format_put64(record + MEMBER_FROM, (uint64_t)m[i].from_at);
        format_put64(record + MEMBER_UNTIL, (uint64_t)m[i].until_at);
        format_put64(record + MEMBER_CHECK, format_check_member(record));

        uint8_t *user = im->section[SECTION_USERS] + (size_t)m[i].user * FORMAT_USER;
        if (format_get32(user + USER_COUNT) == 0)
            format_put32(user + USER_FIRST, i);
        count_member(user + USER_COUNT);
        count_member(im->section[SECTION_GROUPS] + (size_t)m[i].group * FORMAT_GROUP + GROUP_COUNT);
    }
}

/* Rows of members by group: each group's part begins where the one before it ends. */
static void put_group_order(struct image *im, const struct image_member *m)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < im->view.n.groups; i++) {
        uint8_t *group = im->section[SECTION_GROUPS] + (size_t)i * FORMAT_GROUP;
        format_put32(group + GROUP_FIRST, first);
        first += format_get32(group + GROUP_COUNT);
        format_put32(group + GROUP_COUNT, 0);
    }
    for (uint32_t i = 0; i < im->view.n.members; i++) {
        uint8_t *group = im->section[SECTION_GROUPS] + (size_t)m[i].group * FORMAT_GROUP;
        uint32_t at = format_get32(group + GROUP_FIRST) + format_get32(group + GROUP_COUNT);
        format_put32(im->section[SECTION_GROUP_ORDER] + (size_t)at * sizeof(uint32_t), i);
        count_member(group + GROUP_COUNT);
    }
}

void members_put(struct image *im, const struct image_member *sorted)
{
    put_records(im, sorted);
    put_group_order(im, sorted);
}
