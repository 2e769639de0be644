/* What a report tells, gathered in one pass over the events. */
#ifndef GDPOP_REPORT_GATHER_H
#define GDPOP_REPORT_GATHER_H

#include "report.h"
#include "tally.h"

enum count { LOGINS, DENIALS, LOCKOUTS, OFFSITE, AWAY, SHARING, LENDING, ACTS, REFUSED, COUNTS };
extern const char *const count_names[COUNTS];

/* Texts of an event that the table shows, in this order. */
enum text {
    ACTOR,
    ACTION,
    SUBJECT,
    OBJECT,
    OUTCOME,
    TAG,
    RULE,
    CODE,
    SERVICE,
    ADDRESS,
    TTY,
    DEVICE,
    SESSION,
    DETAIL,
    HOST,
    TEXTS
};
extern const char *const text_names[TEXTS];

struct kept_event {
    uint64_t sequence;
    int64_t at;
    char *texts; /* TEXTS of them, each closed by a zero */
};

struct gathered {
    uint64_t events, totals[COUNTS];
    int64_t first_at, last_at;
    struct tally days;                 /* "2026-05-01": numbers by enum count */
    struct tally rules;                /* "GD-16 workplace": denied, observed */
    struct tally organisations;        /* id: logins, denials; "" unknown */
    struct tally homes, merged;        /* account or person: organisation; organisation: its heir */
    size_t kept_max, kept_count, next; /* a ring of the newest events */
    struct kept_event *kept;
};

/* GDPOP_ERR_NOMEM or what reading the files gave. */
int gather(struct gdpop_audit *a, size_t events_max, struct gathered *g);
/* The organisation that took that one over, itself when none did. */
const char *gathered_heir(const struct gathered *g, const char *organisation);
void gathered_free(struct gathered *g);

#endif
