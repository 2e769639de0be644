#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Offsets in a meta page of LMDB's data format 1 (lmdb 0.9, 64 bit), behind a page header. */
enum {
    META_FLAGS_AT = 10,
    META_FLAG = 0x08,
    META_MAGIC_AT = 16,
    META_VERSION_AT = 20,
    META_PAGE_BYTES_AT = 40,
    META_FREE_ROOT_AT = 80,
    META_MAIN_ROOT_AT = 128,
    META_LAST_PAGE_AT = 136,
    META_TXN_AT = 144,
    META_BYTES = 152,
};
static const uint32_t meta_magic = 0xbeefc0de;
static const uint32_t meta_version = 1;
static const uint64_t no_page = UINT64_MAX;

int store_path(const char *dir, const char *name, char out[static PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
    if (n < 0 || n >= PATH_MAX)
        return err_fail(GDPOP_ERR_CONFIG, _("the path of the store is too long: %s"), dir);
    return 0;
}

static int is_ours_alone(const char *path, const struct stat *st)
{
    if (st->st_uid == 0 && geteuid() != 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("%s belongs to root: use sudo, or be root"),
                        path);
    if (st->st_uid != geteuid())
        return err_fail(GDPOP_ERR_STORE, _("%s belongs to user %u, it must belong to user %u"),
                        path, (unsigned)st->st_uid, (unsigned)geteuid());
    if (st->st_mode & 077)
        return err_fail(GDPOP_ERR_STORE,
                        _("%s may be used by others (mode %04o): take these rights away"), path,
                        (unsigned)(st->st_mode & 07777));
    return 0;
}

static int look(const char *path, mode_t kind, struct stat *st)
{
    if (lstat(path, st) < 0) {
        int missing = errno == ENOENT;
        err_errno(_("cannot look at %s"), path);
        return missing
                   ? err_fail(GDPOP_ERR_STORE,
                              _("there is no store: %s is missing; make one with gdpop-admin init"),
                              path)
                   : GDPOP_ERR_STORE;
    }
    if ((st->st_mode & S_IFMT) != kind)
        return err_fail(
            GDPOP_ERR_STORE,
            kind == S_IFDIR ? _("%s is not a directory") : _("%s is not a regular file"), path);
    return is_ours_alone(path, st);
}

int guard_directory(const char *dir)
{
    struct stat st;
    return look(dir, S_IFDIR, &st);
}

int guard_files(const char *dir, struct guard *g)
{
    char path[PATH_MAX];
    struct stat st;
    int r;
    if ((r = guard_directory(dir)) < 0 || (r = store_path(dir, STORE_DATA_FILE, path)) < 0 ||
        (r = look(path, S_IFREG, &st)) < 0)
        return r;
    g->device = st.st_dev;
    g->inode = st.st_ino;
    if ((r = store_path(dir, STORE_LOCK_FILE, path)) < 0 || (r = look(path, S_IFREG, &st)) < 0)
        return r;
    /* A page without a block that a full disk cannot give is SIGBUS when touched. */
    if (st.st_size < STORE_LOCK_BYTES || st.st_blocks * 512 < STORE_LOCK_BYTES)
        return err_fail(GDPOP_ERR_STORE,
                        _("%s is shorter than the %d bytes it was made with: the store is damaged "
                          "or was copied while in use"),
                        path, STORE_LOCK_BYTES);
    return 0;
}

struct meta {
    uint64_t page_bytes, last_page, free_root, main_root, txn;
};

static uint64_t number_at(const uint8_t *page, int at, size_t len)
{
    uint32_t word;
    uint64_t v;
    if (len == sizeof(word)) {
        memcpy(&word, page + at, sizeof(word));
        return word;
    }
    memcpy(&v, page + at, sizeof(v));
    return v;
}

/* Pages 0 and 1 are meta pages. */
static bool is_root(uint64_t page, uint64_t last)
{
    return page == no_page || (page > 1 && page <= last);
}

static bool read_meta(int fd, off_t at, struct meta *m)
{
    uint8_t page[META_BYTES];
    uint16_t flags;
    if (pread(fd, page, sizeof(page), at) != sizeof(page))
        return false;
    memcpy(&flags, page + META_FLAGS_AT, sizeof(flags));
    *m = (struct meta){.page_bytes = number_at(page, META_PAGE_BYTES_AT, 4),
                       .last_page = number_at(page, META_LAST_PAGE_AT, 8),
                       .free_root = number_at(page, META_FREE_ROOT_AT, 8),
                       .main_root = number_at(page, META_MAIN_ROOT_AT, 8),
                       .txn = number_at(page, META_TXN_AT, 8)};
    return (flags & META_FLAG) && number_at(page, META_MAGIC_AT, 4) == meta_magic &&
           number_at(page, META_VERSION_AT, 4) == meta_version && m->page_bytes >= 512 &&
           m->page_bytes <= 65536 && (m->page_bytes & (m->page_bytes - 1)) == 0;
}

/* Of the newest alone: where the disk refused a commit its last write, LMDB leaves the older one
 * with roots that lie behind its last page, and never looks at them. */
static bool has_roots(const struct meta *m)
{
    return m->last_page >= 1 && is_root(m->free_root, m->last_page) &&
           is_root(m->main_root, m->last_page);
}

/* As a machine of the other byte order writes the first page. */
static bool is_of_other_order(int fd)
{
    uint32_t word = 0;
    return pread(fd, &word, sizeof(word), META_MAGIC_AT) == sizeof(word) &&
           __builtin_bswap32(word) == meta_magic;
}

int guard_data(const char *dir)
{
    char path[PATH_MAX];
    struct meta first = {0}, second = {0};
    struct stat st;
    int r = store_path(dir, STORE_DATA_FILE, path);
    int fd = r < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (r == 0 && fd < 0)
        r = err_errno(_("cannot open %s"), path);
    if (r < 0)
        return r;
    bool sound = read_meta(fd, 0, &first) && read_meta(fd, (off_t)first.page_bytes, &second) &&
                 first.page_bytes == second.page_bytes;
    /* Looked at afterwards: the file grows before a meta page says so. */
    bool seen = fstat(fd, &st) == 0, other = !sound && is_of_other_order(fd);
    close(fd);
    const struct meta *newest = first.txn > second.txn ? &first : &second;
    if (other)
        return err_fail(GDPOP_ERR_STORE,
                        _("%s was made by a machine of another byte order: a store moves there by "
                          "gdpop-admin backup create and backup restore"),
                        path);
    if (!seen || !sound || !has_roots(newest))
        return err_fail(GDPOP_ERR_STORE, _("%s is not a store or its first pages are damaged"),
                        path);
    if (newest->last_page >= (uint64_t)st.st_size / newest->page_bytes)
        return err_fail(GDPOP_ERR_STORE,
                        _("%s is cut off: %lld bytes, but pages up to %llu are in use"), path,
                        (long long)st.st_size, (unsigned long long)newest->last_page);
    return 0;
}
