/* Replacing the snapshot file: beside it, synced, renamed. */
#include "nss/format.h"
#include "nss/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/text.h"

struct place {
    char directory[4096];
    char lock[4096 + 16];
    char draft[4096 + 16]; /* where the new file is written; one name, so that a crash leaves one at
                              most */
};

static int find_place(const char *path, struct place *p)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (strlen(path) >= sizeof p->directory)
        return err_fail(GDPOP_ERR_TOO_LONG, _("the snapshot's path is too long"));
    memcpy(p->directory, slash == NULL ? "." : path, len);
    p->directory[len] = 0;
    snprintf(p->lock, sizeof p->lock, "%s/publish.lock", p->directory);
    snprintf(p->draft, sizeof p->draft, "%s.new", path);
    return 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return -1;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_draft(const char *draft, const uint8_t *bytes, size_t size)
{
    if (unlink(draft) != 0 && errno != ENOENT)
        return err_errno(_("cannot remove %s"), draft);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_errno(_("cannot create %s"), draft);
    int r = 0;
    if (write_all(fd, bytes, size) != 0 || fchmod(fd, 0644) != 0 || fsync(fd) != 0)
        r = err_errno(_("cannot write %s"), draft);
    if (close(fd) != 0 && r == 0)
        r = err_errno(_("cannot close %s"), draft);
    return r;
}

static int sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(_("cannot open the directory %s"), directory);
    int r = fsync(fd) != 0 ? err_errno(_("cannot sync the directory %s"), directory) : 0;
    close(fd);
    return r;
}

/* Readers trust their mapping without asking the kernel until it bears this mark. It comes before
 * the rename: a crash in between leaves readers that ask once too often, never one that asks too
 * late. A failure is no matter, they look by themselves each second. */
static void mark_superseded(const char *path)
{
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = pwrite(fd, "\1", 1, HEADER_SUPERSEDED);
    (void)ignored;
    close(fd);
}

static int replace(const char *path, const struct place *p, const uint8_t *bytes, size_t size,
                   bool mark)
{
    int r = write_draft(p->draft, bytes, size);
    if (r == 0 && mark)
        mark_superseded(path);
    if (r == 0 && rename(p->draft, path) != 0)
        r = err_errno(_("cannot rename %s to %s"), p->draft, path);
    if (r != 0) {
        unlink(p->draft);
        return r;
    }
    return sync_directory(p->directory);
}

int snapshot_publish(const char *path, const struct snapshot_content *content, int wait_ms)
{
    struct place place;
    struct lock lock = LOCK_NONE;
    uint8_t *bytes = NULL;
    size_t size;
    uint64_t present;
    int r;
    if ((r = find_place(path, &place)) != 0 || (r = snapshot_build(content, &bytes, &size)) != 0)
        goto out;
    if ((r = lock_file(place.lock, wait_ms, &lock)) != 0) {
        lock.fd = -1;
        goto out;
    }
    /* A file that is damaged or unsafe counts as generation 0: it is replaced. */
    bool readable = snapshot_generation(path, &present) == SNAPSHOT_OK;
    if (present <= content->generation && (r = replace(path, &place, bytes, size, readable)) != 0)
        goto out;
    r = 0;
out:
    if (lock.fd >= 0)
        lock_release(&lock);
    free(bytes);
    return r;
}
