/* The shipped list of division codes (conf/divisions/codes.def). Within this room only. */
#ifndef GDPOP_MODEL_DIVISIONS_H
#define GDPOP_MODEL_DIVISIONS_H

#include <stdbool.h>

/* Whether the six-digit code is or was in use. */
bool division_is_known(unsigned code);

#endif
