/* Signatures by SM2 with SM3 (GB/T 32918.2); the distinguishing id is always 1234567812345678, as
 * GM/T 0009 has it, so that any other program verifies them. The same keys wrap what only their
 * holder is to read. */
#ifndef GDPOP_CRYPTO_SIGN_H
#define GDPOP_CRYPTO_SIGN_H

#include "base/arena.h"
#include "base/bytes.h"

#define SIGN_MAX_BYTES 72 /* ASN.1 of two 256-bit numbers */

struct sign_key;

/* Makes a private key (PKCS 8, PEM, 0600) at path, durably; an existing file is kept as it is.
 * Errors: GDPOP_ERR_CRYPTO, GDPOP_ERR_FULL, GDPOP_ERR_SYSTEM. */
int sign_key_create(const char *path);

/* Reads a private key that is root's alone. Errors: GDPOP_ERR_KEY with a sentence that names path.
 */
int sign_key_read(const char *path, struct sign_key **kp);

/* A public key or an X.509 certificate in PEM; only SM2 is taken. origin is its name in sentences.
 * Errors: GDPOP_ERR_KEY. */
int sign_key_parse(struct bytes pem, const char *origin, struct sign_key **kp);

/* A private key in PEM, encrypted by a passphrase (NULL or "": it is not). GDPOP_ERR_KEY, also when
 * the passphrase is wrong. */
int sign_key_parse_private(struct bytes pem, const char *passphrase, const char *origin,
                           struct sign_key **kp);

/* SM3 of the public half (SubjectPublicKeyInfo in DER). Errors: GDPOP_ERR_CRYPTO. */
int sign_key_fingerprint(const struct sign_key *k, uint8_t out[static 32]);

/* Encryption of a few bytes for the holder of the private half (GB/T 32918.4). *out in the arena.
 * Errors: GDPOP_ERR_CRYPTO. */
int sign_key_wrap(const struct sign_key *k, struct bytes plain, struct arena *a, struct bytes *out);
/* Into out, which has room for len; exactly len bytes must come out. GDPOP_ERR_KEY when it was not
 * wrapped for this key. */
int sign_key_unwrap(const struct sign_key *k, struct bytes wrapped, uint8_t *out, size_t len);

/* Wipes and frees; NULL is allowed. */
void sign_key_free(struct sign_key *k);

/* The public half as PEM ("BEGIN PUBLIC KEY"), in the arena. */
int sign_public_pem(const struct sign_key *k, struct arena *a, char **pem);

/* Errors: GDPOP_ERR_CRYPTO. */
int sign_make(const struct sign_key *k, struct bytes text, uint8_t out[static SIGN_MAX_BYTES],
              size_t *len);

/* GDPOP_ERR_SEAL (no sentence is set) when it is not this key's signature of this text. */
int sign_check(const struct sign_key *k, struct bytes text, struct bytes signature);

#endif
