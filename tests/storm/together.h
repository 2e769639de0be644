/* Processes that begin together and tell what came of it. */
#ifndef GDPOP_TESTS_STORM_TOGETHER_H
#define GDPOP_TESTS_STORM_TOGETHER_H

#include <stddef.h>

enum { TOGETHER_MAX = 128 };

/* Runs work(i, arg) in `count` processes; all have been started before the first begins. What it
 * returned, 0 to 100, stands in answers[i]. A process that ends in another way ends the program. */
void together(unsigned count, int (*work)(unsigned i, void *arg), void *arg, int *answers);

/* In a process of the above: waits until all of them have come to this point, once. */
void together_meet(void);

#endif
