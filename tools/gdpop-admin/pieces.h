/* Many rows from files: all are tried first, and nothing is written unless all are good. An act
 * holds the store, so that logins wait: of a long table each piece is one, with a pause in which
 * they go first. A piece says in its act how far the table has come: the same command with the same
 * table goes on where an earlier one was stopped or killed. */
#ifndef GDPOP_ADMIN_PIECES_H
#define GDPOP_ADMIN_PIECES_H

#include "say.h"

enum { PIECE_ROWS = 1000 };

struct pieces {
    struct tool *t;
    const char *what;  /* "account.import" */
    const char *actor; /* NULL with recover */
    char id[GDPOP_TABLE_ID_BYTES];
    size_t count;            /* rows */
    size_t from;             /* entered by an earlier run */
    bool trial;              /* this act will not be committed */
    unsigned acts;           /* how many were begun */
    struct gdpop_admin *act; /* the one that is open */
    void *work;
    /* Enters one row in the act. What is wrong with it is noted, and *refused. An error, said,
     * when it is no fault of the row. */
    int (*enter)(struct pieces *p, size_t row, bool *refused);
    /* What lives no longer than an act is forgotten; may be NULL. */
    void (*forget)(struct pieces *p);
    size_t (*problem_count)(const struct pieces *p);
    /* Says the problems, then sentence; the code. */
    int (*say_problems)(struct pieces *p, const char *sentence);
    /* Says that the rows before this one are entered, and what to do. */
    int (*say_stopped)(struct pieces *p, int code, size_t row);
};

/* All of it; 0 when every row is entered (or could be, with a dry run). Everything is said. */
int pieces_enter(struct pieces *p);
/* Ends the act that may be open. */
void pieces_end(struct pieces *p);

/* Whether an operation's error is about what was asked of it. */
bool pieces_row_error(int r);

#endif
