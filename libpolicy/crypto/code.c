#include "crypto/code.h"

#include "crypto/digest.h"
#include <stdio.h>
#include <string.h>

int code_make(struct secret *out)
{
    enum { EVEN = 250 }; /* the bytes below it fall on the ten digits alike */
    uint8_t byte;
    out->len = 0;
    while (out->len < CODE_DIGITS) {
        int r = digest_random(&byte, 1);
        if (r != 0)
            return r;
        if (byte < EVEN)
            out->text[out->len++] = (char)('0' + byte % 10);
    }
    out->text[out->len] = '\0';
    return 0;
}

bool code_parse(const char *text, size_t len, struct secret *out)
{
    *out = (struct secret){0};
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ' || text[i] == '-')
            continue;
        if (text[i] < '0' || text[i] > '9' || out->len == CODE_DIGITS) {
            secret_wipe(out);
            return false;
        }
        out->text[out->len++] = text[i];
    }
    return out->len == CODE_DIGITS;
}

int code_digest(const struct keyring *k, const char *kind, const char *owner,
                const struct secret *code, uint8_t out[static CODE_DIGEST_BYTES])
{
    struct secret value = {0};
    value.len = (size_t)snprintf(value.text, sizeof(value.text), "%s:%s", code->text, owner);
    int r = value.len < sizeof(value.text)
                ? keyring_lookup(k, kind, BYTES(value.text, value.len), out)
                : GDPOP_ERR_TOO_LONG;
    secret_wipe(&value);
    return r;
}

bool code_equal(const uint8_t a[static CODE_DIGEST_BYTES], struct bytes b)
{
    return b.len == CODE_DIGEST_BYTES && digest_equal(a, b.data);
}
