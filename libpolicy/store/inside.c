#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Who has the store open writes its process id into open.lock, behind what names the lock's holder,
 * and takes it out again. An id that no process has is of one that ended inside: it was killed, or
 * LMDB, which believes what stands in its pages, ended it. All of it is best effort: two processes
 * may share a place, and a disk may be full. */

enum { PLACES = 64, PLACES_AT = 64 };

static off_t place_of(pid_t pid)
{
    return PLACES_AT + (off_t)sizeof(int32_t) * (pid % PLACES);
}

void inside_enter(int fd)
{
    const int32_t pid = getpid();
    if (pwrite(fd, &pid, sizeof(pid), place_of(pid)) != sizeof(pid))
        errno = 0;
}

void inside_leave(int fd)
{
    const int32_t nobody = 0, pid = getpid();
    int32_t there = 0;
    if (pread(fd, &there, sizeof(there), place_of(pid)) == sizeof(there) && there == pid &&
        pwrite(fd, &nobody, sizeof(nobody), place_of(pid)) != sizeof(nobody))
        errno = 0;
}

/* -1 when there is none. */
static int open_places(const struct conf *conf, int flags)
{
    char path[PATH_MAX];
    if (store_path(conf->store_dir, STORE_OPEN_LOCK, path) < 0)
        return -1;
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
}

static bool is_gone(int32_t pid)
{
    return pid != 0 && (pid < 0 || (kill(pid, 0) != 0 && errno == ESRCH));
}

unsigned store_left_open(const struct conf *conf)
{
    int32_t place[PLACES] = {0};
    const int before = errno, fd = open_places(conf, O_RDONLY);
    const ssize_t len = fd < 0 ? 0 : pread(fd, place, sizeof(place), PLACES_AT);
    unsigned count = 0;
    for (ssize_t i = 0; i < len / (ssize_t)sizeof(place[0]); i++)
        count += is_gone(place[i]);
    if (fd >= 0)
        close(fd);
    errno = before;
    return count;
}

void store_forget_left(const struct conf *conf)
{
    const int32_t nobody = 0;
    const int fd = open_places(conf, O_RDWR);
    for (int i = 0; fd >= 0 && i < PLACES; i++) {
        const off_t at = place_of(i);
        int32_t pid;
        if (pread(fd, &pid, sizeof(pid), at) == sizeof(pid) && is_gone(pid) &&
            pwrite(fd, &nobody, sizeof(nobody), at) != sizeof(nobody))
            break;
    }
    if (fd >= 0)
        close(fd);
}
