#include "nss/service/service.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "nss/service/answer.h"
#include "nss/service/buffer.h"
#include "nss/service/enumeration.h"

static int64_t now_at(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static enum nss_status too_small(int *errnop)
{
    *errnop = ERANGE;
    return NSS_STATUS_TRYAGAIN;
}

/* The names of the members that hold now: pointers from the low end of the buffer, names from the
 * high end. */
static enum nss_status fill_members(const struct snapshot *snap, uint32_t row, struct group *gr,
                                    struct buffer *b, int *errnop)
{
    struct snapshot_walk walk;
    const char *name;
    int r = snapshot_walk_group(snap, row, now_at(), &walk);
    if (r != SNAPSHOT_OK)
        return cache_status(r, errnop);
    char **end = buffer_pointer(b);
    if (end == NULL)
        return too_small(errnop);
    gr->gr_mem = end;
    while ((r = snapshot_next_member(snap, &walk, &name)) == SNAPSHOT_OK) {
        char **next = buffer_pointer(b);
        if (next == NULL || (*end = buffer_string_high(b, name)) == NULL)
            return too_small(errnop);
        end = next;
    }
    *end = NULL;
    return r == SNAPSHOT_NONE ? NSS_STATUS_SUCCESS : cache_status(r, errnop);
}

static enum nss_status fill(const struct snapshot *snap, uint32_t row, void *result, char *buffer,
                            size_t size, int *errnop)
{
    struct snapshot_group group;
    int r = snapshot_read_group(snap, row, &group);
    if (r != SNAPSHOT_OK)
        return cache_status(r, errnop);
    struct buffer b = {buffer, size};
    struct group gr = {.gr_gid = group.gid};
    if ((gr.gr_name = buffer_string(&b, group.name)) == NULL ||
        (gr.gr_passwd = buffer_string(&b, "x")) == NULL)
        return too_small(errnop);
    enum nss_status status = fill_members(snap, row, &gr, &b, errnop);
    if (status == NSS_STATUS_SUCCESS)
        *(struct group *)result = gr;
    return status;
}

enum nss_status _nss_gdpop_getgrnam_r(const char *name, struct group *gr, char *buffer, size_t size,
                                      int *errnop)
{
    return answer_by_name(snapshot_find_group, name,
                          &(struct answer){fill, gr, buffer, size, errnop});
}

enum nss_status _nss_gdpop_getgrgid_r(gid_t gid, struct group *gr, char *buffer, size_t size,
                                      int *errnop)
{
    return answer_by_id(snapshot_find_gid, gid, &(struct answer){fill, gr, buffer, size, errnop});
}

static struct enumeration enumeration = ENUMERATION_INIT;

enum nss_status _nss_gdpop_setgrent(int stay_open)
{
    (void)stay_open;
    return enumeration_begin(&enumeration);
}

enum nss_status _nss_gdpop_getgrent_r(struct group *gr, char *buffer, size_t size, int *errnop)
{
    return enumeration_next(&enumeration, &(struct answer){fill, gr, buffer, size, errnop});
}

enum nss_status _nss_gdpop_endgrent(void)
{
    enumeration_end(&enumeration);
    return NSS_STATUS_SUCCESS;
}

/* Makes room for one more. NSS_STATUS_NOTFOUND: the limit is reached. */
static enum nss_status grow(long start, long *size, gid_t **groups, long limit, int *errnop)
{
    if (limit > 0 && start >= limit)
        return NSS_STATUS_NOTFOUND;
    if (start < *size)
        return NSS_STATUS_SUCCESS;
    long wanted = *size < 8 ? 16 : 2 * *size;
    if (limit > 0 && wanted > limit)
        wanted = limit;
    gid_t *grown = realloc(*groups, (size_t)wanted * sizeof **groups);
    if (grown == NULL) {
        *errnop = ENOMEM;
        return NSS_STATUS_TRYAGAIN;
    }
    *groups = grown;
    *size = wanted;
    return NSS_STATUS_SUCCESS;
}

static enum nss_status add_groups(const struct snapshot *snap, const char *user, gid_t skip,
                                  long *start, long *size, gid_t **groups, long limit, int *errnop)
{
    struct snapshot_walk walk;
    uint32_t row, gid;
    int r;
    if ((r = snapshot_find_user(snap, user, &row)) != SNAPSHOT_OK ||
        (r = snapshot_walk_user(snap, row, now_at(), &walk)) != SNAPSHOT_OK)
        return cache_status(r, errnop);
    while ((r = snapshot_next_group(snap, &walk, &gid)) == SNAPSHOT_OK) {
        if (gid == skip)
            continue;
        enum nss_status status = grow(*start, size, groups, limit, errnop);
        if (status != NSS_STATUS_SUCCESS)
            return status == NSS_STATUS_NOTFOUND ? NSS_STATUS_SUCCESS : status;
        (*groups)[(*start)++] = gid;
    }
    return r == SNAPSHOT_NONE ? NSS_STATUS_SUCCESS : cache_status(r, errnop);
}

enum nss_status _nss_gdpop_initgroups_dyn(const char *user, gid_t skip, long *start, long *size,
                                          gid_t **groups, long limit, int *errnop)
{
    struct cache_entry *entry;
    enum nss_status status = cache_acquire(&entry, errnop);
    if (status != NSS_STATUS_SUCCESS)
        return status;
    status = add_groups(cache_snapshot(entry), user, skip, start, size, groups, limit, errnop);
    cache_release(entry);
    return status;
}
