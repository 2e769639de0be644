/* SM4 (GB/T 32907) in counter mode. */
#ifndef GDPOP_CRYPTO_CIPHER_H
#define GDPOP_CRYPTO_CIPHER_H

#include <stddef.h>
#include <stdint.h>

enum { CIPHER_KEY_BYTES = 16, CIPHER_NONCE_BYTES = 16 };

/* The same for both directions; out has room for len and may be in. A nonce serves once under a
 * key. Errors: GDPOP_ERR_CRYPTO. */
int cipher_sm4_ctr(const uint8_t key[static CIPHER_KEY_BYTES],
                   const uint8_t nonce[static CIPHER_NONCE_BYTES], const void *in, size_t len,
                   uint8_t *out);

#endif
