#include "model/address.h"

#include "base/err.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
    MAPPED_BITS = 96, /* length of ::ffff:0:0/96, in which IPv4 lies */
    QUOTED_MAX = 64,  /* bytes of wrong input that a sentence repeats */
};

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_ipv4(const struct address *a)
{
    return memcmp(a->byte, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static bool is_unspecified(const struct address *a)
{
    static const uint8_t zero[16];
    return memcmp(a->byte, zero, 16) == 0 || (is_ipv4(a) && memcmp(a->byte + 12, zero, 4) == 0);
}

/* Reads any numeric address, the unspecified one too. */
static bool read_numeric(const char *text, struct address *out)
{
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, out->byte + 12) == 1) {
        memcpy(out->byte, mapped_prefix, sizeof(mapped_prefix));
        return true;
    }
    return inet_pton(AF_INET6, text, out->byte) == 1;
}

int address_parse(const char *text, struct address *out)
{
    if (!read_numeric(text, out))
        goto refused;
    if (is_unspecified(out)) {
        memset(out, 0, sizeof(*out));
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" stands for no particular address."), text);
    }
    return 0;
refused:
    memset(out, 0, sizeof(*out));
    if (!text_is_clean(text) || strlen(text) > QUOTED_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("This is not an address: it is too long or holds "
                                            "control characters."));
    if (strchr(text, '%'))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("\"%s\" names a network interface: give the address "
                          "without the percent sign and what follows it."),
                        text);
    return err_fail(GDPOP_ERR_FORMAT,
                    _("\"%s\" is not a numeric address such as 10.77.1.5 or "
                      "2001:db8::5."),
                    text);
}

void address_format(const struct address *a, char out[static 46])
{
    if (is_ipv4(a))
        inet_ntop(AF_INET, a->byte + 12, out, 46);
    else
        inet_ntop(AF_INET6, a->byte, out, 46);
}

bool address_is_loopback(const struct address *a)
{
    static const uint8_t loopback[16] = {[15] = 1};
    return is_ipv4(a) ? a->byte[12] == 127 : memcmp(a->byte, loopback, 16) == 0;
}

/* The address with all bits behind the first `length` cleared. */
static struct address masked(const struct address *a, unsigned length)
{
    struct address m = *a;
    for (unsigned i = 0; i < 16; i++) {
        unsigned bits = length > i * 8 ? length - i * 8 : 0;
        if (bits < 8)
            m.byte[i] &= (uint8_t)(0xff00u >> bits);
    }
    return m;
}

/* The digits behind the slash: 1 to 3, no sign, no leading zero; -1 otherwise. */
static int read_length(const char *digits)
{
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || n > 3 || digits[n] != '\0' || (n > 1 && digits[0] == '0'))
        return -1;
    int length = 0;
    for (; *digits; digits++)
        length = length * 10 + (*digits - '0');
    return length;
}

static bool holds_all_ipv4(const struct network *n)
{
    struct address first = {{0}}, last;
    memcpy(first.byte, mapped_prefix, sizeof(mapped_prefix));
    last = first;
    memset(last.byte + 12, 0xff, 4);
    return network_contains(n, &first) && network_contains(n, &last);
}

static int refuse_network(const char *text)
{
    if (!text_is_clean(text) || strlen(text) > QUOTED_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("This is not a network: it is too long or holds "
                                            "control characters."));
    return err_fail(GDPOP_ERR_FORMAT,
                    _("\"%s\" is not a network such as 10.77.1.0/24 or 2001:db8:1::/64."), text);
}

int network_parse(const char *text, struct network *out)
{
    memset(out, 0, sizeof(*out));
    const char *slash = strchr(text, '/');
    char base[INET6_ADDRSTRLEN];
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    struct network n;
    if (len >= sizeof(base))
        return refuse_network(text);
    memcpy(base, text, len);
    base[len] = '\0';
    if (!read_numeric(base, &n.base))
        return refuse_network(text);

    bool ipv4 = strchr(base, ':') == NULL;
    int length = slash ? read_length(slash + 1) : ipv4 ? 32 : 128;
    if (length < 0 || length > (ipv4 ? 32 : 128))
        return refuse_network(text);
    n.length = (unsigned)length + (ipv4 ? MAPPED_BITS : 0);
    struct network right = {masked(&n.base, n.length), n.length};
    if (holds_all_ipv4(&right))
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" would hold every IPv4 address."), text);
    if (memcmp(&right.base, &n.base, sizeof(n.base)) != 0) {
        char spelled[50];
        network_format(&right, spelled);
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" has bits behind its prefix: write %s."), text,
                        spelled);
    }
    if (n.length == 128 && is_unspecified(&n.base))
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" stands for no particular address."), text);
    *out = n;
    return 0;
}

void network_format(const struct network *n, char out[static 50])
{
    char base[46];
    address_format(&n->base, base);
    bool ipv4 = is_ipv4(&n->base) && n->length >= MAPPED_BITS;
    snprintf(out, 50, "%s/%u", base, (ipv4 ? n->length - MAPPED_BITS : n->length) & 0xffu);
}

bool network_contains(const struct network *n, const struct address *a)
{
    if (n->length > 128)
        return false;
    struct address m = masked(a, n->length);
    return memcmp(m.byte, n->base.byte, 16) == 0;
}
