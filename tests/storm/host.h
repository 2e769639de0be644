/* A host for storms: a store with a cheap hash in a scratch directory, a PAM service sshd with the
 * module that was built, administrators sysadm, secadm and audadm, and operators whose names, keys
 * and first password are those of bench/population.h. Programs act through libpam and gdpop.h; only
 * making and checking look into the store, and keep nothing of it open. One thread. */
#ifndef GDPOP_TESTS_STORM_HOST_H
#define GDPOP_TESTS_STORM_HOST_H

#include "../bench/population.h"
#include "admin/admin.h"

#include <stdbool.h>
#include <sys/types.h>

enum { HOST_PASSWORD_BYTES = 64 };

struct host_files {
    char dir[64], conf[96], pam[96];
};
extern struct host_files host;

/* Tells what failed, with the thread's sentence and errno, and ends the program with 1. The
 * directory stays for inspection. */
void host_die(const char *what, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The key that the trail began with. */
const uint8_t *host_first_key(void);

/* store_wait_sec of a host that is made from now on; 60 at first. */
extern unsigned host_wait_sec;

/* Makes it with so many operators; limit is the failures that lock an account. */
void host_make(unsigned operators, unsigned limit);
void host_remove(void);

/* Runs change in a write transaction, behind the operations' back. */
void host_change(int (*change)(struct txn *t, void *arg), void *arg);
/* Runs look in a read transaction. */
void host_look(int (*look)(struct txn *t, void *arg), void *arg);

/* What stands for the operator. */
struct host_standing {
    unsigned history, failures_since_login;
    bool locked, matches; /* the password given, by the hash and by the newest of the history */
};
struct host_standing host_standing(unsigned operator, const char * password);
/* The account's failures are forgotten. */
void host_unlock(unsigned operator);

bool host_is_frozen(unsigned operator);
/* How many keys seal values of the store. */
unsigned host_keys_in_use(void);

/* Calls each for the events from `from` on; the number of the last event. */
uint64_t host_events(uint64_t from, void (*each)(const Model__Event *e, void *arg), void *arg);

/* All that must be so whenever nobody is in the middle of something: records and indexes agree,
 * the trail verifies from its first key on, archives are there and follow one another, the snapshot
 * opens, is whole and not newer than the store. Ends the program when something is not. */
void host_check(void);

/* Nobody holds a lock of the store's or the snapshot's. Only while this process has the store not
 * open. */
void host_check_locks(void);

/* One act of an administrator, NULL: of the host's timer. Operations with their arguments, each
 * ended by NULL, the list by one more. 0 or GDPOP_ERR_*, as the library answers. */
int host_act(const char *actor, const char *const words[]);

/* The public key that backups are made for. */
void host_add_backup_key(void);

/* The generation of the snapshot and of the store. */
void host_generations(uint64_t *snapshot, uint64_t *store);

#endif
