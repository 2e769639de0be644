#include "wrap.h"

#include "gdpop.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Marks that do not begin a line, and those that do not end one. */
static const char *const closing[] = {"，", "。", "；", "：", "、", "！", "？", "）",
                                      "」", "』", "》", "”",  "’",  "〕", "】", "…",
                                      ")",  ",",  ".",  ";",  ":",  "%",  "]"};
static const char *const opening[] = {"（", "「", "『", "《", "“", "‘", "〔", "【", "(", "["};

static size_t char_bytes(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static bool is_one_of(const char *s, size_t len, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0)
            return true;
    return false;
}

static size_t char_width(const char *s, size_t len)
{
    char one[8] = "";
    memcpy(one, s, len < sizeof(one) ? len : sizeof(one) - 1);
    return gdpop_text_width(one);
}

/* Whether a line may end behind the character at s, of len bytes, the next one being no blank. */
static bool may_break(const char *s, size_t len)
{
    const char *next = s + len;
    size_t next_len = char_bytes(next);
    if (is_one_of(next, next_len, closing, sizeof(closing) / sizeof(closing[0])) ||
        is_one_of(s, len, opening, sizeof(opening) / sizeof(opening[0])))
        return false;
    return char_width(s, len) == 2 || char_width(next, next_len) == 2;
}

/* Bytes of the piece at s, at least one unless it is empty; its columns. */
static size_t piece(const char *s, size_t *width)
{
    size_t len = 0;
    *width = 0;
    while (s[len] && s[len] != ' ' && s[len] != '\n') {
        size_t n = char_bytes(s + len);
        *width += char_width(s + len, n);
        len += n;
        if (s[len] && s[len] != ' ' && s[len] != '\n' && may_break(s + len - n, n))
            break;
    }
    return len;
}

size_t wrap_narrowest(const char *text)
{
    size_t widest = 0, width;
    while (*text) {
        size_t len = piece(text, &width);
        widest = width > widest ? width : widest;
        text += len ? len : 1;
    }
    return widest;
}

/* A blank becomes the end of a line, or a line feed comes between two pieces: never more than one
 * byte for each of the text. */
char *wrap_text(const char *text, size_t width)
{
    char *out = malloc(2 * strlen(text) + 1), *at = out;
    size_t used = 0, blanks = 0, wide;
    while (out && *text) {
        size_t len = piece(text, &wide);
        if (len == 0) {
            blanks = *text == '\n' ? 0 : blanks + 1;
            if (*text++ == '\n') {
                *at++ = '\n';
                used = 0;
            }
            continue;
        }
        if (used > 0 && used + blanks + wide > width) {
            *at++ = '\n';
            used = blanks = 0;
        }
        memset(at, ' ', blanks);
        memcpy(at + blanks, text, len);
        at += blanks + len;
        used += blanks + wide;
        text += len;
        blanks = 0;
    }
    if (out)
        *at = '\0';
    return out;
}
