/* Sealing of records at rest: SM4-CTR then HMAC-SM3 over (table, key, schema version, key id,
 * nonce, ciphertext). Form: version(1) schema(2) key id(4) nonce(16) ciphertext mac(32), numbers
 * big-endian. */
#ifndef GDPOP_CRYPTO_SEAL_H
#define GDPOP_CRYPTO_SEAL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "crypto/keyring.h"

#define SEAL_OVERHEAD_BYTES 55

/* What a sealed value is bound to: it opens nowhere else. */
struct seal_place {
    const char *table;
    struct bytes key;
    uint16_t schema;
};

/* *out lies in the arena. Errors: GDPOP_ERR_CRYPTO, GDPOP_ERR_NOMEM. */
int seal_wrap(const struct keyring *k, const struct seal_place *place, struct bytes plain,
              struct arena *a, struct bytes *out);

/* Errors: GDPOP_ERR_SEAL when it was altered, moved, cut or sealed by a key that is not there (the
 * sentence names table and key); nothing of the content is given out then. place->schema is filled
 * from the value. */
int seal_open(const struct keyring *k, struct seal_place *place, struct bytes sealed,
              struct arena *a, struct bytes *plain);

/* The id of the key that sealed a value, 0 when it is none. */
uint32_t seal_key_id(struct bytes sealed);

#endif
