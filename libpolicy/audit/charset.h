/* Lines of a CSV file in GB18030, as Chinese spreadsheets expect them. Every character of Unicode
 * has a place in it, so nothing is lost on the way and back. */
#ifndef GDPOP_AUDIT_CHARSET_H
#define GDPOP_AUDIT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

struct charset;

/* to_gb18030: from UTF-8, else to UTF-8. Errors: GDPOP_ERR_NOMEM, GDPOP_ERR_SYSTEM when the C
 * library has no table for it. */
int charset_open(bool to_gb18030, struct charset **cp);
void charset_close(struct charset *c); /* NULL is allowed */
/* The bytes at *text converted, closed by a zero; they live until the next call. GDPOP_ERR_FORMAT
 * without a sentence when they are not in that charset. */
int charset_convert(struct charset *c, char **text, size_t *len);

#endif
