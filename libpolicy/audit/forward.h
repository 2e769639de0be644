/* Forwarding: events handed to the syslog service, the journal and the kernel's audit system of
 * this host, whose matter it is to carry them off it. It reads the trail by number, outside of
 * logins and without a write to the store; how far each destination came stands in a file of the
 * store's directory, with the digest of that event. What cannot be handed over now is handed over
 * later, in order. After a crash between the two the last few events may come twice (DB-8.1.5.4c).
 */
#ifndef GDPOP_AUDIT_FORWARD_H
#define GDPOP_AUDIT_FORWARD_H

#include "crypto/digest.h"
#include "store/store.h"

enum { FORWARD_BATCH = 500, FORWARD_MAX_BYTES = 1 << 17 };

struct forward_cursor {
    uint64_t sequence; /* of the last event handed over, 0: none */
    uint8_t digest[DIGEST_BYTES];
};

struct forward_state {
    struct forward_cursor to[CONF_FORWARD_COUNT];
};

/* Of the file "forward" in store_dir; zeros when there is none. GDPOP_ERR_FORMAT when it cannot be
 * read. */
int forward_state_read(const char *store_dir, struct forward_state *s);
/* Durably, in place of the one before. GDPOP_ERR_FULL, GDPOP_ERR_SYSTEM. */
int forward_state_write(const char *store_dir, const struct forward_state *s);

/* Whether what was handed over still stands in the trail: GDPOP_ERR_TRAIL with a sentence when the
 * trail ends before it or has another event there. */
int forward_check(struct txn *t, enum conf_forward to, const struct forward_cursor *c);

struct forward_report {
    uint64_t sent; /* events handed over by this call, all destinations together */
    bool left;     /* there is more to hand over now */
    char why[512]; /* sentence of what stands in the way, "" */
};

/* Hands over at most FORWARD_BATCH events to each destination of the configuration; never waits.
 * Errors: GDPOP_ERR_TRAIL as of forward_check, then nothing goes to any destination. */
int forward_some(struct txn *t, int utc_offset_min, struct forward_report *report);

/* The next call begins with event `first` for every destination of the configuration. */
int forward_restart(struct txn *t, uint64_t first);

/* ---- Inside ---- */

/* What is handed over: an event and its line of an export, or, with event NULL, a checkpoint. */
struct forward_item {
    const Model__Event *event;
    const Model__TrailEntry *entry;
    const char *line; /* without its newline */
    size_t len;
    int64_t at;
    int utc_offset_min;
};

/* The severity of syslog(3). */
int forward_severity(const struct forward_item *i);

/* The message of RFC 5424; its length, 0 when it does not fit. hostname: "-" when unknown. */
size_t forward_syslog_message(const struct forward_item *i, const char *hostname,
                              char out[static FORWARD_MAX_BYTES]);
/* The journal's native form: fields, one a line. */
size_t forward_journal_message(const struct forward_item *i, char out[static FORWARD_MAX_BYTES]);

/* A connection to a service. 1 when it is there or has taken the item, 0 with a sentence when it
 * is not there or cannot take more now. GDPOP_ERR_TOO_LONG. */
struct forward_sink {
    int fd;
    char hostname[256];
};
int forward_open(struct forward_sink *s, enum conf_forward to, const struct conf *conf);
int forward_send(struct forward_sink *s, enum conf_forward to, const struct forward_item *i,
                 char buffer[static FORWARD_MAX_BYTES]);
void forward_close(struct forward_sink *s);

/* The kernel's audit system; as above. */
int forward_kernel_open(void);
int forward_kernel_send(int fd, const struct forward_item *i);

#endif
