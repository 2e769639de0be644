/* Results as tables, as lines "title: value", or as JSON. */
#ifndef GDPOP_ADMIN_RENDER_H
#define GDPOP_ADMIN_RENDER_H

#include "tool.h"

#include <stdio.h>

/* The result as text to print, to be freed; secrets are never part of it. locked_out: a JSON array
 * for the member of this name, NULL for none. Says what failed. */
int render(const struct tool *t, const struct gdpop_result *result, const char *locked_out,
           char **text);

/* What people read in a field; buffer is room for it. */
const char *render_cell(const struct gdpop_field *f, char buffer[static 32]);

/* Columns of the terminal; SIZE_MAX for a pipe, which gets lines as long as they are. */
size_t render_columns(void);

/* One row, a line "title: value" for each field; brief: for each that is not empty. */
int render_fields(const struct gdpop_row *row, bool brief, FILE *out);

/* Rows as a table for each kind of them, no wider than the terminal; row by row as by render_fields
 * where it is too narrow for that. */
int render_table(const struct gdpop_result *result, FILE *out);

/* The JSON form: an array of objects for lists, else one object. NULL when memory is short. */
char *render_json(const struct gdpop_result *result, const char *locked_out);

#endif
