/* What the parts of an act share: its beginning (act_begin.c), its calls (act.c), its end
 * (act_end.c) and the record of what was refused (act_refusal.c). */
#ifndef GDPOP_ADMIN_ACT_H
#define GDPOP_ADMIN_ACT_H

#include "admin/admin.h"

/* Takes the write transaction of the act when it has none, and reads once more who acts and when.
 * GDPOP_ERR_NOT_AUTHORISED. */
int act_need_write(struct gdpop_admin *a);

/* A refused attempt; texts as in the event. */
struct refusal {
    const char *actor, *action, *detail;
    const struct request *request; /* NULL: none was made */
};

/* Undoes the act, records the attempt in a transaction of its own and leaves the error with the
 * sentence that it had. Without an action nothing is recorded. */
void act_record_refusal(struct gdpop_admin *a, struct refusal f, int error);

#endif
