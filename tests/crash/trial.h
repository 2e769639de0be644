/* What the crash tests try: a store in a scratch directory, changes to it, and the check that what
 * was acknowledged is there and that store, trail and seal are sound. A change puts an account
 * (with its index entries), counts and appends an event in one transaction; every few events the
 * trail changes its key. One process, one thread each. */
#ifndef GDPOP_TESTS_CRASH_TRIAL_H
#define GDPOP_TESTS_CRASH_TRIAL_H

#include "audit/trail.h"

#include <sys/types.h>

extern struct conf trial_conf;

/* Tells what failed, with the thread's sentence and errno, and ends the program with 1. */
void trial_die(const char *what) __attribute__((noreturn));

/* Makes DIR/store and DIR/keys and begins the trail; its first key is kept. */
void trial_make(const char *dir);

/* For store_update; arg is a uint64_t, the sequence number of the change's event. */
int trial_change(struct txn *t, void *arg);

/* The change of that sequence number was acknowledged to that process. */
void trial_note(uint64_t sequence, pid_t writer);
size_t trial_noted(void);

/* Opens trial_conf's store; ends the program when something is not as it must be. */
void trial_check(void);

#endif
