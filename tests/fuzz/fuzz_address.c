/* Addresses and networks: what was read is spelled one way, which is read alike. */
#include "model/address.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_address(const char *text)
{
    struct address a, again;
    char out[46];
    if (address_parse(text, &a) != 0)
        return;
    address_format(&a, out);
    require(address_parse(out, &again) == 0 && memcmp(&a, &again, sizeof(a)) == 0);
}

static void check_network(const char *text)
{
    struct network n, again;
    char out[50];
    if (network_parse(text, &n) != 0)
        return;
    network_format(&n, out);
    require(network_parse(out, &again) == 0 && n.length == again.length);
    require(memcmp(&n.base, &again.base, sizeof(n.base)) == 0);
    require(network_contains(&n, &n.base) && n.length >= 1 && n.length <= 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    check_address(text);
    check_network(text);
    free(text);
    return 0;
}
