/* The keys that seal the store: DIR/NAME.key, one file a key, root only (0600 in 0700), text:
 *   gdpop-key 1
 *   id 1
 *   made 2026-11-22T00:00:00Z
 *   key <64 hexadecimal digits>
 * The highest id seals; all open. From each key the keys for encryption, authentication and lookup
 * are derived (HMAC-SM3 with a label). The lookup key is always derived from the lowest id, so that
 * indexes survive rotation. Behind this interface a TPM, card or SDF module can stand later. */
#ifndef GDPOP_CRYPTO_KEYRING_H
#define GDPOP_CRYPTO_KEYRING_H

#include "base/bytes.h"

struct keyring;

/* Reads DIR; names that do not end in .key are passed over. A directory or files that others could
 * read or write, foreign owners, links, malformed lines are refused by name. Errors: GDPOP_ERR_KEY
 * with a sentence that names the file. */
int keyring_open(const char *dir, struct keyring **kp);

/* Wipes and frees; NULL is allowed. */
void keyring_free(struct keyring *k);

/* Makes DIR (0700) when missing and a new key file with the next id, durably. Nothing is ever
 * replaced. Errors: GDPOP_ERR_KEY when what is there is unsafe or malformed or the ring is full,
 * GDPOP_ERR_EXISTS when another process made the same id meanwhile, GDPOP_ERR_FULL,
 * GDPOP_ERR_SYSTEM, GDPOP_ERR_CRYPTO.
 */
int keyring_create(const char *dir);

/* For backup and restore: each key of DIR as it stands in its file, wiped behind the call. A return
 * of each that is not 0 ends it and is returned. Errors: as keyring_open. */
struct keyfile;
int keyring_each(const char *dir, int (*each)(const struct keyfile *f, void *arg), void *arg);
/* Makes DIR when missing and a file for that key, durably. A file of the same id must hold the same
 * key: GDPOP_ERR_KEY. */
int keyring_import(const char *dir, const struct keyfile *f);

/* Takes away the key files and DIR: of a store for trial. */
void keyring_remove(const char *dir);

/* Keyed digest for lookups by document number, telephone, device code: `kind` keeps the spaces
 * apart. */
int keyring_lookup(const struct keyring *k, const char *kind, struct bytes value,
                   uint8_t out[static 32]);

/* HMAC-SM3 of the parts (digest.h) under the authentication key of key `id`, which must be there;
 * the work on the key is done already. Threads may share a ring. */
int keyring_authenticate(const struct keyring *k, uint32_t id, const struct bytes *parts, size_t n,
                         uint8_t mac[static 32]);

/* The id that seals. */
uint32_t keyring_current(const struct keyring *k);
/* Whether keyring_create may add another. */
bool keyring_has_room(const struct keyring *k);

/* 32 bytes for encryption (SM4: the first 16) and 32 for authentication of key `id`; NULL when the
 * ring has no such key. Valid as long as k. */
struct keyring_pair {
    uint8_t encrypt[16];
    uint8_t authenticate[32];
};
const struct keyring_pair *keyring_pair(const struct keyring *k, uint32_t id);

#endif
