/* What the files of the noun "person" share. */
#ifndef GDPOP_ADMIN_PERSON_H
#define GDPOP_ADMIN_PERSON_H

#include "admin/admin.h"

/* Keeps the digest of the person's present document, so that its number goes to nobody else. */
int person_keep_digest(struct gdpop_admin *a, Model__Person *p);

#endif
