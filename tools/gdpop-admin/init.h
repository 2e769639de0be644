/* init: the first state of a store, from one file that says who the first administrators are and on
 * which papers their rights rest. */
#ifndef GDPOP_ADMIN_INIT_H
#define GDPOP_ADMIN_INIT_H

#include "operations.h"

extern const struct own_command init_command;

#endif
