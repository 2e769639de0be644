/* A password or key in memory: fixed room, no allocation, wiped by secret_wipe on every path. */
#ifndef GDPOP_BASE_SECRET_H
#define GDPOP_BASE_SECRET_H

#include "gdpop.h"
#include <stdbool.h>
#include <stddef.h>

struct secret {
    size_t len;                              /* bytes, without the closing zero */
    char text[GDPOP_PASSWORD_MAX_BYTES + 1]; /* closed by a zero; may hold zeros inside */
};

/* Copies len bytes. Errors: GDPOP_ERR_TOO_LONG when len > GDPOP_PASSWORD_MAX_BYTES (nothing is
 * kept, nothing is cut off). */
int secret_set(struct secret *s, const void *bytes, size_t len);

/* Overwrites all of it; safe on a zeroed or wiped one. */
void secret_wipe(struct secret *s);

/* Equal in constant time for equal lengths. */
bool secret_equal(const struct secret *a, const struct secret *b);

#endif
