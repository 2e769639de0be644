/* Secrets asked for on the terminal (/dev/tty, echo off) or taken from --password-file, one a line
 * in the order in which they are asked. */
#ifndef GDPOP_ADMIN_PROMPT_H
#define GDPOP_ADMIN_PROMPT_H

#include "tool.h"

/* The answer to label ("Password of li:"), to be freed by prompt_free. echo shows what is typed.
 * GDPOP_ERR_NOT_AUTHORISED when there is no terminal or ^C was typed; said. */
int prompt_ask(const struct tool *t, const char *label, bool echo, char **answer);
/* The same for what must be typed on purpose: never from a file. Without a terminal *answer is NULL
 * and 0 is returned. */
int prompt_confirm(const struct tool *t, const char *label, char **answer);
/* The same of somebody who must be present: on the terminal, never from the file. */
int prompt_present(const struct tool *t, const char *label, bool echo, char **answer);
void prompt_free(char *answer);
/* Forgets the lines of --password-file. */
void prompt_end(void);

#endif
