// The lab's movable clock, preloaded into every program: the true time plus an offset.
//
// The offset, an int64_t in seconds, is the content of /run/lab-clock, mapped once at start. So a
// change holds at once for programs already running, needs no environment, and makes no system call
// that the sandbox of sshd forbids. Only asking for the wall clock is changed: waiting until an
// absolute wall-clock time and file times are not.
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t no_offset = 0;
static const volatile int64_t *offset_sec = &no_offset;

__attribute__((constructor)) static void map_offset(void)
{
    int fd = open("/run/lab-clock", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        offset_sec = map;
    close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int r = (int)syscall(SYS_clock_gettime, clock, now);
    if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *offset_sec;
    return r;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME, &t) != 0)
        return -1;
    now->tv_sec = t.tv_sec;
    now->tv_usec = t.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME_COARSE, &t) != 0)
        return (time_t)-1;
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

int adjtimex(struct timex *t)
{
    if (access("/run/lab-unsynchronised", F_OK) == 0) {
        t->status = STA_UNSYNC;
        return TIME_ERROR;
    }
    t->status = STA_PLL;
    return TIME_OK;
}
