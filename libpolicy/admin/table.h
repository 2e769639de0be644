/* All operations: one array for each noun's file, each ended by a row without a noun. */
#ifndef GDPOP_ADMIN_TABLE_H
#define GDPOP_ADMIN_TABLE_H

#include "admin/admin.h"

extern const struct operation *const operation_files[]; /* ended by NULL */

/* "system, security" */
const char *duty_names(unsigned duties);

#endif
