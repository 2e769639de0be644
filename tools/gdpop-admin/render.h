/* Results as tables, as lines "title: value", or as JSON. */
#ifndef GDPOP_ADMIN_RENDER_H
#define GDPOP_ADMIN_RENDER_H

#include "tool.h"

/* The result as text to print, to be freed; secrets are never part of it. Says what failed. */
int render(const struct tool *t, const struct gdpop_result *result, char **text);

/* The JSON form: an array of objects for lists, else one object. NULL when memory is short. */
char *render_json(const struct gdpop_result *result);

#endif
