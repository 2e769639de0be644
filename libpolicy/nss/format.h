/* The bytes of a snapshot, shared by writer and reader. All numbers are little-endian.
 *
 *   header         HEADER_BYTES, with a check of its own
 *   sections       each begins at a multiple of 8 that the header names:
 *     users          FORMAT_USER    one record an account
 *     groups         FORMAT_GROUP   one record a group
 *     members        FORMAT_MEMBER  one record a membership, sorted by user, then group
 *     group order    u32            rows of members sorted by group, then user
 *     four indexes   u32 slots      open addressing, linear probing; row + 1, 0 ends a probe
 *     strings        bytes          each closed by a zero, the last byte of the section is one
 *
 * Every record ends in a check over itself and its strings, so that a damaged record is refused
 * when it is met and opening costs the header only, however many accounts there are. */
#ifndef GDPOP_NSS_FORMAT_H
#define GDPOP_NSS_FORMAT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FORMAT_MAGIC "GDPOPNSS"
#define FORMAT_VERSION 1
#define FORMAT_BYTE_ORDER 0x01020304u
#define FORMAT_NO_ROW UINT32_MAX

enum { FORMAT_DIGEST_BYTES = 32 };

/* Offsets in the header. */
enum {
    HEADER_MAGIC = 0,
    HEADER_VERSION = 8,
    HEADER_BYTE_ORDER = 12,
    HEADER_GENERATION = 16,
    HEADER_FILE_BYTES = 24,
    HEADER_USERS = 32, /* u32 counts */
    HEADER_GROUPS = 36,
    HEADER_MEMBERS = 40,
    HEADER_USER_SLOTS = 44,  /* of each of the two user indexes; a power of two above the count */
    HEADER_GROUP_SLOTS = 48, /* likewise for groups */
    HEADER_STRING_BYTES = 52,
    HEADER_SECTIONS = 56, /* u64 offset of each section */
    HEADER_DIGEST = 128,  /* the writer's digest of all that follows the header; zeros: none */
    HEADER_CHECK = 176,   /* u64 over the bytes before it; those between are zero */
    HEADER_SUPERSEDED =
        184, /* one byte, the only one ever written in place: look for another file */
    HEADER_BYTES = 192,
};

enum format_section {
    SECTION_USERS,
    SECTION_GROUPS,
    SECTION_MEMBERS,
    SECTION_GROUP_ORDER,
    SECTION_USER_NAMES,
    SECTION_UIDS,
    SECTION_GROUP_NAMES,
    SECTION_GIDS,
    SECTION_STRINGS,
    SECTION_COUNT,
};

/* Offsets in the records. Strings are offsets into the string section; FIRST and COUNT are the rows
 * of members (for a group: of the group order). */
enum {
    USER_NAME = 0,
    USER_GECOS = 4,
    USER_HOME = 8,
    USER_SHELL = 12,
    USER_UID = 16,
    USER_GID = 20,
    USER_FIRST = 24,
    USER_COUNT = 28,
    USER_CHECK = 32,
    FORMAT_USER = 40
};
enum {
    GROUP_NAME = 0,
    GROUP_GID = 4,
    GROUP_FIRST = 8,
    GROUP_COUNT = 12,
    GROUP_CHECK = 16,
    FORMAT_GROUP = 24
};
enum {
    MEMBER_USER = 0,
    MEMBER_GROUP = 4,
    MEMBER_FROM = 8,
    MEMBER_UNTIL = 16,
    MEMBER_CHECK = 24,
    FORMAT_MEMBER = 32
};

static inline uint32_t format_get32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return le32toh(v);
}

static inline uint64_t format_get64(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return le64toh(v);
}

static inline void format_put32(uint8_t *at, uint32_t v)
{
    v = htole32(v);
    memcpy(at, &v, sizeof v);
}

static inline void format_put64(uint8_t *at, uint64_t v)
{
    v = htole64(v);
    memcpy(at, &v, sizeof v);
}

#define FORMAT_SEED 0x9e3779b97f4a7c15u

/* One step of the check: for a given v each h gives another result and the other way round, so a
 * change of one word always shows. */
static inline uint64_t format_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32;
}

static inline uint64_t format_hash(uint64_t h, const void *data, size_t len)
{
    const uint8_t *at = data;
    h = format_mix(h, len);
    for (; len >= 8; at += 8, len -= 8)
        h = format_mix(h, format_get64(at));
    uint64_t tail = 0;
    for (size_t i = 0; i < len; i++)
        tail |= (uint64_t)at[i] << 8 * i;
    return format_mix(h, tail);
}

static inline uint64_t format_hash_name(const char *name)
{
    return format_hash(FORMAT_SEED, name, strlen(name));
}

static inline uint64_t format_hash_id(uint32_t id)
{
    return format_mix(format_mix(FORMAT_SEED, id), id);
}

/* Bytes of each section for these counts, in the order of enum format_section. */
struct format_counts {
    uint32_t users, groups, members, user_slots, group_slots, string_bytes;
};

static inline void format_section_bytes(const struct format_counts *n,
                                        uint64_t bytes[SECTION_COUNT])
{
    bytes[SECTION_USERS] = (uint64_t)n->users * FORMAT_USER;
    bytes[SECTION_GROUPS] = (uint64_t)n->groups * FORMAT_GROUP;
    bytes[SECTION_MEMBERS] = (uint64_t)n->members * FORMAT_MEMBER;
    bytes[SECTION_GROUP_ORDER] = (uint64_t)n->members * sizeof(uint32_t);
    bytes[SECTION_USER_NAMES] = bytes[SECTION_UIDS] = (uint64_t)n->user_slots * sizeof(uint32_t);
    bytes[SECTION_GROUP_NAMES] = bytes[SECTION_GIDS] = (uint64_t)n->group_slots * sizeof(uint32_t);
    bytes[SECTION_STRINGS] = n->string_bytes;
}

#endif
