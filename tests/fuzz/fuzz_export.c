/* A file that is said to be an export or an archive, plain or compressed, read to its end: what an
 * auditor is given may come from an attacker's host. */
#include "audit/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_whole(struct reader *r)
{
    struct trail_line line;
    size_t bytes = 0;
    while (reader_next(r, &line) == 1) {
        for (int i = 0; i < LINE_TEXTS; i++)
            bytes += strnlen(line.text[i], line.text_len[i]);
        free(reader_take_checkpoint(r));
    }
    char *manifest = reader_manifest(r);
    if (manifest && strlen(manifest) + bytes == SIZE_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    struct reader *r = NULL;
    if (fd < 0) {
        fd = memfd_create("export", MFD_CLOEXEC);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (reader_open(path, &r) == 0)
        read_whole(r);
    reader_close(r);
    return 0;
}
