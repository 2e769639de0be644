#include "rules/fold.h"
#include "base/text.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* One character's bytes, or one byte that is none. */
static size_t step(const char *p, const char *end, long *c)
{
    const char *next = p;
    *c = text_next(&next, end);
    return *c < 0 ? 1 : (size_t)(next - p);
}

void fold_text(const char *text, size_t len, struct secret *out)
{
    const char *end = text + len;
    secret_wipe(out);
    while (text < end) {
        long c;
        size_t bytes = step(text, end, &c);
        if (c >= 0xff01 && c <= 0xff5e) {
            if (out->len + 1 > GDPOP_PASSWORD_MAX_BYTES)
                return;
            out->text[out->len++] = lower((char)(c - 0xff01 + '!'));
        } else {
            if (out->len + bytes > GDPOP_PASSWORD_MAX_BYTES)
                return;
            for (size_t i = 0; i < bytes; i++)
                out->text[out->len++] = lower(text[i]);
        }
        text += bytes;
    }
}

void fold_reverse(const struct secret *in, struct secret *out)
{
    const char *p = in->text, *end = in->text + in->len;
    secret_wipe(out);
    out->len = in->len;
    for (char *to = out->text + in->len; p < end;) {
        long c;
        size_t bytes = step(p, end, &c);
        to -= bytes;
        memcpy(to, p, bytes);
        p += bytes;
    }
}
