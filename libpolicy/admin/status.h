/* Lines of `status`, which stand in several files. */
#ifndef GDPOP_ADMIN_STATUS_H
#define GDPOP_ADMIN_STATUS_H

#include "admin/admin.h"

/* A notice is in order but could be better; the others are findings. */
enum severity { SEVERITY_fine, SEVERITY_notice, SEVERITY_warning, SEVERITY_serious };
extern const char *const severity_names[]; /* stable words, for programs */

/* One line: what, how it stands, how bad that is, and the command that mends it, NULL for none. A
 * warning or worse makes the whole answer not in order. */
int status_finding(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                   enum severity severity, const char *remedy);

/* The same: not ok is a warning, ok with a remedy a notice. */
int status_line(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                bool ok, const char *remedy);

/* The same with a remedy for what is not in order, NULL: it is. */
int status_item(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                const char *remedy);
int status_number(struct gdpop_admin *a, const char *name, const char *title, uint64_t value,
                  const char *remedy);

/* What the store holds and how it stands, line by line (status_store.c). */
int status_store(struct gdpop_admin *a);

/* Makes one document for Prometheus of the lines so far. */
int status_prometheus(struct gdpop_admin *a);

/* Room that is left for records, the growth of the trail and when the reserve is reached (disk.c).
 */
int status_disk(struct gdpop_admin *a);

/* For `tick`: a line in syslog while the store has less than twice its reserve. */
int disk_warn(struct gdpop_admin *a);

#endif
