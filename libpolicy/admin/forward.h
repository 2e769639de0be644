/* How old the copies of the trail off this host are, for status. */
#ifndef GDPOP_ADMIN_FORWARD_H
#define GDPOP_ADMIN_FORWARD_H

#include "admin/admin.h"
#include "audit/forward.h"

struct forward_age {
    const char *value; /* for people */
    uint64_t held;     /* last event of the copy */
    int64_t minutes;   /* since when the first event behind it waits, 0 when none does */
    bool wrong;        /* the copy and the trail do not fit; value tells how */
};

/* Handed over to a service of this host: whether it has left the host only the service knows. */
int forward_age_handed(struct gdpop_admin *a, enum conf_forward to, struct forward_age *age);
/* Seen on another host (audit confirm). */
int forward_age_confirmed(struct gdpop_admin *a, struct forward_age *age);

#endif
