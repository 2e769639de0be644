/* One file of the key ring (the form is in keyring.h). */
#ifndef GDPOP_CRYPTO_KEYFILE_H
#define GDPOP_CRYPTO_KEYFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum { KEYFILE_KEY_BYTES = 32 };

struct keyfile {
    uint32_t id;
    uint8_t key[KEYFILE_KEY_BYTES];
};

/* Whether only root (or, for a caller who is not root, that user) can touch it. GDPOP_ERR_KEY with
 * a sentence that names path. */
int keyfile_safe(const struct stat *st, const char *path);

/* Reads dir/name, dir being open as dir_fd. The caller wipes *f on success; on an error it is
 * wiped. GDPOP_ERR_KEY with a sentence that names the file and the line. */
int keyfile_read(int dir_fd, const char *dir, const char *name, struct keyfile *f);

/* Writes a new file durably; a reader sees all of it or nothing. GDPOP_ERR_EXISTS, GDPOP_ERR_FULL,
 * GDPOP_ERR_SYSTEM. */
int keyfile_write(int dir_fd, const char *dir, const char *name, const struct keyfile *f,
                  int64_t made_at);

#endif
