/* A view of bytes owned by somebody else, and their spelling in hexadecimal. */
#ifndef GDPOP_BASE_BYTES_H
#define GDPOP_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const void *data;
    size_t len;
};

#define BYTES(pointer, length) ((struct bytes){(pointer), (length)})

static inline struct bytes bytes_of_text(const char *text)
{
    return BYTES(text, strlen(text));
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Writes 2 * b.len lower-case digits and a zero; out has room for them. */
void bytes_to_hex(struct bytes b, char *out);

/* Reads exactly 2 * len digits. GDPOP_ERR_FORMAT for anything else. */
int bytes_from_hex(const char *hex, void *out, size_t len);

/* Numbers in the order in which LMDB sorts keys. */
static inline void bytes_put_be64(uint8_t out[static 8], uint64_t v)
{
    for (int i = 7; i >= 0; i--, v >>= 8)
        out[i] = (uint8_t)v;
}

static inline uint64_t bytes_get_be64(const uint8_t in[static 8])
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | in[i];
    return v;
}

#endif
