#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character that starts with this byte; 0 when none does. */
static int sequence_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

long text_next(const char **text, const char *end)
{
    static const long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)*text;
    if (*text >= end)
        return -1;
    int len = sequence_bytes(p[0]);
    if (len == 0 || end - *text < len)
        return -1;
    if (len == 1) {
        *text += 1;
        return p[0];
    }
    long c = p[0] & (0x7f >> len);
    for (int i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return -1;
    *text += len;
    return c;
}

long text_length(const char *text, size_t len_bytes)
{
    long count = 0;
    for (const char *end = text + len_bytes; text < end; count++)
        if (text_next(&text, end) < 0)
            return -1;
    return count;
}

/* Characters that move the cursor, turn the direction of writing or end the line. */
static bool is_control(long c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

size_t text_fit(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);
    if (len <= max)
        return len;
    for (len = max; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
        ;
    return len;
}

bool text_is_clean(const char *text)
{
    for (const char *end = text + strlen(text); text < end;) {
        long c = text_next(&text, end);
        if (c < 0 || is_control(c))
            return false;
    }
    return true;
}
