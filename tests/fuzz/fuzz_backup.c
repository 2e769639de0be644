/* The file of a backup. An odd first byte: the rest is the file as it lies there. An even one: the
 * rest is label and content of an envelope that is sealed properly, so that what lies behind the
 * cryptography is met; the next three bytes may change one byte of it, and then it is refused. */
#include "admin/backup_file.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/dev/shm/gdpop-fuzz-XXXXXX";
static struct sign_key *key;
static struct conf conf;
static int fd = -1;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void leave(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    if (system(command) != 0)
        fprintf(stderr, "%s remains\n", dir);
}

static void prepare(void)
{
    char path[64];
    require(mkdtemp(dir) != NULL && atexit(leave) == 0);
    snprintf(path, sizeof(path), "%s/key", dir);
    require(sign_key_create(path) == 0 && sign_key_read(path, &key) == 0);
    fd = memfd_create("backup", MFD_CLOEXEC);
    require(fd >= 0);
    conf_default(&conf);
    snprintf(conf.store_dir, sizeof(conf.store_dir), "%s/store", dir);
    snprintf(conf.key_dir, sizeof(conf.key_dir), "%s/store/keys", dir);
}

static void seal(struct bytes label, struct bytes content)
{
    const struct sign_key *recipients[] = {key};
    struct envelope *e = NULL;
    require(envelope_seal(fd, label, recipients, 1, &e) == 0);
    require(envelope_write(e, content.data, content.len) == 0 && envelope_end(e, key) == 0);
    envelope_free(e);
}

/* Whether a byte was changed. */
static bool change(const uint8_t how[static 3])
{
    struct stat st;
    uint8_t byte;
    require(fstat(fd, &st) == 0 && st.st_size > 0);
    off_t at = (how[0] << 8 | how[1]) % st.st_size;
    if (how[2] == 0)
        return false;
    require(pread(fd, &byte, 1, at) == 1);
    byte ^= how[2];
    require(pwrite(fd, &byte, 1, at) == 1);
    return true;
}

static void read_back(bool sealed, bool changed)
{
    struct arena *a = arena_new();
    Model__Backup *label;
    require(a != NULL);
    int look = backup_look(fd, a, key, &label);
    store_remove(&conf);
    int r = backup_unpack(fd, a, key, &conf, &label);
    store_remove(&conf);
    if (changed || !sealed)
        require(look != 0);
    require(r == 0 || r < 0);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool changed = false, sealed = size >= 6 && data[0] % 2 == 0;
    if (fd < 0)
        prepare();
    require(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    if (sealed) {
        size_t label = (size_t)data[4] % (size - 5);
        seal(BYTES(data + 5, label), BYTES(data + 5 + label, size - 5 - label));
        changed = change(data + 1);
    } else {
        size_t from = size > 0;
        require(pwrite(fd, data + from, size - from, 0) == (ssize_t)(size - from));
    }
    read_back(sealed, changed);
    return 0;
}
