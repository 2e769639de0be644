/* While an act is open, signals wait: ^C must not leave a half-written secret, nor ^Z the store
 * locked. */
#ifndef GDPOP_ADMIN_SIGNALS_H
#define GDPOP_ADMIN_SIGNALS_H

#include <stdbool.h>

void signals_hold(void);
/* Whether one that ends the program (SIGINT, SIGTERM, SIGHUP, SIGQUIT) is waiting. */
bool signals_ended(void);
/* Lets them act. */
void signals_release(void);

/* LMDB believes what stands in the pages of the store: where they are damaged it may end this
 * process by SIGSEGV, SIGBUS or SIGABRT. From now on one sentence on standard error tells so, in
 * the language of this moment, and the exit status is EXIT_SYSTEM; locks and the transaction go
 * with the process. */
void signals_explain(void);

#endif
