/* Text made comparable: ASCII letters in lower case, full-width forms as their ASCII ones. */
#ifndef GDPOP_RULES_FOLD_H
#define GDPOP_RULES_FOLD_H

#include "base/secret.h"

/* Folds len bytes of text; never longer than the text. What exceeds a secret is left out, what is
 * not UTF-8 is kept as it is. The caller wipes *out. */
void fold_text(const char *text, size_t len, struct secret *out);

/* The same characters from the last to the first. */
void fold_reverse(const struct secret *in, struct secret *out);

#endif
