/* Who would be locked out by an act: told, and on a terminal asked about, before it is committed.
 */
#ifndef GDPOP_ADMIN_LOCKED_OUT_H
#define GDPOP_ADMIN_LOCKED_OUT_H

#include "tool.h"

/* Asks the library about an act whose calls are made. *locked_out is NULL when that is no question
 * for it; else the act is over, and *locked_out holds who it is as a JSON array, to be freed; *text
 * is a table of them and *count how many are in it. */
int locked_out_find(struct tool *t, struct gdpop_admin *a, char **json, char **text, size_t *count);

/* Tells of count accounts on stderr, unless JSON is wanted, which has them; on a terminal asks
 * whether to go on, unless it is a dry run. GDPOP_ERR_REFUSED (said): no. */
int locked_out_ask(struct tool *t, const char *text, size_t count);

#endif
