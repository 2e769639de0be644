/* Lines of `status`, which stand in several files. */
#ifndef GDPOP_ADMIN_STATUS_H
#define GDPOP_ADMIN_STATUS_H

#include "admin/admin.h"

/* One line: what, how it stands, and the command that would better it, NULL for none. One that is
 * not ok makes the whole answer so. */
int status_line(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                bool ok, const char *remedy);

/* Room that is left for records, the growth of the trail and when the reserve is reached (disk.c).
 */
int status_disk(struct gdpop_admin *a);

/* For `tick`: a line in syslog while the store has less than twice its reserve. */
int disk_warn(struct gdpop_admin *a);

#endif
