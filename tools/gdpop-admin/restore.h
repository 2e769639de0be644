/* `backup restore`: the store of a host that has none, from a backup. */
#ifndef GDPOP_ADMIN_TOOL_RESTORE_H
#define GDPOP_ADMIN_TOOL_RESTORE_H

#include "operations.h"

extern const struct own_command restore_command;

#endif
