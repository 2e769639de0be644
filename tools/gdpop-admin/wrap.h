/* Text in lines of a width, broken between words and between Chinese characters. */
#ifndef GDPOP_ADMIN_WRAP_H
#define GDPOP_ADMIN_WRAP_H

#include <stddef.h>

/* Columns of the widest piece that is never broken: a word, a number, a date, a Chinese character
 * with the marks that may not begin or end a line. */
size_t wrap_narrowest(const char *text);

/* The text with line feeds where lines end, none wider than width unless one piece is; to be freed.
 * NULL when memory is short. */
char *wrap_text(const char *text, size_t width);

#endif
