/* What the shells' completion asks. */
#ifndef GDPOP_ADMIN_COMPLETE_H
#define GDPOP_ADMIN_COMPLETE_H

#include "tool.h"

#include <stdio.h>

/* Candidates for the word behind words, one a line. A line "@account" stands for the names that
 * `--names account` gives, "@file" for the files here. Reads no store. */
void complete_words(FILE *out, int count, char **words);

/* The names of a kind that the administrator of this login session sees, one a line. Whoever has no
 * such session, or no right, gets nothing, and nothing is asked or said. */
int complete_names(const char *kind);

#endif
