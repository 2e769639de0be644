/* Results as tables, as lines "title: value", or as JSON. */
#ifndef GDPOP_ADMIN_RENDER_H
#define GDPOP_ADMIN_RENDER_H

#include "tool.h"

/* The result as text to print, to be freed; secrets are never part of it. locked_out: a JSON array
 * for the member of this name, NULL for none. Says what failed. */
int render(const struct tool *t, const struct gdpop_result *result, const char *locked_out,
           char **text);

/* What people read in a field; buffer is room for it. */
const char *render_cell(const struct gdpop_field *f, char buffer[static 32]);

/* The JSON form: an array of objects for lists, else one object. NULL when memory is short. */
char *render_json(const struct gdpop_result *result, const char *locked_out);

#endif
