/* Parts of the trail as files for the auditor, and signed points of it. */
#ifndef GDPOP_AUDIT_EXPORT_H
#define GDPOP_AUDIT_EXPORT_H

#include "audit/line.h"
#include "audit/statement.h"
#include "crypto/sign.h"
#include "store/store.h"

#define TRAIL_SIGN_KEY "sign.pem" /* in key_dir */

enum { EXPORT_MORE_BYTES = 4096 };

struct trail_export {
    uint64_t first, last; /* numbers of events */
    enum line_format format;
    bool compressed;  /* zstd */
    const char *form; /* "export" or "archive" */
    const char *by, *purpose;
    int utc_offset_min;
    bool gb18030; /* CSV in GB18030 without a byte order mark, else in UTF-8 with one */
    /* More columns of CSV, behind those that are chained: their names (",a,b") and, by
     * line_put_csv, their texts for each event; returns the length or an error. NULL: none. */
    const char *more_head;
    int (*more)(struct txn *t, const struct trail_line *line, char out[static EXPORT_MORE_BYTES],
                void *arg);
    void *more_arg;
    struct statement *made; /* what the manifest said; NULL: not asked for */
};

/* Writes events first..last and the signed manifest to fd, durably: all of it, or an error. The
 * store is read in short transactions of its own; no transaction of this thread need be open.
 * digest: of the last event, previous: what the first was chained to. Errors: GDPOP_ERR_FULL,
 * GDPOP_ERR_TRAIL when an event lacks or cannot be read, GDPOP_ERR_KEY, GDPOP_ERR_SYSTEM. */
int trail_export(struct store *s, const struct trail_export *x, int fd, uint8_t previous[static 32],
                 uint8_t digest[static 32]);

/* The manifest of a copy in another form, the file behind fd, goes to manifest_fd, durably: made as
 * the manifest of what was exported, with the form and the SM3 of the file. */
int trail_sign_copy(const struct conf *conf, const struct statement *made, const char *form, int fd,
                    int manifest_fd);

/* The first event at or after the instant; one behind the last when there is none. */
int trail_find(struct txn *t, int64_t at, uint64_t *sequence);
/* Number of the first and last event, 0 in an empty trail. */
int trail_bounds(struct txn *t, uint64_t *first, uint64_t *last);

/* The digest that event `first` was chained to, from the trail or the archive that ends there.
 * GDPOP_ERR_TRAIL when neither has it. */
int trail_digest_before(struct txn *t, uint64_t first, uint8_t digest[static DIGEST_BYTES]);

/* Makes the key that signs when there is none. */
int trail_make_sign_key(const struct conf *conf);
/* Reads it; to be freed by sign_key_free. GDPOP_ERR_KEY, GDPOP_ERR_CONFIG. */
int trail_sign_key(const struct conf *conf, struct sign_key **key);
/* Its public half as PEM, in the arena. */
int trail_public_key(const struct conf *conf, struct arena *a, char **pem);

/* A checkpoint of the newest event, a line; GDPOP_ERR_NOT_FOUND in an empty trail. *sequence: of
 * that event. */
int trail_checkpoint(struct txn *t, char **line, uint64_t *sequence);

#endif
