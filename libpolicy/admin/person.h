/* What the files of the noun "person" share. */
#ifndef GDPOP_ADMIN_PERSON_H
#define GDPOP_ADMIN_PERSON_H

#include "admin/admin.h"

/* Keeps the digest of the person's present document, so that its number goes to nobody else. */
int person_keep_digest(struct gdpop_admin *a, Model__Person *p);

/* mention.c: masks name, document number and telephone of the person in the entries of registers
 * and the names of devices that concern him or his account. Before they are removed. */
int person_forget_mentions(struct gdpop_admin *a, const Model__Person *p, const char *account);

#endif
