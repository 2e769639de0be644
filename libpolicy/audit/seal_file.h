/* STORE_DIR/seal: the key that seals the current epoch of the trail, and nothing else (DESIGN 8).
 * Two slots at fixed places, written over in place so that an erased key is gone from the file;
 * each has a checksum of its own, so a slot that was half written counts as empty. */
#ifndef GDPOP_AUDIT_SEAL_FILE_H
#define GDPOP_AUDIT_SEAL_FILE_H

#include "crypto/digest.h"
#include <stdbool.h>

enum { SEAL_SLOTS = 2 };

struct seal_slot {
    uint64_t epoch;
    uint64_t first;        /* sequence of the epoch's first event */
    uint32_t limit_sec;    /* the epoch ends when its first event is so old … */
    uint32_t limit_events; /* … or when it has so many */
    uint8_t key[DIGEST_BYTES];
};

struct seal_file {
    int fd; /* -1: not open */
    bool filled[SEAL_SLOTS];
    struct seal_slot slot[SEAL_SLOTS];
};

/* Makes it with one slot, over whatever is there, durably. GDPOP_ERR_FULL, GDPOP_ERR_SYSTEM. */
int seal_file_create(const char *store_dir, const struct seal_slot *first);

/* GDPOP_ERR_NOT_FOUND (no sentence) when there is none, GDPOP_ERR_KEY when others could read it. */
int seal_file_open(const char *store_dir, struct seal_file *f);

/* Writes or erases one slot; on the disk when it returns. */
int seal_file_put(struct seal_file *f, int slot, const struct seal_slot *content);
int seal_file_erase(struct seal_file *f, int slot);

/* Closes and wipes; safe when it is not open. */
void seal_file_close(struct seal_file *f);

/* K(e+1) = SM3(K(e) ‖ "gdpop next epoch"), in place: there is no way back. */
int seal_next_key(uint8_t key[static DIGEST_BYTES]);

#endif
