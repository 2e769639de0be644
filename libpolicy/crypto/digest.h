/* SM3 (GB/T 32905) and HMAC-SM3. */
#ifndef GDPOP_CRYPTO_DIGEST_H
#define GDPOP_CRYPTO_DIGEST_H

#include "base/bytes.h"

#define DIGEST_BYTES 32

/* SM3 over the parts one after the other. Errors: GDPOP_ERR_CRYPTO. */
int digest_sm3(const struct bytes *parts, size_t n, uint8_t out[static DIGEST_BYTES]);

/* HMAC-SM3 over the parts, each preceded by its length (8 bytes, big-endian), so that no two lists
 * of parts give the same input. */
int digest_hmac(struct bytes key, const struct bytes *parts, size_t n,
                uint8_t out[static DIGEST_BYTES]);

/* Constant time. */
bool digest_equal(const uint8_t a[static DIGEST_BYTES], const uint8_t b[static DIGEST_BYTES]);

/* Random bytes of the operating system. Errors: GDPOP_ERR_CRYPTO. */
int digest_random(void *out, size_t len);

#endif
