/* The people of the measurements: made from a number, so that every program names the same ones. */
#ifndef GDPOP_BENCH_POPULATION_H
#define GDPOP_BENCH_POPULATION_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define POPULATION_PASSWORD "Qing-Shan#2026-Lv"

enum { POPULATION_NAME_BYTES = 32, POPULATION_KEY_BYTES = 96, POPULATION_FIRST_UID = 100000 };

static inline void population_name(const char *prefix, uint32_t i, char out[POPULATION_NAME_BYTES])
{
    snprintf(out, POPULATION_NAME_BYTES, "%s%07u", prefix, i);
}

/* "ssh-ed25519 AAAA…": a key of the right form that nobody holds. */
static inline void population_key(uint32_t i, char out[POPULATION_KEY_BYTES])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const uint8_t head[19] = "\0\0\0\x0bssh-ed25519\0\0\0\x20";
    uint8_t blob[51] = {0};
    char *p = stpcpy(out, "ssh-ed25519 ");
    memcpy(blob, head, sizeof(head));
    for (int k = 0; k < 32; k++)
        blob[sizeof(head) + (size_t)k] =
            (uint8_t)((i + 1) * 2654435761u >> k % 25) ^ (uint8_t)(k * 37);
    memcpy(blob + 47, &i, sizeof(i));
    for (int k = 0; k < 51; k += 3) {
        uint32_t three = (uint32_t)blob[k] << 16 | (uint32_t)blob[k + 1] << 8 | blob[k + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *p++ = digits[three >> shift & 63];
    }
    *p = '\0';
}

#endif
