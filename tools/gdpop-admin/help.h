/* What --help prints, from the tables alone. */
#ifndef GDPOP_ADMIN_HELP_H
#define GDPOP_ADMIN_HELP_H

#include "tool.h"

#include <stdio.h>

void help_all(FILE *out);
void help_noun(FILE *out, const char *noun);
void help_operation(FILE *out, const struct gdpop_operation *operation);

#endif
