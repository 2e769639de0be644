/* account register: learners who registered themselves at a portal (SZ-7). */
#ifndef GDPOP_ADMIN_REGISTER_H
#define GDPOP_ADMIN_REGISTER_H

#include "operations.h"

extern const struct own_command register_command;

#endif
