#include "audit/line_private.h"

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

int line_take(struct trail_line *line, int column, const char *value, size_t len)
{
    uint64_t number = 0;
    int r;
    if (line_is_text(column)) {
        line_take_text(line, column, value, len);
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

int line_column(const char *name, int expected)
{
    if (expected < LINE_COLUMNS && strcmp(line_columns[expected], name) == 0)
        return expected;
    for (int i = 0; i < LINE_COLUMNS; i++)
        if (strcmp(line_columns[i], name) == 0)
            return i;
    return -1;
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
        if (line_take(line, order[i], value, len) < 0)
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
        int column = line_column(read_field(&p, &n), i);
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
    return format == LINE_JSONL ? line_read_json(text, text + len, line)
                                : read_csv(text, text + len, csv_order, line);
}
