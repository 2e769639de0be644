/* Texts of the trail inside the page. */
#ifndef GDPOP_REPORT_TEXT_H
#define GDPOP_REPORT_TEXT_H

#include <stdio.h>

/* A JSON string that may stand in a script element: no character of markup is left as it is, and
 * what would be invisible or turn the direction of the text is written out (\u202e). */
void report_put_text(FILE *out, const char *text);

#endif
