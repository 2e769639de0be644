/* Any bytes as a snapshot: every question is asked, nothing outside the bytes may be read. The
 * header's check is put right, so that the fuzzer gets behind it. */
#include <stdlib.h>

#include "nss/format.h"
#include "nss/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touched;

static void ask_user(const struct snapshot *snap, uint32_t row)
{
    struct snapshot_user user, again;
    struct snapshot_walk walk;
    uint32_t gid;
    if (snapshot_read_user(snap, row, &user) != SNAPSHOT_OK)
        return;
    touched += strlen(user.name) + strlen(user.gecos) + strlen(user.home) + strlen(user.shell);
    snapshot_by_name(snap, user.name, &again);
    snapshot_by_uid(snap, user.uid, &again);
    if (snapshot_walk_user(snap, row, 1, &walk) == SNAPSHOT_OK)
        while (snapshot_next_group(snap, &walk, &gid) == SNAPSHOT_OK)
            touched += gid;
}

static void ask_group(const struct snapshot *snap, uint32_t row)
{
    struct snapshot_group group, again;
    struct snapshot_walk walk;
    const char *name;
    if (snapshot_read_group(snap, row, &group) != SNAPSHOT_OK)
        return;
    touched += strlen(group.name);
    snapshot_group_by_name(snap, group.name, &again);
    snapshot_group_by_gid(snap, group.gid, &again);
    if (snapshot_walk_group(snap, row, 1, &walk) == SNAPSHOT_OK)
        while (snapshot_next_member(snap, &walk, &name) == SNAPSHOT_OK)
            touched += strlen(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    if (size >= HEADER_BYTES && (data[HEADER_CHECK] & 1) == 0) {
        format_put64(bytes + HEADER_FILE_BYTES, size);
        format_put64(bytes + HEADER_CHECK, format_hash(FORMAT_SEED, bytes, HEADER_CHECK));
    }
    struct snapshot *snap;
    if (snapshot_attach(bytes, size, &snap) == SNAPSHOT_OK) {
        struct snapshot_user user;
        struct snapshot_group group;
        struct snapshot_info info;
        snapshot_describe(snap, &info);
        for (uint32_t row = 0; row < info.users && row < 64; row++)
            ask_user(snap, row);
        for (uint32_t row = 0; row < info.groups && row < 64; row++)
            ask_group(snap, row);
        snapshot_by_name(snap, "alice", &user);
        snapshot_by_uid(snap, 5001, &user);
        snapshot_group_by_name(snap, "staff", &group);
        snapshot_group_by_gid(snap, 6001, &group);
        snapshot_close(snap);
    }
    free(bytes);
    return 0;
}
