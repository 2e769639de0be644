#include "nss/service/cache.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#ifndef GDPOP_SNAPSHOT_OWNER
#define GDPOP_SNAPSHOT_OWNER 0
#endif

/* A file that was replaced in another way than by snapshot_publish is noticed after this time. */
enum { LOOK_MS = 1000 };

struct cache_entry {
    struct snapshot *snap;
    int64_t looked_ms; /* when the path was last seen to lead to this file */
    atomic_uint users; /* the cache itself is one */
};

/* Held for a few instructions only. A child forked in between would find it held for ever, and a
 * thread that holds it may not be running: whoever does not get it soon works with a mapping of its
 * own. */
static atomic_flag current_lock = ATOMIC_FLAG_INIT;
static struct cache_entry *current;

static bool lock_current(void)
{
    for (int tries = 0; tries < 100; tries++)
        if (!atomic_flag_test_and_set_explicit(&current_lock, memory_order_acquire))
            return true;
    return false;
}

static void unlock_current(void)
{
    atomic_flag_clear_explicit(&current_lock, memory_order_release);
}

static int64_t now_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The cached entry when it is still good: it is the file that st describes, or, when st is NULL, it
 * was lately and nobody told it otherwise. */
static struct cache_entry *take_current(const struct stat *st)
{
    struct cache_entry *found = NULL;
    int64_t now = now_ms();
    if (!lock_current())
        return NULL;
    if (current != NULL && (st != NULL ? snapshot_is_file(current->snap, st)
                                       : !snapshot_is_superseded(current->snap) &&
                                             now - current->looked_ms < LOOK_MS)) {
        found = current;
        atomic_fetch_add_explicit(&found->users, 1, memory_order_relaxed);
        if (st != NULL)
            found->looked_ms = now;
    }
    unlock_current();
    return found;
}

/* The entry becomes the cached one. The old mapping goes when its last reader is done. */
static void make_current(struct cache_entry *entry)
{
    if (!lock_current())
        return;
    struct cache_entry *old = current;
    current = entry;
    atomic_fetch_add_explicit(&entry->users, 1, memory_order_relaxed);
    unlock_current();
    cache_release(old);
}

enum nss_status cache_acquire(struct cache_entry **entry, int *errnop)
{
    struct stat st;
    if ((*entry = take_current(NULL)) != NULL)
        return NSS_STATUS_SUCCESS;
    if (stat(GDPOP_SNAPSHOT_PATH, &st) != 0)
        return cache_status(SNAPSHOT_SYSTEM, errnop);
    if ((*entry = take_current(&st)) != NULL)
        return NSS_STATUS_SUCCESS;

    struct snapshot *snap;
    int r = snapshot_open(GDPOP_SNAPSHOT_PATH, GDPOP_SNAPSHOT_OWNER, &snap);
    if (r != SNAPSHOT_OK)
        return cache_status(r, errnop);
    struct cache_entry *opened = malloc(sizeof *opened);
    if (opened == NULL) {
        snapshot_close(snap);
        errno = ENOMEM;
        return cache_status(SNAPSHOT_SYSTEM, errnop);
    }
    opened->snap = snap;
    opened->looked_ms = now_ms();
    atomic_init(&opened->users, 1);
    make_current(opened);
    *entry = opened;
    return NSS_STATUS_SUCCESS;
}

void cache_release(struct cache_entry *entry)
{
    if (entry == NULL || atomic_fetch_sub_explicit(&entry->users, 1, memory_order_acq_rel) != 1)
        return;
    snapshot_close(entry->snap);
    free(entry);
}

const struct snapshot *cache_snapshot(const struct cache_entry *entry)
{
    return entry->snap;
}

enum nss_status cache_status(int snapshot_status, int *errnop)
{
    switch (snapshot_status) {
    case SNAPSHOT_OK:
        return NSS_STATUS_SUCCESS;
    case SNAPSHOT_NONE:
        *errnop = ENOENT;
        return NSS_STATUS_NOTFOUND;
    case SNAPSHOT_SYSTEM:
        /* ERANGE would be read as "give me a larger buffer", 0 as "no such name". */
        *errnop = errno == 0 || errno == ERANGE ? EIO : errno;
        return NSS_STATUS_UNAVAIL;
    case SNAPSHOT_UNSAFE:
        *errnop = EPERM;
        return NSS_STATUS_UNAVAIL;
    default:
        *errnop = EBADMSG;
        return NSS_STATUS_UNAVAIL;
    }
}
