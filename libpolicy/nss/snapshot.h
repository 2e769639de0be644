/* The snapshot: one flat, world-readable file that names the accounts and groups to the host, so
 * that libnss_gdpop.so.2 never opens the store.
 *
 * Caveats, first:
 *  - Everybody on the host reads it. No hashes, no personal data: gecos is empty or the label of a
 *    service account.
 *  - The file is only ever replaced by rename, after one byte in the old one has told its readers
 * to look for the new one. Whoever overwrites or cuts it in place makes the readers of that moment
 *    die of SIGBUS; root alone can.
 *  - The reader uses libc only and none of the library's rooms; its results are enum
 * snapshot_status. The writer returns GDPOP_ERR_*.
 *  - An older generation never replaces a newer one. After a restore of the store from an older
 * copy, the file has to be removed before publishing.
 */
#ifndef GDPOP_NSS_SNAPSHOT_H
#define GDPOP_NSS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#define SNAPSHOT_NAME_MAX_BYTES 255
#define SNAPSHOT_FIELD_MAX_BYTES 1023

struct snapshot_user {
    const char *name;
    uint32_t uid, gid; /* never 0 or UINT32_MAX: nothing here can make root */
    const char *gecos, *home, *shell;
};

struct snapshot_group {
    const char *name;
    uint32_t gid;
};

/* User i belongs to the group from <= now < until. 0 is unbounded on either side. */
struct snapshot_member {
    uint32_t user_index; /* into the users given with it */
    uint32_t gid;
    int64_t from_at, until_at;
};

/* ---- Writer ---- */

/* A digest of the contents, so that this room needs no cryptography. 0 or GDPOP_ERR_*. */
typedef int (*snapshot_digest)(const void *data, size_t len, uint8_t digest[static 32]);

struct snapshot_content {
    uint64_t generation;
    const struct snapshot_user *users;
    size_t user_count;
    const struct snapshot_group *groups;
    size_t group_count;
    const struct snapshot_member *members;
    size_t member_count;
    snapshot_digest digest; /* NULL: the field stays zero */
};

/* Replaces the file at path: built in memory, written beside it, fsync, mode 0644, rename, fsync of
 * the directory, all under publish.lock in the same directory. A newer generation there stays and
 * the call succeeds. Rows keep the order given. On any error the old file stands as it was. Errors:
 * GDPOP_ERR_ARGUMENT (a name twice, an id twice, a field with ':' or a control character, an
 * unknown group, id 0; the sentence names it), GDPOP_ERR_BUSY after wait_ms, GDPOP_ERR_FULL,
 * GDPOP_ERR_NOMEM, GDPOP_ERR_NOT_FOUND (no such directory), GDPOP_ERR_SYSTEM, those of digest. */
int snapshot_publish(const char *path, const struct snapshot_content *content, int wait_ms);

/* The bytes that snapshot_publish writes; the caller frees them. Same errors. */
int snapshot_build(const struct snapshot_content *content, uint8_t **bytes, size_t *size);

/* ---- Reader: libc only ---- */

enum snapshot_status {
    SNAPSHOT_OK = 0,
    SNAPSHOT_NONE = -1,    /* no such name, id or further row */
    SNAPSHOT_DAMAGED = -2, /* not a snapshot of this version, or altered bytes were met */
    SNAPSHOT_UNSAFE = -3,  /* not a regular file of the owner, or others may write to it */
    SNAPSHOT_SYSTEM = -4,  /* errno tells: the file is missing, no descriptors, no memory */
};

struct snapshot;

struct snapshot_info {
    uint64_t generation;
    uint32_t users, groups, members;
};

/* Maps the file, which must belong to owner, and closes its descriptor before returning. Reads the
 * header only. The handle may be read by many threads and after fork. Errors: all but
 * SNAPSHOT_NONE; *snap is then NULL. */
int snapshot_open(const char *path, uid_t owner, struct snapshot **snap);

/* The same over bytes of the caller, who keeps them until snapshot_close; any alignment. */
int snapshot_attach(const void *bytes, size_t size, struct snapshot **snap);

void snapshot_close(struct snapshot *snap);

/* Whether a writer was about to replace the mapped file, or did: look at the path. Costs no system
 * call. */
bool snapshot_is_superseded(const struct snapshot *snap);

/* Whether the file that st describes is the one that was mapped, unchanged. */
bool snapshot_is_file(const struct snapshot *snap, const struct stat *st);

void snapshot_describe(const struct snapshot *snap, struct snapshot_info *info);

/* Compares the digest of the contents: reads the whole file. SNAPSHOT_NONE when the file carries
 * none, SNAPSHOT_SYSTEM when digest fails. */
int snapshot_verify(const struct snapshot *snap, snapshot_digest digest);

/* Generation of the file at path, which must belong to the effective user; 0 on any error. */
int snapshot_generation(const char *path, uint64_t *generation);

/* Row of a name or id. SNAPSHOT_NONE, SNAPSHOT_DAMAGED. */
int snapshot_find_user(const struct snapshot *snap, const char *name, uint32_t *row);
int snapshot_find_uid(const struct snapshot *snap, uint32_t uid, uint32_t *row);
int snapshot_find_group(const struct snapshot *snap, const char *name, uint32_t *row);
int snapshot_find_gid(const struct snapshot *snap, uint32_t gid, uint32_t *row);

/* The record of a row, strings inside the mapping (valid until snapshot_close). SNAPSHOT_NONE past
 * the last row. */
int snapshot_read_user(const struct snapshot *snap, uint32_t row, struct snapshot_user *user);
int snapshot_read_group(const struct snapshot *snap, uint32_t row, struct snapshot_group *group);

/* Find and read in one. */
int snapshot_by_name(const struct snapshot *snap, const char *name, struct snapshot_user *user);
int snapshot_by_uid(const struct snapshot *snap, uint32_t uid, struct snapshot_user *user);
int snapshot_group_by_name(const struct snapshot *snap, const char *name,
                           struct snapshot_group *group);
int snapshot_group_by_gid(const struct snapshot *snap, uint32_t gid, struct snapshot_group *group);

/* A walk over the memberships of one user or one group that hold at now_at; each group or user
 * comes once, however many of its memberships hold. */
struct snapshot_walk {
    uint32_t row, next, end;
    uint32_t last, last_member;
    int64_t now_at;
};

int snapshot_walk_user(const struct snapshot *snap, uint32_t user_row, int64_t now_at,
                       struct snapshot_walk *walk);
int snapshot_walk_group(const struct snapshot *snap, uint32_t group_row, int64_t now_at,
                        struct snapshot_walk *walk);
/* SNAPSHOT_NONE at the end. */
int snapshot_next_group(const struct snapshot *snap, struct snapshot_walk *walk, uint32_t *gid);
int snapshot_next_member(const struct snapshot *snap, struct snapshot_walk *walk,
                         const char **name);

#endif
