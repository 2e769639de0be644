#include "store/private.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The store is made in a folder of its own, "new", and moved into place file by file, the data file
 * last: a store is there when its data file is. What an interrupted attempt left is swept away by
 * the next. */

struct making {
    const struct conf *conf;
    const struct store_source *from; /* NULL: empty */
    struct conf inner;               /* store_dir is DIR/new */
    bool made_dir, made_keys, made_key_dir;
    struct lock lock;
};

static int make_dir(const char *path, bool *made)
{
    *made = mkdir(path, 0700) == 0;
    if (!*made && errno != EEXIST)
        return err_errno(_("cannot make the directory %s"), path);
    return guard_directory(path);
}

static void remove_files(const char *dir)
{
    const char *names[] = {STORE_DATA_FILE,  STORE_LOCK_FILE, STORE_COUNT_LOCK, STORE_OPEN_LOCK,
                           STORE_WRITE_LOCK, STORE_TURN_LOCK, STORE_SEAL_FILE};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (store_path(dir, names[i], path) == 0)
            unlink(path);
    rmdir(dir);
}

static bool is_key_file(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, ".key") == 0;
}

/* Number of key files; with remove, they are taken away. -1: there is no directory. */
static int key_files(const char *dir, bool remove)
{
    DIR *d = opendir(dir);
    int count = d ? 0 : -1;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[PATH_MAX];
        if (!is_key_file(e->d_name))
            continue;
        count++;
        if (remove && store_path(dir, e->d_name, path) == 0)
            unlink(path);
    }
    if (d)
        closedir(d);
    return count;
}

static int make_keys(struct making *m, struct keyring **keys)
{
    int count = key_files(m->conf->key_dir, false);
    m->made_key_dir = count < 0;
    if (count <= 0) {
        m->made_keys = true;
        int r = keyring_create(m->conf->key_dir);
        if (r < 0)
            return r;
    }
    return keyring_open(m->conf->key_dir, keys);
}

static int make_tables(struct txn *t, void *arg)
{
    (void)arg;
    return env_open_tables(t->store->env, t->mdb, MDB_CREATE);
}

static int put_meta(struct txn *t, void *arg)
{
    (void)arg;
    Model__Meta meta = MODEL__META__INIT;
    uint8_t id[16];
    char hex[2 * sizeof(id) + 1];
    int r = digest_random(id, sizeof(id));
    if (r < 0)
        return r;
    bytes_to_hex(BYTES(id, sizeof(id)), hex);
    meta.schema = STORE_SCHEMA;
    meta.store_id = hex;
    meta.created_at = clock_now();
    return store_put_meta(t, &meta);
}

/* Data and first records; LMDB is closed again when it returns. */
static int make_database(struct making *m, struct keyring *keys)
{
    struct store s = {.keys = keys, .conf = m->inner};
    size_t map_bytes = (size_t)m->conf->map_size_mib << 20;
    struct arena *a = arena_new();
    int r = a ? env_make(m->inner.store_dir, map_bytes, &s.env) : GDPOP_ERR_NOMEM;
    if (r == 0)
        r = store_update(&s, a, make_tables, NULL);
    if (r == 0)
        r = m->from ? dump_fill(&s, m->from) : store_update(&s, a, put_meta, NULL);
    env_discard(s.env);
    arena_free(a);
    return r;
}

/* Gives the file its blocks, to the end of what it may need, and writes it to the disk. */
static int allocate(const char *dir, const char *name, off_t bytes, int mode)
{
    char path[PATH_MAX];
    int r = store_path(dir, name, path);
    int fd = r < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (r == 0 && fd < 0)
        r = err_errno(_("cannot open %s"), path);
    if (r < 0)
        return r;
    if (fallocate(fd, mode, 0, bytes) < 0) {
        if (errno != EOPNOTSUPP)
            r = err_errno(_("cannot allocate %lld bytes for %s"), (long long)bytes, path);
        else if (mode == 0 && (errno = posix_fallocate(fd, 0, bytes)) != 0)
            r = err_errno(_("cannot allocate %lld bytes for %s"), (long long)bytes, path);
    }
    if (r == 0 && fsync(fd) < 0)
        r = err_errno(_("cannot write %s"), path);
    close(fd);
    return r;
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 || fsync(fd) < 0 ? err_errno(_("cannot write the directory %s"), dir) : 0;
    if (fd >= 0)
        close(fd);
    return r;
}

static int move(const char *from_dir, const char *to_dir, const char *name)
{
    char from[PATH_MAX], to[PATH_MAX];
    int r;
    if ((r = store_path(from_dir, name, from)) < 0 || (r = store_path(to_dir, name, to)) < 0)
        return r;
    return rename(from, to) < 0 ? err_errno(_("cannot make %s"), to) : 0;
}

/* So that a full disk cannot keep them from being made later. */
static int make_locks(const struct conf *conf)
{
    static const char *const names[] = {STORE_OPEN_LOCK, STORE_TURN_LOCK};
    struct lock l = LOCK_NONE;
    char path[PATH_MAX];
    int r = store_count_lock(conf, "", &l);
    lock_release(&l);
    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        if ((r = store_path(conf->store_dir, names[i], path)) == 0)
            r = lock_file(path, 0, &l);
        lock_release(&l);
    }
    return r;
}

static int make_in_place(struct making *m)
{
    const char *dir = m->inner.store_dir;
    off_t data_bytes = (off_t)m->conf->map_size_mib << 20;
    struct keyring *keys = NULL;
    bool made;
    int r;
    if ((r = make_dir(dir, &made)) < 0 || (r = make_keys(m, &keys)) < 0 ||
        (r = make_database(m, keys)) < 0 ||
        (r = allocate(dir, STORE_LOCK_FILE, STORE_LOCK_BYTES, 0)) < 0 ||
        (r = allocate(dir, STORE_DATA_FILE, data_bytes, FALLOC_FL_KEEP_SIZE)) < 0 ||
        (r = move(dir, m->conf->store_dir, STORE_LOCK_FILE)) < 0 ||
        (r = move(dir, m->conf->store_dir, STORE_DATA_FILE)) < 0)
        goto out;
    if ((r = make_locks(m->conf)) == 0)
        r = sync_dir(m->conf->store_dir);
out:
    keyring_free(keys);
    return r;
}

int store_is_absent(const struct conf *conf)
{
    char path[PATH_MAX];
    struct stat st;
    int r = store_path(conf->store_dir, STORE_DATA_FILE, path);
    if (r == 0 && lstat(path, &st) == 0)
        r = err_fail(GDPOP_ERR_EXISTS, _("there is a store already: %s"), path);
    return r;
}

/* Only after check_empty: what is removed was made here. */
static void undo(const struct making *m)
{
    const char *names[] = {STORE_DATA_FILE, STORE_LOCK_FILE, STORE_COUNT_LOCK,
                           STORE_OPEN_LOCK, STORE_TURN_LOCK, STORE_SEAL_FILE};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (store_path(m->conf->store_dir, names[i], path) == 0)
            unlink(path);
    if (m->made_dir)
        remove_files(m->conf->store_dir);
    if (m->made_keys)
        key_files(m->conf->key_dir, true);
    if (m->made_key_dir)
        rmdir(m->conf->key_dir);
}

static int create(const struct conf *conf, const struct store_source *from)
{
    struct making m = {.conf = conf, .from = from, .inner = *conf, .lock = LOCK_NONE};
    char path[PATH_MAX];
    int r;
    if ((r = store_path(conf->store_dir, "new", path)) < 0)
        return r;
    if (strlen(path) >= sizeof(m.inner.store_dir))
        return err_fail(GDPOP_ERR_CONFIG, _("the path of the store is too long: %s"), path);
    memcpy(m.inner.store_dir, path, strlen(path) + 1);
    if ((r = make_dir(conf->store_dir, &m.made_dir)) < 0 ||
        (r = store_path(conf->store_dir, STORE_WRITE_LOCK, path)) < 0 ||
        (r = lock_file(path, conf->store_wait_sec * 1000, &m.lock)) < 0)
        return r;
    if ((r = store_is_absent(conf)) == 0) {
        remove_files(m.inner.store_dir);
        r = make_in_place(&m);
        remove_files(m.inner.store_dir);
        if (r < 0)
            undo(&m);
    }
    lock_release(&m.lock);
    return r;
}

int store_create(const struct conf *conf)
{
    return create(conf, NULL);
}

int store_create_from(const struct conf *conf, int (*next)(struct store_value *v, void *arg),
                      void *arg)
{
    return create(conf, &(struct store_source){next, arg});
}

int store_move(const struct conf *from, const struct conf *to)
{
    static const char *const names[] = {STORE_SEAL_FILE, STORE_LOCK_FILE, STORE_DATA_FILE};
    struct lock lock = LOCK_NONE;
    char path[PATH_MAX];
    bool made;
    int r;
    if ((r = make_dir(to->store_dir, &made)) < 0 ||
        (r = store_path(to->store_dir, STORE_WRITE_LOCK, path)) < 0 ||
        (r = lock_file(path, to->store_wait_sec * 1000, &lock)) < 0)
        return r;
    r = store_is_absent(to);
    if (r == 0)
        r = make_locks(to);
    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(*names); i++)
        r = move(from->store_dir, to->store_dir, names[i]);
    if (r == 0)
        r = sync_dir(to->store_dir);
    lock_release(&lock);
    if (r == 0)
        remove_files(from->store_dir);
    return r;
}

void store_unmake(const struct conf *conf)
{
    remove_files(conf->store_dir);
}

void store_remove(const struct conf *conf)
{
    keyring_remove(conf->key_dir);
    remove_files(conf->store_dir);
}
