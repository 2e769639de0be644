/* A snapshot being built: what the files of the writer share. */
#ifndef GDPOP_NSS_IMAGE_H
#define GDPOP_NSS_IMAGE_H

#include "nss/handle.h"

struct image {
    const struct snapshot_content *in;
    uint8_t *bytes;
    uint8_t *section[SECTION_COUNT];
    struct snapshot view; /* lets the reader look into it before the header stands */
    uint32_t string_used;
    struct {
        const char *text;
        uint32_t at;
    } memo[64]; /* strings that many rows share */
};

struct image_member {
    uint32_t user, group; /* rows */
    int64_t from_at, until_at;
};

/* Checks every row; *string_bytes is room enough for all strings. GDPOP_ERR_ARGUMENT,
 * GDPOP_ERR_TOO_LONG. */
int content_check(const struct snapshot_content *in, uint64_t *string_bytes);

/* The memberships by user, then group; the caller frees *sorted, on errors too. The groups stand in
 * the image already. */
int members_sort(const struct image *im, struct image_member **sorted);

/* Writes them and each user's and group's part of them. */
void members_put(struct image *im, const struct image_member *sorted);

#endif
