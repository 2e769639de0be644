#include "model/letters.h"

#include "base/text.h"

#include <string.h>

static bool within(long c, long first, long last)
{
    return c >= first && c <= last;
}

long letter_plain(long c)
{
    if (within(c, 0xFF01, 0xFF5E))
        return c - 0xFEE0;
    if (c == '\t' || c == 0xA0 || within(c, 0x2000, 0x200B) || c == 0x202F || c == 0x205F ||
        c == 0x2060 || c == 0x3000 || c == 0xFEFF)
        return ' ';
    if (within(c, 0x2010, 0x2015) || c == 0x2212)
        return '-';
    return c;
}

bool letter_is_hidden(long c)
{
    return within(c, 0x200B, 0x200F) || within(c, 0x202A, 0x202E) || within(c, 0x2060, 0x206F) ||
           c == 0xFEFF || c == 0xAD;
}

bool letter_is_letter(long c)
{
    if (c < 0x80)
        return within(c, 'A', 'Z') || within(c, 'a', 'z');
    if (c < 0xC0 || c == 0xD7 || c == 0xF7)
        return false;
    if (within(c, 0x2000, 0x2BFF)) /* punctuation, signs, arrows, boxes, dingbats */
        return false;
    if (within(c, 0x3000, 0x303F))
        return c == 0x3005 || c == 0x3007;
    if (c == 0x30FB || within(c, 0xFE00, 0xFE6F) || within(c, 0xFFE0, 0xFFFF))
        return false;
    if (within(c, 0xFF01, 0xFF5E))
        return letter_is_letter(c - 0xFEE0);
    return !within(c, 0x1F000, 0x1FAFF) && c < 0xE0000;
}

bool letter_append(char **at, const char *end, long c)
{
    char bytes[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if ((size_t)(end - *at) < len + 1)
        return false;
    for (size_t i = len; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    static const int lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (char)(lead[len] | c);
    memcpy(*at, bytes, len);
    *at += len;
    **at = '\0';
    return true;
}

bool letter_copy_plain(const char *text, char *out, size_t out_size)
{
    const char *stop = text + strlen(text), *end = out + out_size;
    if (out_size == 0)
        return false;
    *out = '\0';
    if (text_length(text, (size_t)(stop - text)) < 0)
        return false;
    for (long c; (c = text_next(&text, stop)) >= 0;)
        if (!letter_append(&out, end, letter_plain(c)))
            return false;
    return true;
}

bool letter_is_exponent(const char *text)
{
    size_t n = strspn(text, "0123456789");
    const char *at = text + n;
    if (n != 1)
        return false;
    if (*at == '.')
        at += 1 + strspn(at + 1, "0123456789");
    if (*at != 'E' && *at != 'e')
        return false;
    at += at[1] == '+' ? 2 : 1;
    size_t digits = strspn(at, "0123456789");
    return digits > 0 && digits <= 2 && at[digits] == '\0';
}
