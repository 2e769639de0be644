#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int txn_wait_ms(const struct txn *t)
{
    return t->store->conf.store_wait_sec * 1000;
}

int txn_fail(struct txn *t, int rc, const char *what)
{
    if (rc == MDB_MAP_FULL || rc == MDB_TXN_FULL)
        t->map_was_full = true;
    return env_fail(t->store->env, rc, what);
}

struct arena *txn_arena(const struct txn *t)
{
    return t->arena;
}

struct arena *txn_set_arena(struct txn *t, struct arena *a)
{
    struct arena *before = t->arena;
    t->arena = a;
    return before;
}

struct store *txn_store(const struct txn *t)
{
    return t->store;
}

void txn_set_note(struct txn *t, struct txn_note *n)
{
    t->note = n;
}

struct txn_note *txn_note(const struct txn *t)
{
    return t->note;
}

void txn_watch(struct txn *t, txn_watcher watcher, void *arg)
{
    t->watcher = watcher;
    t->watcher_arg = arg;
}

static void tell_note(struct txn *t, bool durable)
{
    struct txn_note *n = t->note;
    t->note = NULL;
    if (n)
        n->ended(n, durable);
}

static int new_txn(struct store *s, struct arena *a, struct txn **tp)
{
    *tp = NULL;
    if (!env_is_ours(s->env))
        return err_fail(GDPOP_ERR_ARGUMENT,
                        _("a store cannot be used by a child that was forked after it was opened"));
    struct txn *t = calloc(1, sizeof(*t));
    if (!t)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    t->store = s;
    t->arena = a;
    t->write_lock.fd = -1;
    *tp = t;
    return 0;
}

/* Who waits looks for the lock now and then; whoever lets it go and wants it again at once, as work
 * in many transactions does, would be quicker every time. So those who want it take turns: only one
 * of them looks, and the others, he who had it among them, wait for that. It is a courtesy: without
 * a turn in time one still looks. */
static void take_turn(struct txn *t, struct lock *turn)
{
    char path[PATH_MAX];
    if (store_path(t->store->conf.store_dir, STORE_TURN_LOCK, path) < 0 ||
        lock_file(path, txn_wait_ms(t), turn) < 0)
        err_clear();
    else
        env_keep_lock(t->store->env, ENV_TURN, turn->fd);
}

static void end_turn(struct txn *t, struct lock *turn)
{
    if (turn->fd < 0)
        return;
    env_keep_lock(t->store->env, ENV_TURN, -1);
    lock_release(turn);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int take_write_lock(struct txn *t)
{
    char path[PATH_MAX];
    struct lock turn = LOCK_NONE;
    int64_t until_ms = now_ms() + txn_wait_ms(t);
    int r = store_path(t->store->conf.store_dir, STORE_WRITE_LOCK, path);
    if (r < 0)
        return r;
    take_turn(t, &turn);
    int64_t left_ms = until_ms - now_ms();
    r = lock_file(path, left_ms > 0 ? (int)left_ms : 0, &t->write_lock);
    if (r == 0)
        env_keep_lock(t->store->env, ENV_WRITE, t->write_lock.fd);
    end_turn(t, &turn);
    return r;
}

static void drop_write_lock(struct txn *t)
{
    if (t->write_lock.fd < 0)
        return;
    env_keep_lock(t->store->env, ENV_WRITE, -1);
    lock_release(&t->write_lock);
}

int store_write(struct store *s, struct arena *a, struct txn **tp)
{
    int r = new_txn(s, a, tp);
    if (r < 0)
        return r;
    struct txn *t = *tp;
    t->writes = true;
    if ((r = take_write_lock(t)) == 0) {
        /* Readers that were killed would keep old pages from being used again. */
        mdb_reader_check(env_mdb(s->env), NULL);
        map_keep_room(s->env);
        r = map_begin(s->env, 0, txn_wait_ms(t), &t->mdb);
    }
    if (r < 0) {
        drop_write_lock(t);
        free(t);
        *tp = NULL;
    }
    return r;
}

/* Ends LMDB's part; the write lock stays. */
static void end_mdb(struct txn *t)
{
    if (!t->mdb)
        return;
    mdb_txn_abort(t->mdb);
    t->mdb = NULL;
    map_end(t->store->env);
    tell_note(t, false);
}

/* A writer that was killed when its commit stood in the file, and before it told so in LMDB's lock
 * file, has left a change that readers would see only behind the next writer: a failure that is not
 * counted yet, a password that still holds. To begin to write is to tell of it, or to wait for the
 * writer who is about to. */
static int tell_commit(struct txn *t)
{
    int r = take_write_lock(t);
    if (r == 0 && (r = map_begin(t->store->env, 0, txn_wait_ms(t), &t->mdb)) == 0)
        end_mdb(t);
    drop_write_lock(t);
    return r;
}

int store_read(struct store *s, struct arena *a, struct txn **tp)
{
    int r = new_txn(s, a, tp);
    if (r < 0)
        return r;
    struct txn *t = *tp;
    if ((r = map_begin(s->env, MDB_RDONLY, txn_wait_ms(t), &t->mdb)) == MAP_UNTOLD) {
        end_mdb(t);
        if ((r = tell_commit(t)) == 0)
            r = map_begin(s->env, MDB_RDONLY, txn_wait_ms(t), &t->mdb);
    }
    if (r < 0) {
        free(t);
        *tp = NULL;
        return r;
    }
    return 0; /* a commit untold once more has ended after this call began */
}

static int commit_mdb(struct txn *t)
{
    int rc = mdb_txn_commit(t->mdb); /* frees it, whatever comes */
    t->mdb = NULL;
    map_end(t->store->env);
    tell_note(t, rc == 0);
    return rc == 0 ? 0 : txn_fail(t, rc, "commit");
}

/* Makes the larger map last: LMDB writes its size with a commit only. */
static void grow_for_the_next(struct txn *t)
{
    Model__Meta *meta;
    if (map_grow(t->store->env, 0, txn_wait_ms(t)) < 0 ||
        map_begin(t->store->env, 0, txn_wait_ms(t), &t->mdb) < 0)
        return;
    if (store_meta(t, &meta) == 0 && store_put_meta(t, meta) == 0)
        commit_mdb(t);
    end_mdb(t);
}

/* In a forked child neither LMDB's transaction nor the lock is touched: both are the parent's. */
static void end(struct txn *t, bool grow)
{
    if (env_is_ours(t->store->env)) {
        end_mdb(t);
        if (grow && t->map_was_full)
            grow_for_the_next(t);
        drop_write_lock(t);
    }
    free(t);
}

int txn_commit(struct txn *t)
{
    int r = 0;
    if (t->writes)
        r = commit_mdb(t);
    end(t, r < 0);
    return r;
}

void txn_abort(struct txn *t)
{
    if (t)
        end(t, true);
}

int store_update(struct store *s, struct arena *a, int (*change)(struct txn *t, void *arg),
                 void *arg)
{
    struct txn *t;
    int r = store_write(s, a, &t);
    if (r < 0)
        return r;
    for (;;) {
        r = change(t, arg);
        if (r == 0)
            r = commit_mdb(t);
        if (r == 0 || !t->map_was_full)
            break;
        end_mdb(t);
        t->map_was_full = false;
        if ((r = map_grow(s->env, 0, txn_wait_ms(t))) < 0 ||
            (r = map_begin(s->env, 0, txn_wait_ms(t), &t->mdb)) < 0)
            break;
    }
    end(t, false);
    return r;
}
