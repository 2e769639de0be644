/* One kind of record for three nouns: exception, waiver, observe. The noun is the kind. */
#ifndef GDPOP_ADMIN_PERMIT_H
#define GDPOP_ADMIN_PERMIT_H

#include "admin/admin.h"

/* Fills what all permits carry: kind, reason, term, who made it. GDPOP_ERR_USAGE when the term is
 * empty or over. */
int permit_begin(struct gdpop_admin *a, const struct request *q, Model__Permit *p);
/* Gives it its number, writes it with its event and tells so. */
int permit_finish(struct gdpop_admin *a, Model__Permit *p);
/* What holds for all belongs to the organisation at the top. GDPOP_ERR_NOT_AUTHORISED. */
int permit_check_top(struct gdpop_admin *a);

/* Operations "end ID" and "list" of each of the nouns. */
int permit_end(struct gdpop_admin *a, const struct request *q);
int permit_list(struct gdpop_admin *a, const struct request *q);

#endif
