#include "base/bytes.h"
#include "base/err.h"
#include "base/text.h"

void bytes_to_hex(struct bytes b, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = b.data;
    for (size_t i = 0; i < b.len; i++) {
        *out++ = digits[in[i] >> 4];
        *out++ = digits[in[i] & 15];
    }
    *out = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int bytes_from_hex(const char *hex, void *out, size_t len)
{
    uint8_t *to = out;
    /* strnlen first: nothing is written unless all of it is right in length */
    if (strnlen(hex, 2 * len + 1) != 2 * len)
        return err_fail(GDPOP_ERR_FORMAT, _("exactly %zu hexadecimal digits are expected"),
                        2 * len);
    for (size_t i = 0; i < len; i++) {
        int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return err_fail(GDPOP_ERR_FORMAT, _("exactly %zu hexadecimal digits are expected"),
                            2 * len);
        to[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}
