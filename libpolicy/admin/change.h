/* Before and after of what an act changes, in the details of its events: "changed account zhangsan
 * (state: active -> frozen, frozen_by: - -> sunjie)". Personal data and secrets stand as ***. An
 * act that changed a record without an event of its own gets one named after its command: no event,
 * no change (JC-17). */
#ifndef GDPOP_ADMIN_CHANGE_H
#define GDPOP_ADMIN_CHANGE_H

#include "admin/admin.h"

/* A txn_watcher; arg: the act. Puts the change into a->changes. */
int change_note(const struct table *table, struct bytes key, const void *before, const void *after,
                void *arg);
/* Appends the event that is held, with what was changed so far. */
int change_flush(struct gdpop_admin *a);
/* The end of a call. */
int change_end(struct gdpop_admin *a);

#endif
