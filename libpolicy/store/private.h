/* Inside the store: environment, transactions, raw values. Nothing outside this room includes it.
 */
#ifndef GDPOP_STORE_PRIVATE_H
#define GDPOP_STORE_PRIVATE_H

#include "store/table.h"

#include <limits.h>
#include <lmdb.h>
#include <pthread.h>

enum {
    STORE_READERS_MAX = 1024, /* the same for whoever opens it first */
    /* What LMDB 0.9 needs for so many readers: 64 bytes each and 128 in front. Shorter, it would
     * grow the file by a hole, and a full disk would end the process with SIGBUS. */
    STORE_LOCK_BYTES = STORE_READERS_MAX * 64 + 128,
    STORE_KEY_MAX = 511,
    STORE_DATABASES_MAX = 64,
};

#define STORE_DATA_FILE "data.mdb"
#define STORE_LOCK_FILE "lock.mdb"
#define STORE_WRITE_LOCK "write.lock"
#define STORE_TURN_LOCK "turn.lock" /* of who waits for it next */
#define STORE_COUNT_LOCK "counters.lock"
#define STORE_OPEN_LOCK "open.lock"

/* *out = "DIR/NAME". GDPOP_ERR_CONFIG when it is too long. */
int store_path(const char *dir, const char *name, char out[static PATH_MAX]);

/* ---- guard.c: what is looked at before LMDB is called ---- */

struct guard {
    dev_t device;
    ino_t inode; /* of the data file */
};

/* Directory, data and lock file are there, ours alone, and the lock file has all its blocks.
 * Errors: GDPOP_ERR_STORE. */
int guard_files(const char *dir, struct guard *g);
/* The directory alone. */
int guard_directory(const char *dir);
/* The data file is LMDB's and holds all pages its newest meta page speaks of: a page beyond its end
 * is SIGBUS. Opens and closes it; only before LMDB has it open in this process. */
int guard_data(const char *dir);

/* ---- env.c: one LMDB environment for each data file and process ---- */

struct env;

int env_open(const char *dir, int wait_ms, struct env **ep);
/* For store_create: makes data and lock file in an empty directory; not shared. */
int env_make(const char *dir, size_t map_bytes, struct env **ep);
void env_close(struct env *e);   /* of env_open */
void env_discard(struct env *e); /* of env_make; NULL is allowed in both */
MDB_env *env_mdb(const struct env *e);
const char *env_dir(const struct env *e);
/* Whether this process opened it: false in a child that was forked meanwhile. */
bool env_is_ours(const struct env *e);
/* The descriptor of a lock that is held, so that a forked child drops it (-1: none). */
enum env_lock { ENV_WRITE, ENV_TURN, ENV_LOCKS };
void env_keep_lock(struct env *e, enum env_lock lock, int fd);
/* Sentence and code for LMDB's. `what` names the table or act. */
int env_fail(const struct env *e, int rc, const char *what);

/* ---- inside.c: who has the store open; fd of open.lock ---- */
void inside_enter(int fd);
void inside_leave(int fd);

/* ---- database.c: LMDB's database of each table and index ---- */

struct databases {
    size_t count;
    struct database {
        const void *owner; /* table or index */
        MDB_dbi dbi;
        bool open;
    } list[STORE_DATABASES_MAX];
};
struct databases *env_databases(struct env *e);
/* flags: MDB_CREATE in a write transaction makes those that lack; 0 passes over them. */
int env_open_tables(struct env *e, MDB_txn *txn, unsigned flags);
bool env_is_complete(struct env *e);
/* NO_DATABASE, which LMDB refuses, when it lacks. */
#define NO_DATABASE UINT_MAX
MDB_dbi env_database(struct env *e, const void *table_or_index);

/* ---- map.c: transactions and the size of the map ---- */

/* Resizing needs that no transaction of this process is open: those who begin wait for whoever
 * resizes, who waits for those who have begun. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned active;
    bool resizing;
};
struct gate *env_gate(struct env *e);
void gate_init(struct gate *g);

/* Begins; a map that another process made larger is taken over, stale readers are cleared when
 * there is no reader slot left. Each success needs one map_end after commit or abort; one of them
 * is MAP_UNTOLD, a reader that stands before the newest commit, which LMDB has written and not told
 * yet. */
enum { MAP_UNTOLD = 1 };
int map_begin(struct env *e, unsigned flags, int wait_ms, MDB_txn **txn);
void map_end(struct env *e);
/* Grows the map by at least min_bytes, and its share of the disk. No transaction of this thread may
 * be open. Errors: GDPOP_ERR_FULL, GDPOP_ERR_BUSY. */
int map_grow(struct env *e, size_t min_bytes, int wait_ms);
/* Grows it when less than half is free and no transaction is open in this process. Best effort. */
void map_keep_room(struct env *e);
/* Bytes from the beginning of the data file to the end of the last page used. */
uint64_t map_used_bytes(struct env *e);

/* ---- Handles ---- */

struct store {
    struct env *env;
    struct keyring *keys;
    struct keyring *newer_keys;  /* read again for a key made since; NULL: not needed yet */
    pthread_mutex_t newer_mutex; /* threads that scan together share a store */
    struct conf conf;
};

struct txn {
    struct store *store;
    MDB_txn *mdb;
    struct arena *arena;
    struct lock write_lock;
    struct txn_note *note;
    struct shadow *shadows; /* NULL: none */
    txn_watcher watcher;
    void *watcher_arg;
    bool writes;
    bool map_was_full;
};

/* env_fail for a transaction; notes a full map. */
int txn_fail(struct txn *t, int rc, const char *what);
int txn_wait_ms(const struct txn *t);

/* ---- Values ---- */

/* One value of a table or an index by its name; in the arena, opened. */
int value_get(struct txn *t, const void *owner, const char *name, bool plain, struct bytes key,
              struct bytes *value);
int value_open(struct txn *t, const char *name, bool plain, struct bytes key, MDB_val sealed,
               struct arena *a, struct bytes *value);
int value_put(struct txn *t, const void *owner, const char *name, bool plain, struct bytes key,
              struct bytes value);
int value_delete(struct txn *t, const void *owner, const char *name, struct bytes key);

/* Where each record of a table lies, in key order: valid as long as the read transaction. To be
 * freed. */
struct value_place {
    struct bytes key, raw;
};
int value_list(struct txn *t, const void *owner, const char *name, struct value_place **list,
               size_t *count);
/* Keys from start on that begin with prefix, in order, with the value as it lies in the file; until
 * each returns non-zero. */
int value_each(struct txn *t, const void *owner, const char *name, struct bytes start,
               struct bytes prefix,
               int (*each)(struct txn *t, struct bytes key, MDB_val value, void *arg), void *arg);

/* ---- shadow.c: what store_shadow put in the place of a table or index; NULL: nothing ---- */
const struct shadow *shadow_of(const struct txn *t, const void *owner);
bool shadow_get(const struct shadow *s, struct bytes key, MDB_val *value);
int shadow_each(const struct shadow *s, struct txn *t, struct bytes start, struct bytes prefix,
                int (*each)(struct txn *t, struct bytes key, MDB_val value, void *arg), void *arg);

/* The keys a record has in an index, complete (record key added when not unique). */
int index_keys_of(struct txn *t, const struct index *index, struct bytes record,
                  const void *message, struct index_keys *k);
/* Brings the index entries from the old record (NULL: none) to the new one (NULL: none). Unique
 * indexes are checked first: on GDPOP_ERR_EXISTS nothing was written. */
int index_update(struct txn *t, const struct table *table, struct bytes key, const void *before,
                 const void *after);

/* Appends to a list that began as NULL, 0. */
int list_add(struct arena *a, void ***list, size_t *count, void *message);

/* ---- dump.c ---- */

struct store_source {
    int (*next)(struct store_value *v, void *arg);
    void *arg;
};

/* Puts all that comes from it into an empty store, in bounded transactions. */
int dump_fill(struct store *s, const struct store_source *from);

/* ---- migrate.c ---- */

struct migration {
    uint32_t to; /* from to - 1 */
    int (*run)(struct txn *t);
};

/* Brings the store to schema `to` by the steps in order, in one write transaction. A store of a
 * newer schema is refused: GDPOP_ERR_STORE. */
int migrate_with(struct store *s, const struct migration *list, size_t count, uint32_t to);
int migrate(struct store *s);
/* Makes entries of an index for all records: for a migration that adds one. */
int migrate_reindex(struct txn *t, const struct table *table, const struct index *index);

#endif
