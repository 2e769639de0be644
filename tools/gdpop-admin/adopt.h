/* account adopt: takes over what a passwd file or a directory holds. */
#ifndef GDPOP_ADMIN_ADOPT_H
#define GDPOP_ADMIN_ADOPT_H

#include "operations.h"

extern const struct own_command adopt_command;

#endif
