/* Standard streams that are closed: the next files opened would get their numbers, and whatever is
 * printed then would be written into them. */
#ifndef GDPOP_BASE_STREAMS_H
#define GDPOP_BASE_STREAMS_H

/* Puts /dev/null at each of the descriptors 0 to 2 that is closed. Returns which ones those were, a
 * bit each, for streams_release; never fails: where /dev/null cannot be opened, nothing can. Not
 * for threads that meanwhile put something else there. */
unsigned streams_hold(void);

/* Closes them again. */
void streams_release(unsigned held);

#endif
