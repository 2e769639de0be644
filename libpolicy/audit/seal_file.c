#include "audit/seal_file.h"

#include "base/err.h"
#include "base/text.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A slot: magic(8) epoch(8) first(8) limit_sec(8) limit_events(8) key(32) SM3 of all before(32).
 * Slots lie in different blocks of the disk. */
enum { STRIDE_BYTES = 4096, BODY_BYTES = 72, SLOT_BYTES = BODY_BYTES + DIGEST_BYTES };
static const char magic[8] = "gdpopsl1";

static int path_of(const char *dir, char out[static PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%s", dir, STORE_SEAL_FILE) >= PATH_MAX)
        return err_fail(GDPOP_ERR_CONFIG, _("the path of the store is too long: %s"), dir);
    return 0;
}

static int pack(const struct seal_slot *s, uint8_t out[static SLOT_BYTES])
{
    memcpy(out, magic, sizeof(magic));
    bytes_put_be64(out + 8, s->epoch);
    bytes_put_be64(out + 16, s->first);
    bytes_put_be64(out + 24, s->limit_sec);
    bytes_put_be64(out + 32, s->limit_events);
    memcpy(out + 40, s->key, DIGEST_BYTES);
    return digest_sm3(&BYTES(out, BODY_BYTES), 1, out + BODY_BYTES);
}

static int unpack(const uint8_t in[static SLOT_BYTES], bool *filled, struct seal_slot *s)
{
    uint8_t sum[DIGEST_BYTES];
    int r = digest_sm3(&BYTES(in, BODY_BYTES), 1, sum);
    *filled = r == 0 && memcmp(in, magic, sizeof(magic)) == 0 && digest_equal(sum, in + BODY_BYTES);
    if (!*filled)
        return r;
    s->epoch = bytes_get_be64(in + 8);
    s->first = bytes_get_be64(in + 16);
    s->limit_sec = (uint32_t)bytes_get_be64(in + 24);
    s->limit_events = (uint32_t)bytes_get_be64(in + 32);
    memcpy(s->key, in + 40, DIGEST_BYTES);
    return 0;
}

static int write_slot(int fd, int slot, const uint8_t bytes[static SLOT_BYTES])
{
    ssize_t n = pwrite(fd, bytes, SLOT_BYTES, (off_t)slot * STRIDE_BYTES);
    if (n >= 0 && n != SLOT_BYTES)
        errno = ENOSPC;
    if (n != SLOT_BYTES || fdatasync(fd) < 0)
        return err_errno(_("cannot write the seal of the audit trail"));
    return 0;
}

int seal_file_put(struct seal_file *f, int slot, const struct seal_slot *content)
{
    uint8_t bytes[SLOT_BYTES];
    int r = pack(content, bytes);
    if (r == 0)
        r = write_slot(f->fd, slot, bytes);
    explicit_bzero(bytes, sizeof(bytes));
    if (r == 0) {
        f->slot[slot] = *content;
        f->filled[slot] = true;
    }
    return r;
}

int seal_file_erase(struct seal_file *f, int slot)
{
    static const uint8_t zeros[SLOT_BYTES];
    explicit_bzero(&f->slot[slot], sizeof(f->slot[slot]));
    f->filled[slot] = false;
    return write_slot(f->fd, slot, zeros);
}

static int sync_directory(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd >= 0 && fsync(fd) == 0 ? 0 : err_errno(_("cannot write the directory %s"), dir);
    if (fd >= 0)
        close(fd);
    return r;
}

int seal_file_create(const char *store_dir, const struct seal_slot *first)
{
    static const uint8_t zeros[SEAL_SLOTS * STRIDE_BYTES];
    struct seal_file f = {.fd = -1};
    char path[PATH_MAX];
    int r = path_of(store_dir, path);
    if (r < 0)
        return r;
    f.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f.fd < 0)
        return err_errno(_("cannot make %s"), path);
    /* Its blocks are there from the beginning: a full disk does not stop the change of keys. */
    if (fchmod(f.fd, 0600) < 0 || pwrite(f.fd, zeros, sizeof(zeros), 0) != (ssize_t)sizeof(zeros) ||
        fsync(f.fd) < 0)
        r = err_errno(_("cannot make %s"), path);
    if (r == 0)
        r = seal_file_put(&f, 0, first);
    if (r == 0)
        r = sync_directory(store_dir);
    seal_file_close(&f);
    return r;
}

static int read_slots(struct seal_file *f, const char *path)
{
    uint8_t bytes[SLOT_BYTES];
    struct stat st;
    int r = 0;
    if (fstat(f->fd, &st) < 0)
        return err_errno(_("cannot read %s"), path);
    if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 077))
        return err_fail(GDPOP_ERR_KEY, _("%s must be a file that belongs to root, mode 0600"),
                        path);
    for (int i = 0; i < SEAL_SLOTS && r == 0; i++) {
        ssize_t n = pread(f->fd, bytes, sizeof(bytes), (off_t)i * STRIDE_BYTES);
        if (n < 0)
            r = err_errno(_("cannot read %s"), path);
        else if (n == SLOT_BYTES)
            r = unpack(bytes, &f->filled[i], &f->slot[i]);
    }
    explicit_bzero(bytes, sizeof(bytes));
    return r;
}

int seal_file_open(const char *store_dir, struct seal_file *f)
{
    char path[PATH_MAX];
    *f = (struct seal_file){.fd = -1};
    int r = path_of(store_dir, path);
    if (r < 0)
        return r;
    f->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (f->fd < 0)
        return errno == ENOENT ? GDPOP_ERR_NOT_FOUND : err_errno(_("cannot open %s"), path);
    r = read_slots(f, path);
    if (r < 0)
        seal_file_close(f);
    return r;
}

void seal_file_close(struct seal_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    explicit_bzero(f, sizeof(*f));
    f->fd = -1;
}

int seal_next_key(uint8_t key[static DIGEST_BYTES])
{
    uint8_t next[DIGEST_BYTES];
    const struct bytes parts[] = {BYTES(key, DIGEST_BYTES), bytes_of_text("gdpop next epoch")};
    int r = digest_sm3(parts, 2, next);
    memcpy(key, next, sizeof(next));
    explicit_bzero(next, sizeof(next));
    return r;
}
