/* What the two files of the noun "device" share. */
#ifndef GDPOP_ADMIN_DEVICE_H
#define GDPOP_ADMIN_DEVICE_H

#include "admin/admin.h"

/* Whether the binding is in force at the act's instant. */
static inline bool binding_holds(const struct gdpop_admin *a, const Model__Binding *b)
{
    return b->until_at == 0 || a->now_at < b->until_at;
}

int device_put_state(struct gdpop_admin *a, Model__Device *d, const char *state);
/* Whether the actor may give this account a device (GDPOP_ERR_NOT_AUTHORISED). */
int device_check_binder(const struct gdpop_admin *a, const Model__Account *x);
/* A new revocation code, its digest in the binding and the code itself in the result, once. */
int device_new_code(struct gdpop_admin *a, Model__Binding *b);

#endif
