/* The file of gdpop-admin init: whatever is in it, what passes has every member that init uses. */
#include "init_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(const json_t *object, const char *member)
{
    if (!init_text(object, member))
        abort();
}

static void check(const struct init_file *file)
{
    for (size_t i = 0; i < init_file_count(file, "organisations"); i++)
        require(init_file_at(file, "organisations", i), "id");
    for (size_t i = 0; i < init_file_count(file, "persons"); i++)
        require(init_file_at(file, "persons", i), "id_number");
    for (size_t i = 0; i < init_file_count(file, "administrators"); i++) {
        const json_t *one = init_file_at(file, "administrators", i);
        require(one, "account");
        require(json_object_get(one, "approval"), "file");
    }
    require(init_file_at(file, "host", 0), "name");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    struct tool t = {0};
    struct init_file file;
    if (fd < 0) {
        fd = memfd_create("init", MFD_CLOEXEC);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (init_file_read(&t, path, &file) == 0)
        check(&file);
    init_file_free(&file);
    return 0;
}
