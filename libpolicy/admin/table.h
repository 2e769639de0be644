/* All operations: one array for each noun's file, each ended by a row without a noun. */
#ifndef GDPOP_ADMIN_TABLE_H
#define GDPOP_ADMIN_TABLE_H

#include "admin/admin.h"

extern const struct operation *const operation_files[]; /* ended by NULL */

/* NULL: there is none. */
const struct operation *operation_find(const char *noun, const char *verb);

/* "system, security" */
const char *duty_names(unsigned duties);

#endif
