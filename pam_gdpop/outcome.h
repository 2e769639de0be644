/* From the library's verdict to PAM's code, the log line and what the person is told. */
#ifndef PAM_GDPOP_OUTCOME_H
#define PAM_GDPOP_OUTCOME_H

#include "login.h"

/* The PAM code of an outcome in a phase. PAM_USER_UNKNOWN is never one: other modules would be
 * asked. */
int outcome_code(enum gdpop_outcome outcome, enum phase phase);

/* Ends a library call: r is what it returned, l->verdict what it said. Logs, tells the person and
 * returns the PAM code. */
int outcome_finish(struct login *l, int r);

/* As outcome_finish without telling the person; a failed call makes the verdict unavailable. */
int outcome_record(struct login *l, int r);

#endif
