/* How a finding begins and ends: for the two walks over the rules (table.c). */
#ifndef GDPOP_RULES_FINDING_H
#define GDPOP_RULES_FINDING_H

#include "rules/rule.h"

/* A denial until a rule decides. */
void finding_begin(struct finding *f, const char *rule);
/* Says that nothing was judged where a rule has forgotten to decide, or none was asked. */
void finding_end(struct finding *f);

#endif
