/* Bytes as they might stand in the store's file: no stranger's bytes open as a sealed value, what
 * was sealed opens until one bit changes, and any data file is judged without a fault. */
#include "crypto/seal.h"
#include "store/private.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static char dir[] = "/tmp/gdpop-fuzz-XXXXXX";
static char data_path[64];
static struct keyring *keys;

static void clean(void)
{
    unlink(data_path);
    rmdir(dir);
    keyring_free(keys);
}

static void make_once(void)
{
    char path[64], command[80];
    if (keys)
        return;
    require(mkdtemp(dir) != NULL);
    snprintf(path, sizeof(path), "%s/keys", dir);
    require(keyring_create(path) == 0 && keyring_open(path, &keys) == 0);
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    require(system(command) == 0);
    snprintf(data_path, sizeof(data_path), "%s/%s", dir, STORE_DATA_FILE);
    atexit(clean);
}

static void judge_sealed(struct bytes raw)
{
    struct arena *a = arena_new();
    struct seal_place place = {.table = "person", .key = BYTES("key", 3)};
    struct bytes plain, sealed;
    require(seal_open(keys, &place, raw, a, &plain) < 0);
    place.schema = STORE_SCHEMA;
    require(seal_wrap(keys, &place, raw, a, &sealed) == 0);
    require(seal_open(keys, &place, sealed, a, &plain) == 0 && bytes_equal(plain, raw));
    ((uint8_t *)(uintptr_t)sealed.data)[raw.len % sealed.len] ^= 1;
    require(seal_open(keys, &place, sealed, a, &plain) < 0);
    arena_free(a);
}

static void judge_data_file(const uint8_t *data, size_t size)
{
    int fd = open(data_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    int r = guard_data(dir);
    require(r == 0 || (r == GDPOP_ERR_STORE && err_sentence()[0] != '\0'));
    require(r < 0 || size >= 1024); /* two meta pages at least */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_once();
    judge_sealed(BYTES(data, size));
    judge_data_file(data, size);
    return 0;
}
