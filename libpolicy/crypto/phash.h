/* Password hashes by libcrypt: any method it reads is verified; new ones use the given setting. */
#ifndef GDPOP_CRYPTO_PHASH_H
#define GDPOP_CRYPTO_PHASH_H

#include "base/secret.h"
#include <stdbool.h>

#define PHASH_MAX_BYTES 384

/* A fresh salt for `prefix` ("$y$", "$6$", "$5$", …) and cost `count` (0 = the method's default).
 * Errors: GDPOP_ERR_CRYPTO when libcrypt does not know the prefix or cost. */
int phash_salt(const char *prefix, unsigned long count, char out[static PHASH_MAX_BYTES]);

/* One hash of the password under salt (or an existing hash). Passwords with a zero byte are
 * refused: GDPOP_ERR_ARGUMENT; longer ones than the method looks at ($2b$ 72 bytes, DES 8):
 * GDPOP_ERR_TOO_LONG. Errors: GDPOP_ERR_CRYPTO. */
int phash_make(const struct secret *password, const char *salt, char out[static PHASH_MAX_BYTES]);

/* One hash, compared in constant time. *match is false on any error: GDPOP_ERR_CRYPTO when libcrypt
 * cannot read the hash, GDPOP_ERR_ARGUMENT for a password with a zero byte. An imported hash of a
 * method that cuts passwords goes on cutting until it is replaced. */
int phash_verify(const struct secret *password, const char *hash, bool *match);

/* Takes as long as phash_verify against a hash made with prefix and count; for unknown or locked
 * accounts. */
void phash_dummy(const struct secret *password, const char *prefix, unsigned long count);

/* Whether hash was made with this prefix and cost (a rehash is due when not). */
bool phash_current(const char *hash, const char *prefix, unsigned long count);

/* Whether libcrypt can verify it and it is whole: the check on import. Computes no hash. */
bool phash_readable(const char *hash);

/* Random password of `chars` characters (8 or more) for reading aloud: no 0/O/1/l/I, at least one
 * digit, upper, lower and special (-+=%@#). */
int phash_generate(unsigned chars, struct secret *out);

#endif
