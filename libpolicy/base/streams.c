#include "base/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

unsigned streams_hold(void)
{
    unsigned held = 0;
    int saved = errno;
    for (int i = 0; i < 3; i++) {
        if (fcntl(i, F_GETFD) >= 0)
            continue;
        int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd == i)
            held |= 1u << i;
        else if (fd >= 0)
            close(fd);
    }
    errno = saved;
    return held;
}

void streams_release(unsigned held)
{
    int saved = errno;
    for (int i = 0; i < 3; i++)
        if (held & 1u << i)
            close(i);
    errno = saved;
}
