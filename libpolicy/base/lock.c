#include "base/lock.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    HOLDER_BYTES = 32, /* "PID START\n", padded with spaces */
    POLL_FIRST_US = 100,
    POLL_LAST_US = 10000,
    AFTER_KILL_MS = 1000,
};

struct holder {
    pid_t pid; /* 0: not known */
    uint64_t start;
};

static int64_t monotonic_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* State letter and start time of a process; false when there is none. The name in the second field
 * may hold anything, so fields are counted from its last bracket. */
static bool process_stat(pid_t pid, char *state, uint64_t *start)
{
    char path[32], text[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (len <= 0)
        return false;
    text[len] = '\0';
    const char *p = strrchr(text, ')');
    if (!p || p[1] == '\0')
        return false;
    *state = p[2];
    return sscanf(p + 2,
                  "%*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                  "%*s %" SCNu64,
                  start) == 1;
}

uint64_t lock_process_start(pid_t pid)
{
    char state;
    uint64_t start;
    return process_stat(pid, &state, &start) ? start : 0;
}

/* The holder's record stands in the locked bytes themselves, when they have room for it. */
static bool has_record(off_t len)
{
    return len == 0 || len >= HOLDER_BYTES;
}

/* The kernel takes longer to write that file than to lock. */
static const struct holder *this_process(void)
{
    static _Thread_local struct holder known;
    pid_t pid = getpid();
    if (known.pid != pid)
        known = (struct holder){pid, lock_process_start(pid)};
    return &known;
}

/* Best effort: on a full disk a lock still holds, only its holder has no name. */
static void record_holder(int fd, off_t at)
{
    char text[HOLDER_BYTES + 1];
    const struct holder *self = this_process();
    snprintf(text, sizeof(text), "%-10d %-20" PRIu64 "\n", (int)self->pid, self->start);
    if (pwrite(fd, text, HOLDER_BYTES, at) != HOLDER_BYTES)
        errno = 0;
}

/* Before the release: whoever held it must not be taken for the next holder. */
static void erase_holder(int fd, off_t at)
{
    char text[HOLDER_BYTES + 1];
    snprintf(text, sizeof(text), "%-31s\n", "");
    if (pwrite(fd, text, HOLDER_BYTES, at) != HOLDER_BYTES)
        errno = 0;
}

static struct holder read_holder(int fd, off_t start)
{
    char text[HOLDER_BYTES + 1] = "";
    struct holder h = {0};
    int pid = 0;
    if (pread(fd, text, HOLDER_BYTES, start) > 0 &&
        sscanf(text, "%10d %20" SCNu64, &pid, &h.start) == 2 && pid > 0)
        h.pid = pid;
    return h;
}

/* Kills the holder if it is stopped: whoever may send signals to a su of theirs could otherwise
 * make everybody wait. The start time makes sure that the number is not another's by now. */
static bool kill_stopped(const struct holder *h)
{
    char state;
    uint64_t start;
    return h->pid > 0 && process_stat(h->pid, &state, &start) && start == h->start &&
           (state == 'T' || state == 't') && kill(h->pid, SIGKILL) == 0;
}

static int open_lock(const char *path, int *fd)
{
    struct stat st;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
    if (*fd < 0)
        return err_errno(_("cannot open the lock file %s"), path);
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
        return 0;
    close(*fd);
    *fd = -1;
    return err_fail(GDPOP_ERR_SYSTEM, _("the lock file %s is not a regular file"), path);
}

/* 0, GDPOP_ERR_BUSY (without a sentence) at the deadline, or GDPOP_ERR_SYSTEM. Open file
 * description locks have no timed wait, so they are tried again and again. */
static int try_until(int fd, const char *path, off_t start, off_t len, int64_t deadline_ms)
{
    struct flock want = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    for (int64_t pause_us = POLL_FIRST_US;;
         pause_us = pause_us * 2 < POLL_LAST_US ? pause_us * 2 : POLL_LAST_US) {
        if (fcntl(fd, F_OFD_SETLK, &want) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return err_errno(_("cannot lock %s"), path);
        int64_t left_ms = deadline_ms - monotonic_ms();
        if (left_ms <= 0)
            return GDPOP_ERR_BUSY;
        int64_t wait_us = left_ms * 1000 < pause_us ? left_ms * 1000 : pause_us;
        nanosleep(&(struct timespec){.tv_nsec = wait_us * 1000}, NULL);
    }
}

static int busy(const char *path, int wait_ms, const struct holder *h)
{
    if (h->pid > 0)
        return err_fail(GDPOP_ERR_BUSY, _("%s is held by process %d for longer than %d ms"), path,
                        (int)h->pid, wait_ms);
    return err_fail(GDPOP_ERR_BUSY, _("%s is held by another process for longer than %d ms"), path,
                    wait_ms);
}

int lock_range(const char *path, off_t start, off_t len, int wait_ms, struct lock *l)
{
    struct holder h = {0};
    int fd;
    l->fd = -1;
    int r = open_lock(path, &fd);
    if (r < 0)
        return r;
    r = try_until(fd, path, start, len, monotonic_ms() + wait_ms);
    if (r == GDPOP_ERR_BUSY && has_record(len)) {
        h = read_holder(fd, start);
        if (kill_stopped(&h))
            r = try_until(fd, path, start, len, monotonic_ms() + AFTER_KILL_MS);
    }
    if (r < 0) {
        close(fd);
        return r == GDPOP_ERR_BUSY ? busy(path, wait_ms, &h) : r;
    }
    l->fd = fd;
    l->record = has_record(len) ? start : -1;
    if (l->record >= 0)
        record_holder(fd, l->record);
    return 0;
}

int lock_file(const char *path, int wait_ms, struct lock *l)
{
    return lock_range(path, 0, 0, wait_ms, l);
}

void lock_release(struct lock *l)
{
    if (l->fd < 0)
        return;
    int saved = errno;
    if (l->record >= 0)
        erase_holder(l->fd, l->record);
    struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    fcntl(l->fd, F_OFD_SETLK, &all);
    close(l->fd);
    l->fd = -1;
    errno = saved;
}
