/* The process's one mapping of the snapshot, shared by its threads. */
#ifndef GDPOP_NSS_SERVICE_CACHE_H
#define GDPOP_NSS_SERVICE_CACHE_H

#include <nss.h>

#include "nss/snapshot.h"

struct cache_entry;

/* The snapshot as it is at the path now; it stays valid until cache_release, whatever happens to
 * the file meanwhile. Never waits for another thread, so that a child forked at any moment may call
 * it. NSS_STATUS_UNAVAIL with *errnop when it is missing, damaged or unsafe; *entry is then NULL.
 */
enum nss_status cache_acquire(struct cache_entry **entry, int *errnop);
void cache_release(struct cache_entry *entry);

const struct snapshot *cache_snapshot(const struct cache_entry *entry);

/* What a result of the reader means to the C library; sets *errnop unless it is success. */
enum nss_status cache_status(int snapshot_status, int *errnop);

#endif
