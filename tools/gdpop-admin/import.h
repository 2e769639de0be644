/* Bulk work from spreadsheets: every row is checked and every error told with line and column;
 * all rows are one act, so that nothing is written unless all are good. */
#ifndef GDPOP_ADMIN_IMPORT_H
#define GDPOP_ADMIN_IMPORT_H

#include "operations.h"

/* account import FILE: application forms (A4), one person and application a row. */
extern const struct own_command import_accounts_command;
/* org import FILE: organisations, the supervising ones first. */
extern const struct own_command import_orgs_command;

#endif
