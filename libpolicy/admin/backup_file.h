/* The file of a backup: an envelope (crypto/envelope.h) whose label is the packed Backup record and
 * whose content is the keys of the key ring and then each value of the store as it lies there:
 *   length of name(1) name, length of key(2) key, length of value(4) value, numbers big-endian
 * up to a name of length 0. The name is the table's or index's; "key" for a key of the ring, its id
 * (4) being the key. The trail's seal and the signing key stay on their host. */
#ifndef GDPOP_ADMIN_BACKUP_FILE_H
#define GDPOP_ADMIN_BACKUP_FILE_H

#include "crypto/envelope.h"
#include "store/store.h"

/* Writes the store as one transaction sees it, in use or not. label: what the caller knows of
 * it; sequence, digest, newest_at, values and bytes are filled here, the digest in the arena. No
 * transaction of this thread need be open. Errors: those of the envelope and of the store;
 * GDPOP_ERR_KEY. */
int backup_write(struct store *s, struct arena *a, Model__Backup *label,
                 const struct sign_key *const *recipients, size_t count, int fd);

/* Reads what the file says of itself, and that it is whole; signer NULL: whoever signed it. *label
 * in the arena. GDPOP_ERR_FORMAT, GDPOP_ERR_SEAL. */
int backup_look(int fd, struct arena *a, const struct sign_key *signer, Model__Backup **label);

/* Makes conf's key ring and store of it; its directories must not be there, and store_remove takes
 * them away when it fails. The sealed values are not looked at: store_check does. GDPOP_ERR_KEY
 * when private_key is not the one it was made for, GDPOP_ERR_SEAL, GDPOP_ERR_FORMAT,
 * GDPOP_ERR_STORE when a newer gdpop made it. */
int backup_unpack(int fd, struct arena *a, const struct sign_key *private_key,
                  const struct conf *conf, Model__Backup **label);

/* The directories for it beside the store: DIR/NAME and DIR/NAME/keys, of which DIR is there and
 * DIR/NAME is made. What an interrupted attempt left in them is taken away. Until *hold is closed,
 * or its process has ended, they are the caller's alone. GDPOP_ERR_BUSY at once when they are
 * another's, GDPOP_ERR_CONFIG, GDPOP_ERR_SYSTEM. */
int backup_place(const struct conf *conf, const char *name, struct conf *place, int *hold);

#endif
