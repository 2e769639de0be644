/* How far long work has come: one line on the terminal behind stderr, gone when it is done; nothing
 * elsewhere. */
#ifndef GDPOP_ADMIN_PROGRESS_H
#define GDPOP_ADMIN_PROGRESS_H

#include <stdint.h>

/* A report of gdpop_progress; arg is not used. Work that is done at once shows nothing. */
void progress_show(const char *what, uint64_t done, uint64_t total, void *arg);
/* Takes the line away. */
void progress_end(void);

#endif
