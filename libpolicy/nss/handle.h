/* Inside of struct snapshot: a checked header over bytes that nobody may trust further. */
#ifndef GDPOP_NSS_HANDLE_H
#define GDPOP_NSS_HANDLE_H

#include "nss/format.h"
#include "nss/snapshot.h"

struct snapshot {
    const uint8_t *bytes;
    size_t size;
    bool mapped;      /* by snapshot_open, which owns the mapping */
    struct stat file; /* of the mapped file */
    struct format_counts n;
    const uint8_t *section[SECTION_COUNT];
};

/* A string of the string section; NULL when the offset lies outside. */
static inline const char *handle_string(const struct snapshot *snap, uint32_t offset)
{
    return offset < snap->n.string_bytes ? (const char *)snap->section[SECTION_STRINGS] + offset
                                         : NULL;
}

/* The checks that end the records. */
static inline uint64_t format_check_user(const uint8_t *record, const struct snapshot_user *u)
{
    uint64_t h = format_hash(FORMAT_SEED, record, USER_CHECK);
    h = format_hash(h, u->name, strlen(u->name));
    h = format_hash(h, u->gecos, strlen(u->gecos));
    h = format_hash(h, u->home, strlen(u->home));
    return format_hash(h, u->shell, strlen(u->shell));
}

static inline uint64_t format_check_group(const uint8_t *record, const struct snapshot_group *g)
{
    return format_hash(format_hash(FORMAT_SEED, record, GROUP_CHECK), g->name, strlen(g->name));
}

static inline uint64_t format_check_member(const uint8_t *record)
{
    return format_hash(FORMAT_SEED, record, MEMBER_CHECK);
}

#endif
