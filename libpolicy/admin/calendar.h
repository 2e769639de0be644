/* Working days: the calendars that ship, and over them those that were loaded into the store. */
#ifndef GDPOP_ADMIN_CALENDAR_H
#define GDPOP_ADMIN_CALENDAR_H

#include "admin/admin.h"
#include "model/workday.h"

/* In the act's arena. */
int calendar_read(struct gdpop_admin *a, struct workday_calendar *c);

#endif
