/* What no administrator loosens: the settings in force. Loosening belongs to waivers, which end,
 * and to whoever holds the host (`recover profile load`). */
#ifndef GDPOP_ADMIN_FLOOR_H
#define GDPOP_ADMIN_FLOOR_H

#include "admin/admin.h"

/* Whether wished is at least as strict as floor. A list of services only gets shorter: a service
 * that stands in none is asked everything. */
bool floor_keeps(enum setting_id id, const struct setting_value *floor,
                 const struct setting_value *wished);

struct floors;
/* The settings of every set of systems, in the act's arena. */
int floors_read(struct gdpop_admin *a, struct floors **floors);
/* After a compilation: GDPOP_ERR_REFUSED, naming the setting, when one of them is looser now. */
int floors_check(struct gdpop_admin *a, const struct floors *floors);

#endif
