#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A second locked open of the same file in one process would empty LMDB's reader table: threads
 * share what is open. A child that was forked meanwhile forgets all of it and leaks the parent's
 * memory on purpose: closing would clear the parent's reader slots. */

struct env {
    struct env *next;
    struct guard id;
    unsigned users;
    pid_t pid;
    MDB_env *mdb;
    struct gate gate;
    atomic_int lock_fd[ENV_LOCKS]; /* threads take turns */
    int inside_fd;                 /* open.lock, where this process stands; -1: nowhere */
    struct databases databases;
    char dir[PATH_MAX];
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct env *registry;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

/* Only what is safe in the child of a process with threads. */
static void forget_in_child(void)
{
    for (struct env *e = registry; e; e = e->next) {
        for (int i = 0; i < ENV_LOCKS; i++)
            if (e->lock_fd[i] >= 0)
                close(e->lock_fd[i]); /* else the child would go on holding the parent's lock */
        if (e->inside_fd >= 0)
            close(e->inside_fd);
    }
    registry = NULL;
    pthread_mutex_init(&registry_mutex, NULL);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

MDB_env *env_mdb(const struct env *e)
{
    return e->mdb;
}

const char *env_dir(const struct env *e)
{
    return e->dir;
}

struct gate *env_gate(struct env *e)
{
    return &e->gate;
}

bool env_is_ours(const struct env *e)
{
    return e->pid == getpid();
}

void env_keep_lock(struct env *e, enum env_lock lock, int fd)
{
    e->lock_fd[lock] = fd;
}

/* A full disk reaches us as EIO. */
static bool disk_is_full(const char *dir)
{
    struct statvfs fs;
    return statvfs(dir, &fs) == 0 && fs.f_bavail * fs.f_frsize < (UINT64_C(1) << 20);
}

int env_fail(const struct env *e, int rc, const char *what)
{
    switch (rc) {
    case MDB_NOTFOUND:
        return GDPOP_ERR_NOT_FOUND;
    case ENOMEM:
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    case MDB_READERS_FULL:
        return err_fail(GDPOP_ERR_BUSY, _("the store %s has no reader slot left (%d)"), e->dir,
                        STORE_READERS_MAX);
    case MDB_MAP_FULL:
        return err_fail(GDPOP_ERR_FULL, _("the map of the store %s is full"), e->dir);
    case EIO:
    case ENOSPC:
    case EDQUOT:
        if (rc != EIO || disk_is_full(e->dir))
            return err_fail(GDPOP_ERR_FULL, _("no space left for the store %s"), e->dir);
        break;
    default:
        break;
    }
    return err_fail(GDPOP_ERR_STORE, _("the store %s failed (%s): %s"), e->dir, what,
                    mdb_strerror(rc));
}

struct databases *env_databases(struct env *e)
{
    return &e->databases;
}

static int open_mdb(struct env *e, size_t map_bytes)
{
    MDB_txn *txn = NULL;
    int rc = mdb_env_create(&e->mdb);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(e->mdb, STORE_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(e->mdb, STORE_DATABASES_MAX);
    if (rc == 0 && map_bytes > 0)
        rc = mdb_env_set_mapsize(e->mdb, map_bytes);
    if (rc == 0)
        rc = mdb_env_open(e->mdb, e->dir, MDB_NOTLS, 0600);
    if (rc != 0)
        return env_fail(e, rc, "open");
    if (map_bytes > 0)
        return 0;
    int r = map_begin(e, MDB_RDONLY, 0, &txn);
    if (r < 0)
        return r;
    r = env_open_tables(e, txn, 0);
    rc = mdb_txn_commit(txn); /* a handle opened in an aborted transaction is closed again */
    map_end(e);
    return r < 0 || rc == 0 ? r : env_fail(e, rc, "open");
}

void env_discard(struct env *e)
{
    if (e && e->mdb)
        mdb_env_close(e->mdb);
    if (e && e->inside_fd >= 0) {
        inside_leave(e->inside_fd);
        close(e->inside_fd);
    }
    free(e);
}

/* inside_fd: -1, or open.lock's, taken over. */
static int new_env(const char *dir, size_t map_bytes, int inside_fd, struct env **ep)
{
    struct env *e = calloc(1, sizeof(*e));
    if (!e) {
        if (inside_fd >= 0)
            close(inside_fd);
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    }
    e->users = 1;
    e->pid = getpid();
    for (int i = 0; i < ENV_LOCKS; i++)
        e->lock_fd[i] = -1;
    if ((e->inside_fd = inside_fd) >= 0)
        inside_enter(inside_fd);
    gate_init(&e->gate);
    memcpy(e->dir, dir, strnlen(dir, PATH_MAX - 1));
    int r = open_mdb(e, map_bytes);
    if (r < 0) {
        env_discard(e);
        return r;
    }
    *ep = e;
    return 0;
}

int env_make(const char *dir, size_t map_bytes, struct env **ep)
{
    *ep = NULL;
    return new_env(dir, map_bytes, -1, ep);
}

static struct env *find_open(const struct guard *id)
{
    struct env *e = registry;
    while (e && (e->id.device != id->device || e->id.inode != id->inode))
        e = e->next;
    return e;
}

/* The first process to open makes LMDB's lock region new. One that is killed half-way leaves it
 * with transaction number 0, and whoever already waits inside LMDB would take that for sound and
 * write over the last commit; one that is stopped there would keep others waiting for good. So
 * openers queue here, where the next one makes it new once more. */
static int open_in_turn(const char *dir, int wait_ms, struct env **ep)
{
    struct lock lock = LOCK_NONE;
    char path[PATH_MAX];
    int r;
    if ((r = guard_data(dir)) < 0 || (r = store_path(dir, STORE_OPEN_LOCK, path)) < 0 ||
        (r = lock_file(path, wait_ms, &lock)) < 0)
        return r;
    r = new_env(dir, 0, fcntl(lock.fd, F_DUPFD_CLOEXEC, 3), ep);
    lock_release(&lock);
    return r;
}

int env_open(const char *dir, int wait_ms, struct env **ep)
{
    struct guard id;
    *ep = NULL;
    pthread_once(&fork_once, watch_forks);
    pthread_mutex_lock(&registry_mutex);
    int r = guard_files(dir, &id);
    struct env *e = r < 0 ? NULL : find_open(&id);
    if (e) {
        e->users++;
    } else if (r == 0 && (r = open_in_turn(dir, wait_ms, &e)) == 0) {
        e->id = id;
        e->next = registry;
        registry = e;
    }
    pthread_mutex_unlock(&registry_mutex);
    *ep = e;
    return r;
}

void env_close(struct env *e)
{
    if (!e || !env_is_ours(e))
        return;
    pthread_mutex_lock(&registry_mutex);
    if (--e->users == 0) {
        for (struct env **p = &registry; *p; p = &(*p)->next) {
            if (*p == e) {
                *p = e->next;
                break;
            }
        }
        env_discard(e);
    }
    pthread_mutex_unlock(&registry_mutex);
}
