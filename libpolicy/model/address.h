/* Network addresses and prefixes: 16 bytes, IPv4 as ::ffff:a.b.c.d, so that a mapped address is its
 * IPv4 address. */
#ifndef GDPOP_MODEL_ADDRESS_H
#define GDPOP_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
    uint8_t byte[16];
};

struct network {
    struct address base;
    unsigned length; /* 0..128, of the 16 bytes: an IPv4 /24 is 120 */
};

/* Numeric only. Zone ids ("fe80::1%eth0"), names, empty text, unspecified addresses and forms like
 * "10.1" are refused: GDPOP_ERR_FORMAT. */
int address_parse(const char *text, struct address *out);
void address_format(const struct address *a, char out[static 46]);
bool address_is_loopback(const struct address *a);

/* "10.77.1.0/24" or one address; host bits must be zero (the sentence gives the right spelling); /0
 * is refused. */
int network_parse(const char *text, struct network *out);
void network_format(const struct network *n, char out[static 50]);
bool network_contains(const struct network *n, const struct address *a);

#endif
