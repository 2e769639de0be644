#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/statvfs.h>
#include <time.h>

enum { GROW_STEP_MAX = 256 << 20 };

void gate_init(struct gate *g)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->changed, &attr);
    pthread_condattr_destroy(&attr);
}

static struct timespec deadline_after(int wait_ms)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += wait_ms / 1000;
    t.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static int gate_busy(const struct env *e)
{
    return err_fail(GDPOP_ERR_BUSY, _("another thread uses the store %s while its map must grow"),
                    env_dir(e));
}

static int enter(struct env *e, int wait_ms)
{
    struct gate *g = env_gate(e);
    struct timespec until = deadline_after(wait_ms);
    int rc = 0;
    pthread_mutex_lock(&g->mutex);
    while (g->resizing && rc == 0)
        rc = pthread_cond_timedwait(&g->changed, &g->mutex, &until);
    if (!g->resizing)
        g->active++;
    bool entered = !g->resizing;
    pthread_mutex_unlock(&g->mutex);
    return entered ? 0 : gate_busy(e);
}

void map_end(struct env *e)
{
    struct gate *g = env_gate(e);
    pthread_mutex_lock(&g->mutex);
    g->active--;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->mutex);
}

/* 0: what the newest meta page says. */
static int resize(struct env *e, size_t bytes, int wait_ms)
{
    struct gate *g = env_gate(e);
    struct timespec until = deadline_after(wait_ms);
    int rc = 0, mdb_rc = 0;
    pthread_mutex_lock(&g->mutex);
    while (g->resizing && rc == 0)
        rc = pthread_cond_timedwait(&g->changed, &g->mutex, &until);
    bool mine = !g->resizing;
    if (mine) {
        g->resizing = true;
        while (g->active > 0 && rc == 0)
            rc = pthread_cond_timedwait(&g->changed, &g->mutex, &until);
        if (g->active == 0) {
            rc = 0;
            mdb_rc = mdb_env_set_mapsize(env_mdb(e), bytes);
        }
        g->resizing = false;
        pthread_cond_broadcast(&g->changed);
    }
    pthread_mutex_unlock(&g->mutex);
    if (!mine || rc != 0)
        return gate_busy(e);
    return mdb_rc == 0 ? 0 : env_fail(e, mdb_rc, "map");
}

static size_t newest_txn(struct env *e)
{
    MDB_envinfo info;
    return mdb_env_info(env_mdb(e), &info) == 0 ? info.me_last_txnid : 0;
}

/* LMDB counts transactions in the lock file; the data file tells the newest one too. They differ by
 * one for a moment when a commit ends, until the next writer when its writer was killed in that
 * moment, and for good when the lock file was set up by halves: then writing would fork the store
 * from an older state. */
static bool is_behind(struct env *e, unsigned flags, size_t newest, MDB_txn *txn)
{
    size_t id = mdb_txn_id(txn);
    return flags & MDB_RDONLY ? id + 1 < newest : id != newest_txn(e) + 1;
}

int map_begin(struct env *e, unsigned flags, int wait_ms, MDB_txn **txn)
{
    bool cleared = false;
    *txn = NULL;
    for (int tries = 0; tries < 16; tries++) {
        int r = enter(e, wait_ms);
        if (r < 0)
            return r;
        size_t newest = newest_txn(e);
        int rc = mdb_txn_begin(env_mdb(e), NULL, flags, txn);
        if (rc == 0 && !is_behind(e, flags, newest, *txn))
            return flags & MDB_RDONLY && mdb_txn_id(*txn) < newest ? MAP_UNTOLD : 0;
        if (rc == 0) {
            mdb_txn_abort(*txn);
            *txn = NULL;
        }
        map_end(e);
        if (rc == 0)
            return err_fail(GDPOP_ERR_STORE,
                            _("the lock file of the store %s does not fit its data: end the "
                              "programs that use it"),
                            env_dir(e));
        if (rc == MDB_MAP_RESIZED) {
            if ((r = resize(e, 0, wait_ms)) < 0)
                return r;
        } else if (rc == MDB_READERS_FULL && !cleared) {
            mdb_reader_check(env_mdb(e), NULL);
            cleared = true;
        } else {
            return env_fail(e, rc, "begin");
        }
    }
    return env_fail(e, MDB_MAP_RESIZED, "begin");
}

uint64_t map_used_bytes(struct env *e)
{
    MDB_envinfo info;
    MDB_stat st;
    if (mdb_env_info(env_mdb(e), &info) != 0 || mdb_env_stat(env_mdb(e), &st) != 0)
        return 0;
    return (info.me_last_pgno + 1) * (uint64_t)st.ms_psize;
}

static size_t map_bytes(struct env *e)
{
    MDB_envinfo info;
    return mdb_env_info(env_mdb(e), &info) == 0 ? info.me_mapsize : 0;
}

/* Takes the blocks of the whole map from the disk, so that a disk filled by others does not stop
 * logins. File systems that cannot are taken as they are. */
static int reserve_blocks(struct env *e, size_t from, size_t to)
{
    struct statvfs fs;
    int fd;
    if (mdb_env_get_fd(env_mdb(e), &fd) != 0 || fstatvfs(fd, &fs) != 0)
        return 0;
    if (fs.f_bavail * fs.f_frsize < to - from ||
        (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(to - from)) < 0 &&
         (errno == ENOSPC || errno == EDQUOT)))
        return err_fail(GDPOP_ERR_FULL, _("no space left to grow the store %s to %zu MiB"),
                        env_dir(e), to >> 20);
    return 0;
}

int map_grow(struct env *e, size_t min_bytes, int wait_ms)
{
    size_t now = map_bytes(e), page = 1 << 16;
    size_t step = now < GROW_STEP_MAX ? now : GROW_STEP_MAX;
    size_t least = now / 8 > min_bytes ? now / 8 : min_bytes;
    if (step < min_bytes)
        step = min_bytes;
    /* On a disk that is nearly full a smaller step may still do. */
    const size_t steps[] = {(step + page - 1) / page * page, (least + page - 1) / page * page};
    int r = GDPOP_ERR_FULL;
    for (size_t i = 0; i < 2 && r == GDPOP_ERR_FULL; i++) {
        r = reserve_blocks(e, now, now + steps[i]);
        if (r == 0)
            r = resize(e, now + steps[i], wait_ms);
    }
    return r;
}

int store_make_room(struct store *s, uint64_t bytes)
{
    uint64_t size = map_bytes(s->env), used = map_used_bytes(s->env);
    if (used + bytes <= size)
        return 0;
    return map_grow(s->env, (size_t)(used + bytes - size), s->conf.store_wait_sec * 1000);
}

void map_keep_room(struct env *e)
{
    size_t size = map_bytes(e), used = map_used_bytes(e);
    size_t wanted = size / 2 < GROW_STEP_MAX / 2 ? size / 2 : GROW_STEP_MAX / 2;
    if (used + wanted > size && map_grow(e, 0, 0) < 0)
        err_clear();
}
