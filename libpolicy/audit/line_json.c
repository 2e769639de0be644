#include "audit/line_private.h"

#include "base/err.h"

#include <string.h>

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_code_point(const char *p, unsigned *c)
{
    *c = 0;
    for (int i = 0; i < 4; i++) {
        int n = nibble((char)(p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]));
        if (n < 0)
            return GDPOP_ERR_FORMAT;
        *c = *c << 4 | (unsigned)n;
    }
    return 0;
}

static char *put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* *from stands behind "\\u". */
static int unescape_unicode(const char **from, char **to)
{
    unsigned c, low;
    if (read_code_point(*from, &c) < 0)
        return GDPOP_ERR_FORMAT;
    *from += 4;
    if (c >= 0xd800 && c < 0xdc00) {
        if ((*from)[0] != '\\' || (*from)[1] != 'u' || read_code_point(*from + 2, &low) < 0 ||
            low < 0xdc00 || low > 0xdfff)
            return GDPOP_ERR_FORMAT;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        *from += 6;
    }
    *to = put_utf8(*to, c);
    return c == 0 ? GDPOP_ERR_FORMAT : 0;
}

/* *p stands behind the opening quote and goes behind the closing one; unescaped in place. */
static int read_string(char **p, char **value, size_t *len)
{
    static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    char *from = *p, *to;
    *value = from;
    while (*from && *from != '"' && *from != '\\')
        from++;
    to = from;
    while (*from && *from != '"') {
        const char *escape, *next;
        if (*from != '\\') {
            *to++ = *from++;
        } else if (from[1] == 'u') {
            next = from + 2;
            if (unescape_unicode(&next, &to) < 0)
                return GDPOP_ERR_FORMAT;
            from = (char *)(uintptr_t)next;
        } else if (from[1] && (escape = strchr(plain, from[1]))) {
            *to++ = means[escape - plain];
            from += 2;
        } else {
            return GDPOP_ERR_FORMAT;
        }
    }
    if (*from != '"')
        return GDPOP_ERR_FORMAT;
    *p = from + 1;
    *len = (size_t)(to - *value);
    *to = '\0';
    return 0;
}

static char *skip_blanks(char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

int line_member(char **p, char **name, char **value, size_t *len)
{
    char *at = skip_blanks(*p);
    size_t unused;
    if (*at == ',')
        at = skip_blanks(at + 1);
    if (*at == '}') {
        *p = at + 1;
        return 0;
    }
    if (*at++ != '"' || read_string(&at, name, &unused) < 0)
        return GDPOP_ERR_FORMAT;
    at = skip_blanks(at);
    if (*at++ != ':')
        return GDPOP_ERR_FORMAT;
    at = skip_blanks(at);
    if (*at == '"') {
        at++;
        if (read_string(&at, value, len) < 0)
            return GDPOP_ERR_FORMAT;
    } else {
        /* Closed by a zero without writing over what follows it. */
        *len = strcspn(at, ",} \t");
        if (*len == 0 || !at[*len])
            return GDPOP_ERR_FORMAT;
        *value = memmove(at - 1, at, *len);
        (*value)[*len] = '\0';
        at += *len;
    }
    *p = at;
    return 1;
}

/* What line_write puts in front of each value; a quote at the end: the value is a string. */
struct prefix {
    const char *text;
    size_t len;
};
#define P(text)                                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define TEXT_P(name) P(",\"" name "\":\"")
static const struct prefix prefixes[LINE_COLUMNS] = {
    P("{\"sequence\":"), TEXT_P("at"),      TEXT_P("boot_id"), TEXT_P("host"),    TEXT_P("actor"),
    TEXT_P("subject"),   TEXT_P("action"),  TEXT_P("object"),  TEXT_P("outcome"), TEXT_P("rule"),
    TEXT_P("tag"),       TEXT_P("service"), TEXT_P("address"), TEXT_P("tty"),     TEXT_P("device"),
    TEXT_P("session"),   TEXT_P("detail"),  TEXT_P("code"),    P(",\"uptime\":"), P(",\"epoch\":"),
    TEXT_P("digest"),    TEXT_P("mac"),
};

/* The string at *p, which goes behind its closing quote: most have no escape and stay in place. */
static int read_text(char **p, const char *end, char **value, size_t *len)
{
    char *quote = memchr(*p, '"', (size_t)(end - *p));
    if (!quote || memchr(*p, '\\', (size_t)(quote - *p)))
        return read_string(p, value, len);
    *quote = '\0';
    *value = *p;
    *len = (size_t)(quote - *p);
    *p = quote + 1;
    return 0;
}

static int take_number(char **p, int column, struct trail_line *line)
{
    char *at = *p, *value = at, after;
    while (*at >= '0' && *at <= '9')
        at++;
    after = *at;
    *at = '\0';
    int r = line_take(line, column, value, (size_t)(at - value));
    *at = after;
    *p = at;
    return r;
}

/* The members that stand as line_write wrote them: *p and *expected go behind the last of those.
 * Whatever is written otherwise is left to line_member. */
static int read_as_written(char **p, const char *end, int *expected, struct trail_line *line)
{
    for (; *expected < LINE_COLUMNS; ++*expected) {
        const struct prefix *x = &prefixes[*expected];
        char *at = *p + x->len, *value;
        size_t len;
        int r;
        if ((size_t)(end - *p) <= x->len || memcmp(*p, x->text, x->len) != 0)
            return 0;
        if (x->text[x->len - 1] != '"')
            r = take_number(&at, *expected, line);
        else if ((r = read_text(&at, end, &value, &len)) == 0 && line_is_text(*expected))
            line_take_text(line, *expected, value, len);
        else if (r == 0)
            r = line_take(line, *expected, value, len);
        if (r < 0)
            return r;
        *p = at;
    }
    return 0;
}

int line_read_json(char *p, const char *end, struct trail_line *line)
{
    char *name, *value;
    size_t len;
    int expected = 0, r;
    if ((r = read_as_written(&p, end, &expected, line)) < 0)
        return r;
    uint32_t seen = (UINT32_C(1) << expected) - 1;
    if (expected == 0 && *p++ != '{')
        return GDPOP_ERR_FORMAT;
    while ((r = line_member(&p, &name, &value, &len)) == 1) {
        int column = line_column(name, expected);
        expected = column + 1;
        if (column < 0 || (seen >> column & 1) || line_take(line, column, value, len) < 0)
            return GDPOP_ERR_FORMAT;
        seen |= UINT32_C(1) << column;
    }
    return r < 0 || p != end || seen != (UINT32_C(1) << LINE_COLUMNS) - 1 ? GDPOP_ERR_FORMAT : 0;
}
