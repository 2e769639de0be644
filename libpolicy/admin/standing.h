/* What an account that was taken over still lacks. */
#ifndef GDPOP_ADMIN_STANDING_H
#define GDPOP_ADMIN_STANDING_H

#include "admin/admin.h"

/* In a list of words for people, in the thread's language, "" for nothing: real-name data,
 * application, approval, pledge, device, password. Whatever state the account is in. */
int standing_lacks(struct gdpop_admin *a, const Model__Account *x, const char **lacks);

/* What a login from the account's own workplace, with a device of its own when one is bound and the
 * right password, would be answered if no rule only observed: *trace lives in the arena. Changes of
 * the password that it would ask for are in it too. */
int standing_judge(struct gdpop_admin *a, const Model__Account *x, struct trace **trace);

#endif
