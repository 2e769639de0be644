/* How far long work has come, for whoever asked to be told. */
#ifndef GDPOP_BASE_PROGRESS_H
#define GDPOP_BASE_PROGRESS_H

#include <stdint.h>

typedef void progress_report(const char *what, uint64_t done, uint64_t total, void *arg);

/* Of this thread from now on; NULL: nobody. */
void progress_ask(progress_report *report, void *arg);

/* what: in the thread's language. Cheap when nobody asked; call it each few hundred units, and once
 * with done == total. */
void progress_tell(const char *what, uint64_t done, uint64_t total);

#endif
