/* Codes of digits that people read to each other on the telephone. Only keyed digests are kept. */
#ifndef GDPOP_CRYPTO_CODE_H
#define GDPOP_CRYPTO_CODE_H

#include "base/secret.h"
#include "crypto/keyring.h"

enum { CODE_DIGITS = 10, CODE_DIGEST_BYTES = 32 };

/* Ten digits, evenly drawn. Errors: GDPOP_ERR_CRYPTO. */
int code_make(struct secret *out);

/* The ten digits of a text as it may be typed: with spaces or hyphens between them. false when it
 * is no code. */
bool code_parse(const char *text, size_t len, struct secret *out);

/* The digest of a code. kind and owner ("zhangsan", "D000001 zhangsan") keep codes apart: a code is
 * worth nothing elsewhere. */
int code_digest(const struct keyring *k, const char *kind, const char *owner,
                const struct secret *code, uint8_t out[static CODE_DIGEST_BYTES]);

/* In constant time. */
bool code_equal(const uint8_t a[static CODE_DIGEST_BYTES], struct bytes b);

#endif
