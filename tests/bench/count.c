/* Preloaded into bench_pam: counts what a login waits for. With COUNT_NO_SYNC set the disk is not
 * waited for. */
#include "count.h"

#include <crypt.h>
#include <dlfcn.h>
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
