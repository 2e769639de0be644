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

#endif
