/* One row of the snapshot, given to the C library as it asks for it. */
#ifndef GDPOP_NSS_SERVICE_ANSWER_H
#define GDPOP_NSS_SERVICE_ANSWER_H

#include "nss/service/cache.h"

/* Fills result (struct passwd or struct group) from the row; its strings go into the buffer.
 * NSS_STATUS_TRYAGAIN and ERANGE when that is too small. */
typedef enum nss_status answer_fill(const struct snapshot *snap, uint32_t row, void *result,
                                    char *buffer, size_t size, int *errnop);

/* Where the answer goes. */
struct answer {
    answer_fill *fill;
    void *result;
    char *buffer;
    size_t size;
    int *errnop;
};

typedef int answer_find_name(const struct snapshot *snap, const char *name, uint32_t *row);
typedef int answer_find_id(const struct snapshot *snap, uint32_t id, uint32_t *row);

static inline enum nss_status answer_row(struct cache_entry *entry, int found, uint32_t row,
                                         const struct answer *a)
{
    enum nss_status status = cache_status(found, a->errnop);
    if (status == NSS_STATUS_SUCCESS)
        status = a->fill(cache_snapshot(entry), row, a->result, a->buffer, a->size, a->errnop);
    cache_release(entry);
    return status;
}

static inline enum nss_status answer_by_name(answer_find_name *find, const char *name,
                                             const struct answer *a)
{
    struct cache_entry *entry;
    uint32_t row = 0;
    enum nss_status status = cache_acquire(&entry, a->errnop);
    if (status != NSS_STATUS_SUCCESS)
        return status;
    int found = find(cache_snapshot(entry), name, &row);
    return answer_row(entry, found, row, a);
}

static inline enum nss_status answer_by_id(answer_find_id *find, uint32_t id,
                                           const struct answer *a)
{
    struct cache_entry *entry;
    uint32_t row = 0;
    enum nss_status status = cache_acquire(&entry, a->errnop);
    if (status != NSS_STATUS_SUCCESS)
        return status;
    int found = find(cache_snapshot(entry), id, &row);
    return answer_row(entry, found, row, a);
}

#endif
