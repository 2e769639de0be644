/* Steps that several nouns take with an account. */
#ifndef GDPOP_ADMIN_LIFECYCLE_H
#define GDPOP_ADMIN_LIFECYCLE_H

#include "admin/admin.h"

/* Activates an approved account once approval, pledge and real-name data are complete (DESIGN 2):
 * gives uid, home and shell, once for ever, and shows it to NSS. *missing tells in a word what is
 * still missing, NULL when the account is active now. Writes the record. */
int lifecycle_complete(struct gdpop_admin *a, Model__Account *x, const char **missing);

/* Adds an application to the account, of this kind, and its row to the request named by --request,
 * or to one of its own; writes both. An application that needs no approval goes on at once. *lacks:
 * what it needs next. */
int lifecycle_apply(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                    const char *kind, const char **lacks);

/* Freezes an active account and ends its sessions; writes it. reason in the arena, tag the article;
 * until_at 0 without an end. */
int lifecycle_freeze(struct gdpop_admin *a, Model__Account *x, const char *action,
                     const char *reason, const char *tag, int64_t until_at);
/* Closes an account that is not closed, its rights and sessions with it; writes it. */
int lifecycle_close(struct gdpop_admin *a, Model__Account *x, const char *reason);
/* Ends what was permitted to the account for a time: further rights, exceptions, windows. */
int lifecycle_end_permits(struct gdpop_admin *a, const char *account);

/* Refuses when x is the last active holder of its duty. */
int lifecycle_keep_duty(struct gdpop_admin *a, const Model__Account *x);

#endif
