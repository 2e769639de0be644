/* Any bytes as a file of the key ring and as the seal of the trail: a key that is taken has an id,
 * a slot that is taken was whole, and what is refused has a sentence. */
#include "audit/seal_file.h"
#include "base/err.h"
#include "crypto/keyfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/gdpop-fuzz-keys-XXXXXX", path[64];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void clean(void)
{
    unlink(path);
    rmdir(dir);
}

/* The same bytes are both, under the name of the seal. */
static void make_dir(void)
{
    require(mkdtemp(dir) != NULL);
    snprintf(path, sizeof(path), "%s/seal", dir);
    atexit(clean);
}

static void write_file(const uint8_t *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

static void read_key(void)
{
    static const struct keyfile nothing;
    struct keyfile f;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = keyfile_read(fd, dir, "seal", &f);
    close(fd);
    require(r == 0 ? f.id > 0 : err_sentence()[0] && memcmp(&f, &nothing, sizeof(f)) == 0);
}

static void read_seal(size_t size)
{
    struct seal_file f;
    if (seal_file_open(dir, &f) != 0)
        return;
    for (int i = 0; i < SEAL_SLOTS; i++)
        require(!f.filled[i] || size >= 72 + DIGEST_BYTES);
    seal_file_close(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (path[0] == '\0')
        make_dir();
    write_file(data, size);
    read_key();
    read_seal(size);
    return 0;
}
