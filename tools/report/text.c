#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The character at *p, which goes behind it; a byte that begins none is U+FFFD. */
static uint32_t next_character(const unsigned char **p)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = *p;
    int len = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    uint32_t c = len == 1 ? *at : len ? *at & (0x7fu >> len) : 0;
    for (int i = 1; i < len; i++) {
        if (at[i] >> 6 != 2)
            len = 0;
        else
            c = c << 6 | (at[i] & 0x3f);
    }
    if (len == 0 || c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        *p = at + 1;
        return 0xfffd;
    }
    *p = at + len;
    return c;
}

static bool is_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

void report_put_text(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    fputc('"', out);
    while (*p) {
        const unsigned char *start = p;
        uint32_t c = next_character(&p);
        if (is_hidden(c) && c < 0x100)
            fprintf(out, "\\\\x%02x", c);
        else if (is_hidden(c))
            fprintf(out, "\\\\u%04x", c);
        else if (c < 0x80 && strchr("\"\\<>&'", (int)c))
            fprintf(out, "\\u%04x", c);
        else if (c == 0xfffd)
            fputs("\\ufffd", out);
        else
            fwrite(start, 1, (size_t)(p - start), out);
    }
    fputc('"', out);
}
