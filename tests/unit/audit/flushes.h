/* Counts what waits for the disk in this program and in liblmdb, which finds these functions here.
 * For one source file of a program, and first in it. */
#ifndef GDPOP_TESTS_AUDIT_FLUSHES_H
#define GDPOP_TESTS_AUDIT_FLUSHES_H

#undef _FORTIFY_SOURCE /* its inline functions have the names of these */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

static unsigned flushes;

SHOWN int fdatasync(int fd)
{
    flushes++;
    return (int)syscall(SYS_fdatasync, fd);
}

SHOWN int fsync(int fd)
{
    flushes++;
    return (int)syscall(SYS_fsync, fd);
}

/* LMDB writes its meta page through a descriptor that waits for the disk at each write. */
SHOWN ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    flushes += (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    return syscall(SYS_pwrite64, fd, data, len, at);
}

#endif
