/* A workbook from the CSV of an export. */
#ifndef GDPOP_ADMIN_XLSX_H
#define GDPOP_ADMIN_XLSX_H

#include "tool.h"

#include <stdio.h>

/* Reads csv from its beginning and writes the workbook to path. Every cell is a string, so that a
 * spreadsheet computes nothing. Memory stays the same for any length. Says what is wrong. */
int xlsx_write(const struct tool *t, FILE *csv, const char *path);

#endif
