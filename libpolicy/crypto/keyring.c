#include "crypto/keyring.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/digester.h"
#include "crypto/keyfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEYS_MAX = 64 }; /* far more rotations than may be under way at once */

struct keyring {
    size_t count;
    struct {
        uint32_t id;
        struct keyring_pair pair;
        struct digester *authenticator; /* under pair.authenticate */
    } keys[KEYS_MAX];                   /* by id, ascending */
    uint8_t lookup[DIGEST_BYTES];
};

static int derive(const struct keyfile *f, const char *label, uint8_t out[static DIGEST_BYTES])
{
    struct bytes part = bytes_of_text(label);
    return digest_hmac(BYTES(f->key, sizeof(f->key)), &part, 1, out);
}

/* Puts the key in its place; the lookup key follows the lowest id. */
static int add_key(struct keyring *k, const struct keyfile *f, const char *dir)
{
    uint8_t encrypt[DIGEST_BYTES];
    struct keyring_pair pair;
    struct digester *authenticator = NULL;
    size_t at = k->count;
    while (at > 0 && k->keys[at - 1].id > f->id)
        at--;
    if (at > 0 && k->keys[at - 1].id == f->id)
        return err_fail(GDPOP_ERR_KEY, _("%s: two key files have the id %u"), dir, (unsigned)f->id);
    if (k->count == KEYS_MAX)
        return err_fail(GDPOP_ERR_KEY, _("%s: more than %d key files"), dir, KEYS_MAX);

    int r = derive(f, "gdpop seal encrypt 1", encrypt);
    if (r == 0)
        r = derive(f, "gdpop seal authenticate 1", pair.authenticate);
    if (r == 0 && at == 0)
        r = derive(f, "gdpop lookup 1", k->lookup);
    if (r == 0 && (r = digester_new(&authenticator)) == 0)
        r = digester_key(authenticator, pair.authenticate);
    if (r == 0) {
        memcpy(pair.encrypt, encrypt, sizeof(pair.encrypt));
        memmove(&k->keys[at + 1], &k->keys[at], (k->count - at) * sizeof(k->keys[0]));
        k->keys[at].id = f->id;
        k->keys[at].pair = pair;
        k->keys[at].authenticator = authenticator;
        k->count++;
    } else {
        digester_free(authenticator);
    }
    explicit_bzero(encrypt, sizeof(encrypt));
    explicit_bzero(&pair, sizeof(pair));
    return r;
}

static bool is_key_name(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 4 && strcmp(name + len - 4, ".key") == 0;
}

static int open_directory(const char *dir, int *fd)
{
    struct stat st;
    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0 || fstat(*fd, &st) < 0) {
        err_errno(_("cannot open the key directory %s"), dir);
        return GDPOP_ERR_KEY;
    }
    return keyfile_safe(&st, dir);
}

/* Each key file of the directory, which may be empty. */
static int read_directory(const char *dir, int dir_fd,
                          int (*each)(const struct keyfile *f, void *arg), void *arg)
{
    int r = 0;
    int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        err_errno(_("cannot read the key directory %s"), dir);
        if (fd >= 0)
            close(fd);
        return GDPOP_ERR_KEY;
    }
    for (struct dirent *e; r == 0 && (e = readdir(d));) {
        struct keyfile f;
        if (!is_key_name(e->d_name))
            continue;
        r = keyfile_read(dir_fd, dir, e->d_name, &f);
        if (r == 0)
            r = each(&f, arg);
        explicit_bzero(&f, sizeof(f));
    }
    closedir(d);
    return r;
}

struct loading {
    struct keyring *keys;
    const char *dir;
};

static int load_key(const struct keyfile *f, void *arg)
{
    struct loading *l = arg;
    return add_key(l->keys, f, l->dir);
}

static int load(const char *dir, int *dir_fd, struct keyring **kp)
{
    *kp = NULL;
    *dir_fd = -1;
    struct keyring *k = calloc(1, sizeof(*k));
    if (!k)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    int r = open_directory(dir, dir_fd);
    if (r == 0)
        r = read_directory(dir, *dir_fd, load_key, &(struct loading){k, dir});
    if (r < 0)
        keyring_free(k);
    else
        *kp = k;
    return r;
}

int keyring_open(const char *dir, struct keyring **kp)
{
    int dir_fd;
    int r = load(dir, &dir_fd, kp);
    if (dir_fd >= 0)
        close(dir_fd);
    if (r == 0 && (*kp)->count == 0) {
        keyring_free(*kp);
        *kp = NULL;
        r = err_fail(GDPOP_ERR_KEY, _("there is no key in %s"), dir);
    }
    return r;
}

void keyring_free(struct keyring *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->count; i++)
        digester_free(k->keys[i].authenticator);
    explicit_bzero(k, sizeof(*k));
    free(k);
}

int keyring_each(const char *dir, int (*each)(const struct keyfile *f, void *arg), void *arg)
{
    int dir_fd;
    int r = open_directory(dir, &dir_fd);
    if (r == 0)
        r = read_directory(dir, dir_fd, each, arg);
    if (dir_fd >= 0)
        close(dir_fd);
    return r;
}

/* A directory that was just made is an entry of its parent, which must reach the disk as well. */
static int sync_parent(int dir_fd, const char *dir)
{
    int fd = openat(dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd >= 0 && fsync(fd) == 0 ? 0 : err_errno(_("cannot write %s"), dir);
    if (fd >= 0)
        close(fd);
    return r;
}

int keyring_create(const char *dir)
{
    struct keyring *k = NULL;
    struct keyfile f = {0};
    char name[32];
    int dir_fd = -1;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_errno(_("cannot make the key directory %s"), dir);
    int r = load(dir, &dir_fd, &k);
    if (r < 0)
        goto out;
    if (!keyring_has_room(k)) { /* one more, and nobody could open the ring again */
        r = err_fail(GDPOP_ERR_KEY, _("%s: %d keys are there already, and no more can be"), dir,
                     KEYS_MAX);
        goto out;
    }
    f.id = keyring_current(k) + 1;
    if (f.id == 0) {
        r = err_fail(GDPOP_ERR_KEY, _("%s: there is no key id left"), dir);
        goto out;
    }
    r = digest_random(f.key, sizeof(f.key));
    if (r < 0)
        goto out;
    snprintf(name, sizeof(name), "seal-%u.key", (unsigned)f.id);
    r = keyfile_write(dir_fd, dir, name, &f, clock_now());
    if (r == 0)
        r = sync_parent(dir_fd, dir);
out:
    explicit_bzero(&f, sizeof(f));
    keyring_free(k);
    if (dir_fd >= 0)
        close(dir_fd);
    return r;
}

static int compare_key(const struct keyfile *there, void *arg)
{
    const struct keyfile *f = arg;
    if (there->id != f->id)
        return 0;
    return digest_equal(there->key, f->key)
               ? 1
               : err_fail(GDPOP_ERR_KEY, _("another key has the id %u already"), (unsigned)f->id);
}

int keyring_import(const char *dir, const struct keyfile *f)
{
    char name[32];
    int dir_fd;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_errno(_("cannot make the key directory %s"), dir);
    int r = open_directory(dir, &dir_fd);
    if (r == 0)
        r = read_directory(dir, dir_fd, compare_key, (void *)(uintptr_t)f);
    snprintf(name, sizeof(name), "seal-%u.key", (unsigned)f->id);
    if (r == 0 && (r = keyfile_write(dir_fd, dir, name, f, clock_now())) == 0)
        r = sync_parent(dir_fd, dir);
    if (dir_fd >= 0)
        close(dir_fd);
    return r > 0 ? 0 : r;
}

void keyring_remove(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (is_key_name(e->d_name))
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(dir);
}

int keyring_lookup(const struct keyring *k, const char *kind, struct bytes value,
                   uint8_t out[static 32])
{
    const struct bytes parts[] = {bytes_of_text(kind), value};
    return digest_hmac(BYTES(k->lookup, sizeof(k->lookup)), parts, 2, out);
}

uint32_t keyring_current(const struct keyring *k)
{
    return k->count > 0 ? k->keys[k->count - 1].id : 0;
}

bool keyring_has_room(const struct keyring *k)
{
    return k->count < KEYS_MAX;
}

static size_t index_of(const struct keyring *k, uint32_t id)
{
    size_t i = k->count;
    while (i > 0 && k->keys[i - 1].id != id)
        i--;
    return i;
}

int keyring_authenticate(const struct keyring *k, uint32_t id, const struct bytes *parts, size_t n,
                         uint8_t mac[static 32])
{
    size_t i = index_of(k, id);
    memset(mac, 0, 32);
    if (i == 0)
        return err_fail(GDPOP_ERR_ARGUMENT, _("the key ring has no key %u"), (unsigned)id);
    return digester_hmac(k->keys[i - 1].authenticator, parts, n, mac);
}

const struct keyring_pair *keyring_pair(const struct keyring *k, uint32_t id)
{
    size_t i = index_of(k, id);
    return i > 0 ? &k->keys[i - 1].pair : NULL;
}
