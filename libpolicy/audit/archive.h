/* Archives: closed epochs of the trail as files, zstd, signed and chained like exports, and taking
 * out of the store what is old enough and safely archived. */
#ifndef GDPOP_AUDIT_ARCHIVE_H
#define GDPOP_AUDIT_ARCHIVE_H

#include "store/store.h"

#define TRAIL_ARCHIVE_DIR "archive" /* in store_dir */

enum { TRAIL_RETENTION_MONTHS = 6 }; /* the floor, whatever the policy says (TJ-29, CQ-6.3) */

/* Only one archive is made at a time: another would write over its file. *l is to be released.
 * GDPOP_ERR_BUSY after store_wait_sec. */
int trail_archive_lock(const struct conf *conf, struct lock *l);

/* Writes the archive of all closed epochs that no archive has yet, up to until_at (0: all), reads
 * it back and verifies its chain. No transaction of this thread need be open. *made (texts in a) is
 * what trail_archive_put records; the caller holds trail_archive_lock from before this to after the
 * commit; a file that is not recorded is written over by the next.
 * GDPOP_ERR_NOT_FOUND when there is nothing to archive. */
int trail_archive_make(struct store *s, struct arena *a, const char *by, int64_t until_at,
                       Model__Archive *made);
/* Records it. GDPOP_ERR_BUSY when another was recorded meanwhile. */
int trail_archive_put(struct txn *t, const Model__Archive *made);

/* "STORE_DIR/archive/FILE" in the arena. */
char *trail_archive_path(const struct conf *conf, const Model__Archive *x, struct arena *a);

/* Each archive's file is there and verifies, and each begins where the one before ended. *last: the
 * last event archived, 0 without any. GDPOP_ERR_TRAIL. */
int trail_archives_check(struct txn *t, uint64_t *last);

/* Which events may leave: those of archives whose newest event is older than the months at now_at
 * and than before_at. Each archive's file is read and its chain verified, and its end held against
 * the store. Fewer than TRAIL_RETENTION_MONTHS count as these. GDPOP_ERR_REFUSED when before_at
 * reaches into the months, or a legal hold keeps the oldest; GDPOP_ERR_NOT_FOUND when nothing may,
 * GDPOP_ERR_TRAIL when an archive is missing or does not verify (the sentence names it). */
int trail_prune_check(struct txn *t, int64_t before_at, int64_t now_at, int utc_offset_min,
                      int months, uint64_t *first, uint64_t *last);
/* Takes them out, by this decision. */
struct trail_pruning {
    uint64_t first, last;
    int64_t now_at;
    const char *by, *approver;
    const Model__Paper *paper;
};
int trail_prune(struct txn *t, const struct trail_pruning *p);

#endif
