/* Lists as files for a spreadsheet. No cell is ever a formula. */
#ifndef GDPOP_ADMIN_SHEET_H
#define GDPOP_ADMIN_SHEET_H

#include "user_files.h"

/* Writes the rows as xlsx, for paper and seal, or as csv (format "csv"), durably. Says what failed.
 */
int sheet_write(struct tool *t, const struct gdpop_result *result, const char *format,
                struct out_file *out);

/* The pages of an .xlsx file into fd: a sheet for each value of the field "organisation", to be
 * printed on A4, with room for the finding and lines for the signatures and the seal. 0, or
 * GDPOP_ERR_*. */
int sheet_xlsx(const struct gdpop_result *result, int fd);

#endif
