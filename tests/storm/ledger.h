/* What the workers of storm_kill told that they began and what was acknowledged to them, held
 * against what the trail and the store say of it. */
#ifndef GDPOP_TESTS_STORM_LEDGER_H
#define GDPOP_TESTS_STORM_LEDGER_H

#include "deeds.h"

enum { LEDGER_WORKERS = 4, LEDGER_ACTS_MAX = 4000 };

struct worker {
    pid_t pid;
    int notes; /* read end */
    struct worker_state state;
    uint64_t act_checked; /* acts up to this one were found or missed for good */
    bool act_doubtful[LEDGER_ACTS_MAX];
    unsigned begun[DEEDS], done[DEEDS]; /* since the last check */
};

extern struct worker ledger_workers[LEDGER_WORKERS];

/* After the host was made. */
void ledger_begin(void);
/* A note of the worker's. */
void ledger_take(struct worker *w, const struct note *n);
/* The worker was killed behind this note of something begun: what came of it is looked up where the
 * next one builds on it. */
void ledger_settle(struct worker *w, const struct note *n);
/* Nobody works: everything acknowledged is there, nothing half, nothing twice; a login succeeds,
 * and shows what a killed publisher still owed. */
void ledger_check(void);
/* How often each was acknowledged and begun; ends the program when some kind never was. */
void ledger_say(void);

#endif
