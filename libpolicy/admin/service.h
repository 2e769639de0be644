/* Starts and stops of this host and of its services. */
#ifndef GDPOP_ADMIN_SERVICE_H
#define GDPOP_ADMIN_SERVICE_H

#include "admin/admin.h"

/* Appends host.start where this boot has none yet. */
int service_note_boot(struct gdpop_admin *a);

#endif
