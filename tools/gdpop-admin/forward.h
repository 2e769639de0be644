/* audit forward: the library hands over what a destination takes at once; the program goes on until
 * all is handed over, or for good. */
#ifndef GDPOP_ADMIN_TOOL_FORWARD_H
#define GDPOP_ADMIN_TOOL_FORWARD_H

#include "operations.h"

extern const struct own_command forward_command;

#endif
