#include "audit/line.h"

#include "base/clock.h"
#include "base/err.h"

#include <endian.h>
#include <string.h>

/* ---- Values ---- */

static int read_u64(const char *text, uint64_t *v)
{
    uint64_t n = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (n > (UINT64_MAX - 9) / 10)
            return GDPOP_ERR_FORMAT;
        n = n * 10 + (uint64_t)(*p - '0');
    }
    *v = n;
    return p == text || *p ? GDPOP_ERR_FORMAT : 0;
}

static int two(const char *p)
{
    unsigned a = (unsigned)(p[0] - '0'), b = (unsigned)(p[1] - '0');
    return a > 9 || b > 9 ? -1 : (int)(a * 10 + b);
}

/* As line_put_instant writes it: the way by clock_parse would take longer than all the rest. */
static int read_instant(const char *p, size_t len, int64_t *at)
{
    if (len != 32 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':' ||
        p[19] != '.' || (p[26] != '+' && p[26] != '-') || p[29] != ':')
        return GDPOP_ERR_FORMAT;
    const int part[] = {two(p),      two(p + 2),  two(p + 5),  two(p + 8),
                        two(p + 11), two(p + 14), two(p + 17), two(p + 20),
                        two(p + 22), two(p + 24), two(p + 27), two(p + 30)};
    for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
        if (part[i] < 0)
            return GDPOP_ERR_FORMAT;
    if (part[2] < 1 || part[2] > 12 || part[3] < 1 || part[3] > 31)
        return GDPOP_ERR_FORMAT;
    const struct civil c = {part[0] * 100 + part[1], part[2], part[3], part[4], part[5], part[6]};
    int offset = part[10] * 60 + part[11];
    *at = clock_instant(&c, p[26] == '-' ? -offset : offset) + part[7] * 10000 + part[8] * 100 +
          part[9];
    return 0;
}

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Eight digits at once, for this is most of a line: each byte of v is a digit. */
static bool hex_word(const char *p, uint8_t out[static 4])
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    v = le64toh(v);
    uint64_t n = (v & 0x0f * ones) + 9 * (v >> 6 & ones);
    uint64_t letters = (n + 0x76 * ones) >> 7 & ones;
    bool good = (n & 0xf0 * ones) == 0 && n + 0x30 * ones + 0x27 * letters == v;
    n = (n << 4 | n >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    n = (n | n >> 8) & UINT64_C(0x0000ffff0000ffff);
    uint32_t four = htole32((uint32_t)(n | n >> 16));
    memcpy(out, &four, sizeof(four));
    return good;
}

static int read_hex(const char *p, size_t len, uint8_t out[static DIGEST_BYTES])
{
    bool good = len == 2 * DIGEST_BYTES;
    for (int i = 0; good && i < DIGEST_BYTES; i += 4)
        good = hex_word(p + 2 * i, out + i);
    return good ? 0 : GDPOP_ERR_FORMAT;
}

static bool is_text(int column)
{
    return column >= 2 && column < 18;
}

static void take_text(struct trail_line *line, int column, const char *value, size_t len)
{
    line->text[column - 2] = value;
    line->text_len[column - 2] = len;
}

static int take(struct trail_line *line, int column, const char *value, size_t len)
{
    uint64_t number = 0;
    int r;
    if (is_text(column)) {
        take_text(line, column, value, len);
        return 0;
    }
    switch (column) {
    case 1:
        return read_instant(value, len, &line->at);
    case 20:
        return read_hex(value, len, line->digest);
    case 21:
        line->sealed = len > 0;
        return len > 0 ? read_hex(value, len, line->mac) : 0;
    default:
        r = read_u64(value, &number);
        *(column == 0    ? &line->sequence
          : column == 19 ? &line->epoch
                         : (uint64_t *)&line->uptime) = number;
        return r;
    }
}

/* ---- JSON ---- */

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

static int column_of(const char *name, int expected)
{
    if (expected < LINE_COLUMNS && strcmp(line_columns[expected], name) == 0)
        return expected;
    for (int i = 0; i < LINE_COLUMNS; i++)
        if (strcmp(line_columns[i], name) == 0)
            return i;
    return -1;
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
    int r = take(line, column, value, (size_t)(at - value));
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
        else if ((r = read_text(&at, end, &value, &len)) == 0 && is_text(*expected))
            take_text(line, *expected, value, len);
        else if (r == 0)
            r = take(line, *expected, value, len);
        if (r < 0)
            return r;
        *p = at;
    }
    return 0;
}

static int read_json(char *p, const char *end, struct trail_line *line)
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
        int column = column_of(name, expected);
        expected = column + 1;
        if (column < 0 || (seen >> column & 1) || take(line, column, value, len) < 0)
            return GDPOP_ERR_FORMAT;
        seen |= UINT32_C(1) << column;
    }
    return r < 0 || p != end || seen != (UINT32_C(1) << LINE_COLUMNS) - 1 ? GDPOP_ERR_FORMAT : 0;
}

/* ---- CSV ---- */

/* The field at *p, unquoted in place; *p goes behind the comma. */
static char *read_field(char **p, size_t *len)
{
    char *from = *p, *to, *value = *p;
    if (*from != '"') {
        *len = strcspn(from, ",");
        to = from + *len;
        *p = to + (*to == ',');
        *to = '\0';
        return value;
    }
    to = value;
    for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    from += *from == '"';
    *p = from + (*from == ',');
    *len = (size_t)(to - value);
    *to = '\0';
    return value;
}

/* Columns behind those of the line (names of persons) are not part of what was chained. */
static int read_csv(char *p, const char *end, const uint8_t *order, struct trail_line *line)
{
    bool more = order[LINE_COLUMNS];
    for (int i = 0; i < LINE_COLUMNS; i++) {
        size_t len;
        if (p > end)
            return GDPOP_ERR_FORMAT;
        char *value = read_field(&p, &len);
        if (order[i] >= 2 && order[i] < 18 && *value == '\'') {
            value++;
            len--;
        }
        if (take(line, order[i], value, len) < 0)
            return GDPOP_ERR_FORMAT;
    }
    return p >= end || more ? 0 : GDPOP_ERR_FORMAT;
}

int line_read_head(char *text, size_t len, uint8_t order[static LINE_COLUMNS + 1])
{
    char *p = text + (strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
    uint32_t seen = 0;
    (void)len;
    for (int i = 0; i < LINE_COLUMNS; i++) {
        size_t n;
        int column = column_of(read_field(&p, &n), i);
        if (column < 0 || (seen >> column & 1))
            return GDPOP_ERR_FORMAT;
        seen |= UINT32_C(1) << column;
        order[i] = (uint8_t)column;
    }
    order[LINE_COLUMNS] = *p != '\0';
    return 0;
}

int line_read(char *text, size_t len, enum line_format format, const uint8_t *csv_order,
              struct trail_line *line)
{
    return format == LINE_JSONL ? read_json(text, text + len, line)
                                : read_csv(text, text + len, csv_order, line);
}
