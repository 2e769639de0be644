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

/* lost.c: ends what is run from the device; *ended counts the accounts. */
int device_end_sessions(struct gdpop_admin *a, const char *device, size_t *ended);

/* device_state.c: "repair" (it logs in nobody), "back" (what it was before) or "retired" (for good,
 * its bindings end). GDPOP_ERR_REFUSED when its state does not allow it. */
int device_become(struct gdpop_admin *a, const char *id, const char *state);

#endif
