/* The position of getpwent or getgrent, one for the process as in the C library. */
#ifndef GDPOP_NSS_SERVICE_ENUMERATION_H
#define GDPOP_NSS_SERVICE_ENUMERATION_H

#include <pthread.h>

#include "nss/service/answer.h"

/* Keeps the snapshot it began with, so that one enumeration never mixes two generations. */
struct enumeration {
    pthread_mutex_t lock;
    struct cache_entry *entry;
    uint32_t row;
};

#define ENUMERATION_INIT                                                                           \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                          \
    }

static inline void enumeration_end(struct enumeration *e)
{
    pthread_mutex_lock(&e->lock);
    cache_release(e->entry);
    e->entry = NULL;
    e->row = 0;
    pthread_mutex_unlock(&e->lock);
}

static inline enum nss_status enumeration_begin(struct enumeration *e)
{
    int error;
    enumeration_end(e);
    pthread_mutex_lock(&e->lock);
    enum nss_status status =
        e->entry == NULL ? cache_acquire(&e->entry, &error) : NSS_STATUS_SUCCESS;
    pthread_mutex_unlock(&e->lock);
    return status;
}

/* Gives the row at the position to fill and moves on when that succeeds: after ERANGE the same row
 * comes again. */
static inline enum nss_status enumeration_next(struct enumeration *e, const struct answer *a)
{
    enum nss_status status = NSS_STATUS_SUCCESS;
    pthread_mutex_lock(&e->lock);
    if (e->entry == NULL)
        status = cache_acquire(&e->entry, a->errnop);
    if (status == NSS_STATUS_SUCCESS)
        status =
            a->fill(cache_snapshot(e->entry), e->row, a->result, a->buffer, a->size, a->errnop);
    if (status == NSS_STATUS_SUCCESS)
        e->row++;
    pthread_mutex_unlock(&e->lock);
    return status;
}

#endif
