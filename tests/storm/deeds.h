/* What a worker of storm_kill does until it is killed, and how it tells of it. */
#ifndef GDPOP_TESTS_STORM_DEEDS_H
#define GDPOP_TESTS_STORM_DEEDS_H

#include "host.h"

/* An operator of its own each for the first four. */
enum deed { LOGIN, FAIL, CHANGE, FREEZE, ADMIN, ARCHIVE, PUBLISH, TICK, BACKUP, ROTATE, DEEDS };
enum { DEED_OPERATORS = 4, DEED_LIMIT = 5, DEED_ID_BYTES = 32 };

struct note {
    enum deed deed;
    bool done; /* acknowledged; else begun */
    /* Of the password or the act; generation of the snapshot that was shown; whether the account
     * was frozen, or let in again; whether a key was made. */
    uint64_t serial;
};

struct worker_state {
    unsigned slot;
    uint64_t password, act; /* serial numbers: of the password that holds, of the last act begun */
    bool frozen;
    unsigned keys; /* made or begun to be made */
};

/* Does one thing after the other at random, with a note before and after each, and does not return;
 * ends the program when something fails that may not. as_operator: with the real uid of one, as su
 * and passwd run. */
void deeds_until_killed(struct worker_state state, bool as_operator, int notes, unsigned seed)
    __attribute__((noreturn));

unsigned deed_operator(unsigned slot, enum deed deed);
void deed_password(unsigned slot, uint64_t serial, char out[static HOST_PASSWORD_BYTES]);
/* An act adds an organisation of this id and a device of this key. */
void deed_organisation(unsigned slot, uint64_t serial, char out[static DEED_ID_BYTES]);
void deed_key(unsigned slot, uint64_t serial, char out[static POPULATION_KEY_BYTES]);

#endif
