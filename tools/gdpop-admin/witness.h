/* Witnesses of a sensitive command. */
#ifndef GDPOP_ADMIN_WITNESS_H
#define GDPOP_ADMIN_WITNESS_H

#include "arguments.h"
#include "tool.h"

/* Asks on the terminal for as many people as the library says this call needs, and has it verify
 * each; those of --witness first. Says why not. */
int witness_ask(struct tool *t, const char *actor, const struct call *call);

#endif
