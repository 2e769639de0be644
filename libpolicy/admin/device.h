/* What the two files of the noun "device" share. */
#ifndef GDPOP_ADMIN_DEVICE_H
#define GDPOP_ADMIN_DEVICE_H

#include "admin/admin.h"

/* Whether the binding is in force at the act's instant. */
static inline bool binding_holds(const struct gdpop_admin *a, const Model__Binding *b)
{
    return b->until_at == 0 || a->now_at < b->until_at;
}

#endif
