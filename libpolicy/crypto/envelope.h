/* A stream that only the holders of certain SM2 private keys read, and that everybody can check for
 * being whole. Form, numbers big-endian: "gdpop-envelope 1\n", then frames: type(1) length(4)
 * content.
 *   L  label: readable by everybody; first, once
 *   K  fingerprint of a recipient(32) and the data keys wrapped for it
 *   D  SM4-CTR of at most 64 KiB, then HMAC-SM3 over (chain, ciphertext)
 *   E  length of the whole plain text(8), then HMAC-SM3 over (chain, length)
 *   S  SM2 signature of the chain
 * chain = SM3(chain before ‖ frame), 32 zeros before the first frame: every MAC and the signature
 * are bound to all before them, in order. The data keys are fresh for each envelope; the nonce of a
 * frame is its number.
 * One thread at a time; no fork in between. Nothing that was read is to be trusted before
 * envelope_finish but that it stands under the recipients' key. */
#ifndef GDPOP_CRYPTO_ENVELOPE_H
#define GDPOP_CRYPTO_ENVELOPE_H

#include "crypto/sign.h"

#include <stdbool.h>

struct envelope;

enum { ENVELOPE_RECIPIENTS_MAX = 8, ENVELOPE_LABEL_MAX = 65536 };

/* Begins to write to fd, which stays the caller's. The label is copied. Errors: GDPOP_ERR_FULL,
 * GDPOP_ERR_SYSTEM, GDPOP_ERR_CRYPTO, GDPOP_ERR_NOMEM; after an error only envelope_free is left.
 */
int envelope_seal(int fd, struct bytes label, const struct sign_key *const *recipients,
                  size_t count, struct envelope **ep);
int envelope_write(struct envelope *e, const void *data, size_t len);
/* Writes what is left, the end and the signature, and syncs the file. */
int envelope_end(struct envelope *e, const struct sign_key *signer);

/* Begins to read from fd. *label lives as long as the envelope. Errors: GDPOP_ERR_FORMAT when it is
 * no envelope. */
int envelope_open(int fd, struct envelope **ep, struct bytes *label);
/* GDPOP_ERR_KEY when it was made for other keys; the sentence names theirs. */
int envelope_unlock(struct envelope *e, const struct sign_key *private_key);
/* Exactly len bytes; *got is false at the end, before the first of them. GDPOP_ERR_SEAL when a
 * frame was altered or is missing, GDPOP_ERR_FORMAT when it ends within them. */
int envelope_read(struct envelope *e, void *out, size_t len, bool *got);
/* Reads what is left, unlocked or not, to its last byte. signer NULL: the signature is not looked
 * at. GDPOP_ERR_SEAL when it is not whole, or not signed by that key. */
int envelope_finish(struct envelope *e, const struct sign_key *signer);

/* Bytes of the file until now. */
uint64_t envelope_bytes(const struct envelope *e);

/* Wipes and frees; NULL is allowed. */
void envelope_free(struct envelope *e);

#endif
