/* How a finding begins: for the two walks over the rules (table.c). */
#ifndef GDPOP_RULES_FINDING_H
#define GDPOP_RULES_FINDING_H

#include "rules/rule.h"

/* A denial that says that nothing was judged; what a rule leaves when it forgets to decide. */
void finding_begin(struct finding *f, const char *rule);

#endif
