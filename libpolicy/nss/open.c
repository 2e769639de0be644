/* Opening a snapshot: the file is safe, the header whole, every section inside the file. */
#include "nss/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static bool is_table_size(uint32_t slots, uint32_t count)
{
    return slots > count && (slots & (slots - 1)) == 0;
}

/* Fills the counts and sections from the header. */
static bool parse_header(struct snapshot *snap)
{
    const uint8_t *h = snap->bytes;
    if (snap->size < HEADER_BYTES || memcmp(h + HEADER_MAGIC, FORMAT_MAGIC, 8) != 0 ||
        format_get32(h + HEADER_VERSION) != FORMAT_VERSION ||
        format_get32(h + HEADER_BYTE_ORDER) != FORMAT_BYTE_ORDER ||
        format_get64(h + HEADER_FILE_BYTES) != snap->size ||
        format_get64(h + HEADER_CHECK) != format_hash(FORMAT_SEED, h, HEADER_CHECK))
        return false;
    snap->n = (struct format_counts){
        .users = format_get32(h + HEADER_USERS),
        .groups = format_get32(h + HEADER_GROUPS),
        .members = format_get32(h + HEADER_MEMBERS),
        .user_slots = format_get32(h + HEADER_USER_SLOTS),
        .group_slots = format_get32(h + HEADER_GROUP_SLOTS),
        .string_bytes = format_get32(h + HEADER_STRING_BYTES),
    };
    if (!is_table_size(snap->n.user_slots, snap->n.users) ||
        !is_table_size(snap->n.group_slots, snap->n.groups) || snap->n.string_bytes == 0)
        return false;

    uint64_t bytes[SECTION_COUNT];
    format_section_bytes(&snap->n, bytes);
    for (int i = 0; i < SECTION_COUNT; i++) {
        uint64_t offset = format_get64(h + HEADER_SECTIONS + 8 * i);
        if (offset < HEADER_BYTES || offset > snap->size || bytes[i] > snap->size - offset)
            return false;
        snap->section[i] = h + offset;
    }
    return snap->section[SECTION_STRINGS][snap->n.string_bytes - 1] == 0;
}

int snapshot_attach(const void *bytes, size_t size, struct snapshot **snap)
{
    *snap = NULL;
    struct snapshot *s = calloc(1, sizeof *s);
    if (s == NULL)
        return SNAPSHOT_SYSTEM;
    s->bytes = bytes;
    s->size = size;
    if (!parse_header(s)) {
        free(s);
        return SNAPSHOT_DAMAGED;
    }
    *snap = s;
    return SNAPSHOT_OK;
}

static int map_file(int fd, uid_t owner, struct snapshot **snap)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return SNAPSHOT_SYSTEM;
    if (!S_ISREG(st.st_mode) || st.st_uid != owner || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return SNAPSHOT_UNSAFE;
    if (st.st_size < HEADER_BYTES)
        return SNAPSHOT_DAMAGED;
    size_t size = (size_t)st.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return SNAPSHOT_SYSTEM;
    int r = snapshot_attach(bytes, size, snap);
    if (r != SNAPSHOT_OK) {
        int error = errno;
        munmap(bytes, size);
        errno = error;
        return r;
    }
    (*snap)->mapped = true;
    (*snap)->file = st;
    return SNAPSHOT_OK;
}

int snapshot_open(const char *path, uid_t owner, struct snapshot **snap)
{
    *snap = NULL;
    /* A thread cancelled between open and close would leave the descriptor behind. */
    int cancel;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    int r = SNAPSHOT_SYSTEM;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) {
        r = map_file(fd, owner, snap);
        int error = errno;
        close(fd);
        errno = error;
    }
    pthread_setcancelstate(cancel, NULL);
    return r;
}

void snapshot_close(struct snapshot *snap)
{
    if (snap == NULL)
        return;
    if (snap->mapped)
        munmap((void *)(uintptr_t)snap->bytes, snap->size);
    free(snap);
}

bool snapshot_is_superseded(const struct snapshot *snap)
{
    return __atomic_load_n(snap->bytes + HEADER_SUPERSEDED, __ATOMIC_ACQUIRE) != 0;
}

bool snapshot_is_file(const struct snapshot *snap, const struct stat *st)
{
    const struct stat *f = &snap->file;
    return f->st_dev == st->st_dev && f->st_ino == st->st_ino && f->st_size == st->st_size &&
           f->st_uid == st->st_uid && f->st_mode == st->st_mode &&
           f->st_ctim.tv_sec == st->st_ctim.tv_sec && f->st_ctim.tv_nsec == st->st_ctim.tv_nsec;
}

void snapshot_describe(const struct snapshot *snap, struct snapshot_info *info)
{
    *info = (struct snapshot_info){
        .generation = format_get64(snap->bytes + HEADER_GENERATION),
        .users = snap->n.users,
        .groups = snap->n.groups,
        .members = snap->n.members,
    };
}

int snapshot_verify(const struct snapshot *snap, snapshot_digest digest)
{
    static const uint8_t none[FORMAT_DIGEST_BYTES];
    const uint8_t *written = snap->bytes + HEADER_DIGEST;
    if (memcmp(written, none, sizeof none) == 0)
        return SNAPSHOT_NONE;
    uint8_t found[FORMAT_DIGEST_BYTES];
    if (digest(snap->bytes + HEADER_BYTES, snap->size - HEADER_BYTES, found) != 0)
        return SNAPSHOT_SYSTEM;
    return memcmp(found, written, sizeof found) == 0 ? SNAPSHOT_OK : SNAPSHOT_DAMAGED;
}

int snapshot_generation(const char *path, uint64_t *generation)
{
    *generation = 0;
    struct snapshot *snap;
    int r = snapshot_open(path, geteuid(), &snap);
    if (r != SNAPSHOT_OK)
        return r;
    *generation = format_get64(snap->bytes + HEADER_GENERATION);
    snapshot_close(snap);
    return SNAPSHOT_OK;
}
