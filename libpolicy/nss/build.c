/* Building the bytes of a snapshot. */
#include "nss/image.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"

static uint32_t table_size(uint32_t count)
{
    uint32_t slots = 4;
    while (slots < 2 * count)
        slots *= 2;
    return slots;
}

static int allocate(struct image *im, uint64_t string_bytes)
{
    const struct snapshot_content *in = im->in;
    struct format_counts *n = &im->view.n;
    *n = (struct format_counts){
        .users = (uint32_t)in->user_count,
        .groups = (uint32_t)in->group_count,
        .members = (uint32_t)in->member_count,
        .user_slots = table_size((uint32_t)in->user_count),
        .group_slots = table_size((uint32_t)in->group_count),
        .string_bytes = (uint32_t)string_bytes,
    };
    uint64_t bytes[SECTION_COUNT], offset[SECTION_COUNT], end = HEADER_BYTES;
    format_section_bytes(n, bytes);
    for (int i = 0; i < SECTION_COUNT; i++) {
        offset[i] = (end + 7) / 8 * 8;
        end = offset[i] + bytes[i];
    }
    im->bytes = calloc(1, end);
    if (im->bytes == NULL)
        return err_fail(GDPOP_ERR_NOMEM, _("snapshot: no memory for %llu bytes"),
                        (unsigned long long)end);
    for (int i = 0; i < SECTION_COUNT; i++) {
        im->view.section[i] = im->section[i] = im->bytes + offset[i];
        format_put64(im->bytes + HEADER_SECTIONS + 8 * i, offset[i]);
    }
    im->string_used = 1; /* offset 0 is the empty string */
    return 0;
}

static uint32_t put_string(struct image *im, const char *text)
{
    size_t len = strlen(text);
    if (len == 0)
        return 0;
    uint32_t at = im->string_used;
    memcpy(im->section[SECTION_STRINGS] + at, text, len + 1);
    im->string_used += (uint32_t)len + 1;
    return at;
}

/* For strings that many rows share: written once, mostly. */
static uint32_t put_shared(struct image *im, const char *text)
{
    size_t slot = format_hash_name(text) % (sizeof im->memo / sizeof im->memo[0]);
    if (im->memo[slot].text == NULL || strcmp(im->memo[slot].text, text) != 0) {
        im->memo[slot].at = put_string(im, text);
        im->memo[slot].text = text;
    }
    return im->memo[slot].at;
}

static bool same_user_name(const struct snapshot_content *in, uint32_t a, uint32_t b)
{
    return strcmp(in->users[a].name, in->users[b].name) == 0;
}

static bool same_uid(const struct snapshot_content *in, uint32_t a, uint32_t b)
{
    return in->users[a].uid == in->users[b].uid;
}

static bool same_group_name(const struct snapshot_content *in, uint32_t a, uint32_t b)
{
    return strcmp(in->groups[a].name, in->groups[b].name) == 0;
}

static bool same_gid(const struct snapshot_content *in, uint32_t a, uint32_t b)
{
    return in->groups[a].gid == in->groups[b].gid;
}

/* Enters a row into an index. Returns false when a row with the same key is there already. */
static bool enter(struct image *im, enum format_section index, uint32_t slots, uint64_t hash,
                  uint32_t row, bool (*same)(const struct snapshot_content *, uint32_t, uint32_t))
{
    for (uint32_t i = (uint32_t)hash;; i++) {
        uint8_t *slot = im->section[index] + (size_t)(i & (slots - 1)) * sizeof(uint32_t);
        uint32_t entry = format_get32(slot);
        if (entry == 0) {
            format_put32(slot, row + 1);
            return true;
        }
        if (same(im->in, entry - 1, row))
            return false;
    }
}

static int put_users(struct image *im)
{
    uint32_t slots = im->view.n.user_slots;
    for (uint32_t i = 0; i < im->in->user_count; i++) {
        const struct snapshot_user *u = &im->in->users[i];
        uint8_t *record = im->section[SECTION_USERS] + (size_t)i * FORMAT_USER;
        format_put32(record + USER_NAME, put_string(im, u->name));
        format_put32(record + USER_GECOS, put_shared(im, u->gecos));
        format_put32(record + USER_HOME, put_string(im, u->home));
        format_put32(record + USER_SHELL, put_shared(im, u->shell));
        format_put32(record + USER_UID, u->uid);
        format_put32(record + USER_GID, u->gid);
        if (!enter(im, SECTION_USER_NAMES, slots, format_hash_name(u->name), i, same_user_name))
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: the account %s comes twice"), u->name);
        if (!enter(im, SECTION_UIDS, slots, format_hash_id(u->uid), i, same_uid))
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: uid %u of %s is another account's"),
                            u->uid, u->name);
    }
    return 0;
}

static int put_groups(struct image *im)
{
    uint32_t slots = im->view.n.group_slots;
    for (uint32_t i = 0; i < im->in->group_count; i++) {
        const struct snapshot_group *g = &im->in->groups[i];
        uint8_t *record = im->section[SECTION_GROUPS] + (size_t)i * FORMAT_GROUP;
        format_put32(record + GROUP_NAME, put_string(im, g->name));
        format_put32(record + GROUP_GID, g->gid);
        if (!enter(im, SECTION_GROUP_NAMES, slots, format_hash_name(g->name), i, same_group_name))
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: the group %s comes twice"), g->name);
        if (!enter(im, SECTION_GIDS, slots, format_hash_id(g->gid), i, same_gid))
            return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: gid %u of %s is another group's"),
                            g->gid, g->name);
    }
    return 0;
}

static void put_checks(struct image *im)
{
    for (uint32_t i = 0; i < im->view.n.users; i++) {
        uint8_t *record = im->section[SECTION_USERS] + (size_t)i * FORMAT_USER;
        format_put64(record + USER_CHECK, format_check_user(record, &im->in->users[i]));
    }
    for (uint32_t i = 0; i < im->view.n.groups; i++) {
        uint8_t *record = im->section[SECTION_GROUPS] + (size_t)i * FORMAT_GROUP;
        format_put64(record + GROUP_CHECK, format_check_group(record, &im->in->groups[i]));
    }
}

static int put_header(struct image *im, size_t *size)
{
    uint8_t *h = im->bytes;
    const struct format_counts *n = &im->view.n;
    *size = (size_t)(im->section[SECTION_STRINGS] - h) + im->string_used;
    memcpy(h + HEADER_MAGIC, FORMAT_MAGIC, 8);
    format_put32(h + HEADER_VERSION, FORMAT_VERSION);
    format_put32(h + HEADER_BYTE_ORDER, FORMAT_BYTE_ORDER);
    format_put64(h + HEADER_GENERATION, im->in->generation);
    format_put64(h + HEADER_FILE_BYTES, *size);
    format_put32(h + HEADER_USERS, n->users);
    format_put32(h + HEADER_GROUPS, n->groups);
    format_put32(h + HEADER_MEMBERS, n->members);
    format_put32(h + HEADER_USER_SLOTS, n->user_slots);
    format_put32(h + HEADER_GROUP_SLOTS, n->group_slots);
    format_put32(h + HEADER_STRING_BYTES, im->string_used);
    if (im->in->digest != NULL) {
        int r = im->in->digest(h + HEADER_BYTES, *size - HEADER_BYTES, h + HEADER_DIGEST);
        if (r != 0)
            return err_prefix(r, "snapshot");
    }
    format_put64(h + HEADER_CHECK, format_hash(FORMAT_SEED, h, HEADER_CHECK));
    return 0;
}

int snapshot_build(const struct snapshot_content *content, uint8_t **bytes, size_t *size)
{
    struct image im = {.in = content};
    struct image_member *members = NULL;
    uint64_t string_bytes;
    int r;
    *bytes = NULL;
    *size = 0;
    if ((r = content_check(content, &string_bytes)) != 0 ||
        (r = allocate(&im, string_bytes)) != 0 || (r = put_users(&im)) != 0 ||
        (r = put_groups(&im)) != 0 || (r = members_sort(&im, &members)) != 0)
        goto out;
    members_put(&im, members);
    put_checks(&im);
    if ((r = put_header(&im, size)) != 0)
        goto out;
    *bytes = im.bytes; /* transferred */
    im.bytes = NULL;
    r = 0;
out:
    free(members);
    free(im.bytes);
    return r;
}
