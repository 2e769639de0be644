/* SM3 and HMAC-SM3 of many short texts: what digest.h computes, with the allocation, and for HMAC
 * the two blocks of the key, done once. One thread at a time, but for digester_hmac. */
#ifndef GDPOP_CRYPTO_DIGESTER_H
#define GDPOP_CRYPTO_DIGESTER_H

#include "crypto/digest.h"

struct digester;

int digester_new(struct digester **dp);
/* Wipes and frees; NULL is allowed. */
void digester_free(struct digester *d);

/* As digest_sm3. */
int digester_sm3(struct digester *d, const struct bytes *parts, size_t n,
                 uint8_t out[static DIGEST_BYTES]);
/* SM3 of the file behind fd from its beginning, read in blocks. Also GDPOP_ERR_SYSTEM. */
int digester_file(struct digester *d, int fd, uint8_t out[static DIGEST_BYTES]);
/* The same of its first len bytes, or of all when it has fewer. */
int digester_part(struct digester *d, int fd, int64_t len, uint8_t out[static DIGEST_BYTES]);
/* The key of the digester_hmac calls that follow. */
int digester_key(struct digester *d, const uint8_t key[static DIGEST_BYTES]);
/* As digest_hmac. Threads may share a digester for this alone. */
int digester_hmac(const struct digester *d, const struct bytes *parts, size_t n,
                  uint8_t out[static DIGEST_BYTES]);

#endif
