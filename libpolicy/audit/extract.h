/* The events that concern somebody, out of archives and store, and a file about them that carries
 * its signature in its last line. */
#ifndef GDPOP_AUDIT_EXTRACT_H
#define GDPOP_AUDIT_EXTRACT_H

#include "audit/line.h"
#include "audit/statement.h"
#include "store/store.h"

struct trail_extract {
    int64_t from_at;
    uint64_t last;            /* number of the last event looked at */
    const char *const *names; /* actor, subject or object of the events; ended by NULL */
    /* Called with each in order; the line lives during the call, without a transaction. */
    int (*each)(const struct trail_line *line, void *arg);
    void *arg;
    struct statement *made; /* filled for the manifest: store, host, range, digest of the last event
                               looked at; form, by and purpose are the caller's */
};

/* What the store has no more is read from its archives. The store is read in short transactions of
 * its own; none of this thread need be open. Errors: GDPOP_ERR_TRAIL when an archive is missing or
 * an event cannot be read, and those of each. */
int trail_extract(struct store *s, const struct trail_extract *x);

/* The manifest with the SM3 of what fd holds goes to its end, as a line. gdpop_audit_copy verifies
 * the file. */
int trail_sign_end(const struct conf *conf, const struct statement *made, const char *form, int fd);

#endif
