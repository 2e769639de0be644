/* Preloaded into bench_pam: counts what a login waits for. With COUNT_NO_SYNC set the disk is not
 * waited for. */
#undef _FORTIFY_SOURCE /* its inline functions have the names of these */
#include "count.h"

#include <crypt.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct counts bench_counts;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define SHOWN __attribute__((visibility("default")))

SHOWN struct counts *bench_counts_now(void);
struct counts *bench_counts_now(void)
{
    return &bench_counts;
}

static int no_sync(void)
{
    return getenv("COUNT_NO_SYNC") != NULL;
}

SHOWN int fdatasync(int fd)
{
    bench_counts.syncs++;
    return no_sync() ? 0 : NEXT(fdatasync)(fd);
}

SHOWN int fsync(int fd)
{
    bench_counts.syncs++;
    return no_sync() ? 0 : NEXT(fsync)(fd);
}

/* LMDB writes its meta page through a descriptor that waits for the disk at each write. */
static int synchronous_fd = -1;

SHOWN int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    bool waits = flags & O_DSYNC;
    int fd = NEXT(open)(path, waits && no_sync() ? flags & ~O_SYNC : flags, mode);
    if (waits)
        synchronous_fd = fd;
    else if (fd >= 0 && fd == synchronous_fd)
        synchronous_fd = -1;
    return fd;
}

SHOWN ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    bench_counts.syncs += fd >= 0 && fd == synchronous_fd;
    return NEXT(pwrite)(fd, data, len, at);
}

SHOWN char *crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
    bench_counts.hashes++;
    return NEXT(crypt_r)(phrase, setting, data);
}

SHOWN char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
    bench_counts.hashes++;
    return NEXT(crypt_rn)(phrase, setting, data, size);
}

SHOWN char *crypt(const char *phrase, const char *setting)
{
    bench_counts.hashes++;
    return NEXT(crypt)(phrase, setting);
}
