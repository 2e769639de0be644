/* A page for people, in one file: everything from the store is escaped, nothing is fetched, no
 * script runs; the policy of the page allows the one style sheet by its digest. */
#ifndef GDPOP_ADMIN_PAGE_H
#define GDPOP_ADMIN_PAGE_H

#include <stdio.h>

/* As text or as the value of an attribute. */
void page_escape(FILE *out, const char *text);
/* All before the first paragraph, in the thread's language; the title as its heading. */
void page_begin(FILE *out, const char *title);
void page_end(FILE *out);

#endif
