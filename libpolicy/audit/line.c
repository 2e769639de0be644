#include "audit/line.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

const char *const line_columns[LINE_COLUMNS] = {
    "sequence", "at",   "boot_id", "host",    "actor",   "subject", "action", "object",
    "outcome",  "rule", "tag",     "service", "address", "tty",     "device", "session",
    "detail",   "code", "uptime",  "epoch",   "digest",  "mac"};

enum { AT = 1, FIRST_TEXT = 2, UPTIME = 18, EPOCH = 19, DIGEST = 20, MAC = 21 };

void line_from(const Model__Event *e, const Model__TrailEntry *entry, struct trail_line *line)
{
    const char *texts[LINE_TEXTS] = {
        e->boot_id, e->host,    e->actor,   e->subject, e->action, e->object,  e->outcome, e->rule,
        e->tag,     e->service, e->address, e->tty,     e->device, e->session, e->detail,  e->code};
    line->sequence = e->sequence;
    line->at = e->at;
    line->uptime = e->uptime;
    line->epoch = entry->epoch;
    line->sealed = entry->mac.len == DIGEST_BYTES;
    for (int i = 0; i < LINE_TEXTS; i++) {
        line->text[i] = texts[i] ? texts[i] : "";
        line->text_len[i] = strlen(line->text[i]);
    }
    memset(line->digest, 0, DIGEST_BYTES);
    memset(line->mac, 0, DIGEST_BYTES);
    if (entry->digest.len == DIGEST_BYTES)
        memcpy(line->digest, entry->digest.data, DIGEST_BYTES);
    if (line->sealed)
        memcpy(line->mac, entry->mac.data, DIGEST_BYTES);
}

/* ---- The event's bytes: protobuf, fields in order, empty ones left out ---- */

static uint8_t *put_varint(uint8_t *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

static uint8_t *put_number(uint8_t *p, unsigned field, uint64_t v)
{
    return v ? put_varint(put_varint(p, field << 3), v) : p;
}

size_t line_pack(const struct trail_line *line, uint8_t out[static LINE_MAX_BYTES])
{
    uint8_t *p = put_number(out, 1, line->sequence);
    p = put_number(p, 2, (uint64_t)line->at);
    for (unsigned i = 0; i < LINE_TEXTS; i++) {
        size_t len = line->text_len[i];
        if (len == 0)
            continue;
        if (len > LINE_MAX_BYTES - 64 - (size_t)(p - out))
            return 0;
        p = put_varint(put_varint(p, (i + 3) << 3 | 2), len);
        memcpy(p, line->text[i], len);
        p += len;
    }
    return (size_t)(put_number(p, 19, (uint64_t)line->uptime) - out);
}

/* ---- Writing ---- */

static char *put_digits(char *p, uint64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + width;
}

static char *put_u64(char *p, uint64_t v)
{
    int width = 1;
    for (uint64_t rest = v / 10; rest; rest /= 10)
        width++;
    return put_digits(p, v, width);
}

void line_put_instant(int64_t at, int utc_offset_min, char out[static 32])
{
    struct civil c = clock_civil(at, utc_offset_min);
    int64_t fraction = at % CLOCK_SECOND;
    unsigned offset = (unsigned)abs(utc_offset_min);
    char *p = put_digits(out, (uint64_t)c.year, 4);
    *p++ = '-';
    p = put_digits(p, (uint64_t)c.month, 2);
    *p++ = '-';
    p = put_digits(p, (uint64_t)c.day, 2);
    *p++ = 'T';
    p = put_digits(p, (uint64_t)c.hour, 2);
    *p++ = ':';
    p = put_digits(p, (uint64_t)c.minute, 2);
    *p++ = ':';
    p = put_digits(p, (uint64_t)c.second, 2);
    *p++ = '.';
    p = put_digits(p, (uint64_t)(fraction < 0 ? fraction + CLOCK_SECOND : fraction), 6);
    *p++ = utc_offset_min < 0 ? '-' : '+';
    p = put_digits(p, offset / 60, 2);
    *p++ = ':';
    put_digits(p, offset % 60, 2);
}

static char *put_hex(char *p, const uint8_t bytes[static DIGEST_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < DIGEST_BYTES; i++) {
        *p++ = digits[bytes[i] >> 4];
        *p++ = digits[bytes[i] & 15];
    }
    return p;
}

size_t line_put_text(const char *text, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    char *p = out;
    *p++ = '"';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            *p++ = (char)c;
        } else if (c >= 0x20) {
            *p++ = '\\';
            *p++ = (char)c;
        } else {
            memcpy(p, "\\u00", 4);
            p[4] = digits[c >> 4];
            p[5] = digits[c & 15];
            p += 6;
        }
    }
    *p++ = '"';
    return (size_t)(p - out);
}

/* A field that a spreadsheet would take for a formula gets ' in front; so does one that begins with
 * ', so that reading can take it off again. */
static char *put_csv_text(char *p, const char *text, size_t len)
{
    bool guard = len > 0 && strchr("=+-@\t\r'", text[0]);
    bool quote = memchr(text, ',', len) || memchr(text, '"', len) || memchr(text, '\n', len) ||
                 memchr(text, '\r', len);
    if (quote)
        *p++ = '"';
    if (guard)
        *p++ = '\'';
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            *p++ = '"';
        *p++ = text[i];
    }
    if (quote)
        *p++ = '"';
    return p;
}

size_t line_put_csv(const char *text, size_t len, char *out)
{
    *out = ',';
    return (size_t)(put_csv_text(out + 1, text, len) - out);
}

static char *put_name(char *p, int column, bool json)
{
    if (column > 0)
        *p++ = ',';
    if (!json)
        return p;
    size_t len = strlen(line_columns[column]);
    *p++ = '"';
    memcpy(p, line_columns[column], len);
    p += len;
    *p++ = '"';
    *p++ = ':';
    return p;
}

static char *put_column(char *p, const struct trail_line *line, int column, bool json, int offset)
{
    bool quote = json && (column == AT || column >= DIGEST);
    if (column >= FIRST_TEXT && column < UPTIME) {
        const char *text = line->text[column - FIRST_TEXT];
        size_t len = line->text_len[column - FIRST_TEXT];
        return json ? p + line_put_text(text, len, p) : put_csv_text(p, text, len);
    }
    if (quote)
        *p++ = '"';
    if (column == AT) {
        line_put_instant(line->at, offset, p);
        p += 32;
    } else if (column == DIGEST || (column == MAC && line->sealed)) {
        p = put_hex(p, column == DIGEST ? line->digest : line->mac);
    } else if (column != MAC) {
        p = put_u64(p, column == 0        ? line->sequence
                       : column == UPTIME ? (uint64_t)line->uptime
                                          : line->epoch);
    }
    if (quote)
        *p++ = '"';
    return p;
}

size_t line_write(const struct trail_line *line, enum line_format format, int utc_offset_min,
                  char out[static LINE_MAX_BYTES])
{
    bool json = format == LINE_JSONL;
    size_t room = 1024;
    char *p = out;
    for (int i = 0; i < LINE_TEXTS; i++)
        room += 6 * line->text_len[i] + 2;
    if (room > LINE_MAX_BYTES)
        return 0;
    if (json)
        *p++ = '{';
    for (int i = 0; i < LINE_COLUMNS; i++)
        p = put_column(put_name(p, i, json), line, i, json, utc_offset_min);
    *p++ = json ? '}' : '\r';
    *p++ = '\n';
    return (size_t)(p - out);
}

size_t line_write_head(enum line_format format, char out[static LINE_MAX_BYTES])
{
    char *p = out;
    if (format == LINE_JSONL)
        return 0;
    p = stpcpy(p, "\xef\xbb\xbf");
    for (int i = 0; i < LINE_COLUMNS; i++)
        p = stpcpy(stpcpy(p, i ? "," : ""), line_columns[i]);
    return (size_t)(stpcpy(p, "\r\n") - out);
}
