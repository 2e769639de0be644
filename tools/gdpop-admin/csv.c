#include "csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum csv_fault fail(struct csv *csv, enum csv_fault fault, size_t line, size_t column)
{
    csv->fault = fault;
    csv->fault_line = line;
    csv->fault_column = column;
    if (!csv->fault_row)
        csv->fault_row = line;
    return fault;
}

static size_t line_of(const char *bytes, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        if (bytes[i] == '\n' || (bytes[i] == '\r' && i + 1 < at && bytes[i + 1] != '\n'))
            line++;
    return line;
}

/* Converts into csv->bytes, zero-terminated; *used is its length, *bad the input read before the
 * first byte that is not of that charset. */
static enum csv_fault convert(struct csv *csv, const char *charset, const char *bytes, size_t len,
                              size_t *used, size_t *bad)
{
    size_t room = len * 3 + 4, left_in = len, left_out = room - 1;
    char *in = (char *)(size_t)bytes, *out;
    *bad = len;
    free(csv->bytes);
    csv->bytes = out = malloc(room);
    iconv_t cd = iconv_open("UTF-8", charset);
    if (!csv->bytes || cd == (iconv_t)-1) {
        if (cd != (iconv_t)-1)
            iconv_close(cd);
        return CSV_NO_MEMORY;
    }
    size_t n = iconv(cd, &in, &left_in, &out, &left_out);
    iconv_close(cd);
    *bad = len - left_in;
    *used = room - 1 - left_out;
    *out = '\0';
    return n == (size_t)-1 ? CSV_CHARSET : CSV_GOOD;
}

static bool begins_with(const char *bytes, size_t len, const char *mark)
{
    return len >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0;
}

static enum csv_fault to_utf8(struct csv *csv, const char *bytes, size_t len)
{
    size_t bad_utf8 = 0, bad = 0;
    enum csv_fault fault;
    if (begins_with(bytes, len, "\xff\xfe") || begins_with(bytes, len, "\xfe\xff")) {
        fault = convert(csv, "UTF-16", bytes, len, &csv->bytes_len, &bad);
        bad = 0; /* lines of UTF-16 are not counted */
    } else {
        size_t mark = begins_with(bytes, len, "\xef\xbb\xbf") ? 3 : 0;
        bytes += mark;
        len -= mark;
        fault = convert(csv, "UTF-8", bytes, len, &csv->bytes_len, &bad_utf8);
        if (fault == CSV_CHARSET)
            fault = convert(csv, "GB18030", bytes, len, &csv->bytes_len, &bad);
    }
    if (fault)
        return fail(csv, fault, line_of(bytes, bad > bad_utf8 ? bad : bad_utf8), 0);
    if (memchr(csv->bytes, '\0', csv->bytes_len))
        return fail(csv, CSV_ZERO, line_of(csv->bytes, strlen(csv->bytes)), 0);
    return CSV_GOOD;
}

static bool add_field(struct csv *csv, const char *text)
{
    if (csv->field_count == csv->field_room) {
        size_t room = csv->field_room ? csv->field_room * 2 : 256;
        const char **fields = realloc(csv->fields, room * sizeof(*fields));
        if (!fields)
            return false;
        csv->fields = fields;
        csv->field_room = room;
    }
    csv->fields[csv->field_count++] = text;
    return true;
}

static bool add_record(struct csv *csv, size_t line, size_t row, size_t first)
{
    size_t count = csv->field_count - first;
    if (count == 1 && !*csv->fields[first]) {
        csv->field_count = first;
        return true;
    }
    if (csv->record_count == csv->record_room) {
        size_t room = csv->record_room ? csv->record_room * 2 : 64;
        struct csv_record *records = realloc(csv->records, room * sizeof(*records));
        if (!records)
            return false;
        csv->records = records;
        csv->record_room = room;
    }
    csv->records[csv->record_count++] = (struct csv_record){line, row, first, count};
    return true;
}

struct reader {
    char *at; /* next character; fields are unquoted in place behind it */
    size_t line, row;
    char separator;
};

static bool at_line_end(const struct reader *r)
{
    return *r->at == '\n' || *r->at == '\r';
}

static void skip_line_end(struct reader *r)
{
    if (r->at[0] == '\r' && r->at[1] == '\n')
        r->at++;
    r->at++;
    r->line++;
}

/* The text between quotes, moved to begin at the quote. */
static enum csv_fault quoted(struct reader *r, char **end)
{
    char *out = r->at;
    for (r->at++;; r->at++) {
        if (!*r->at)
            return CSV_QUOTE_OPEN;
        if (*r->at == '"' && *++r->at != '"')
            break;
        if (*r->at == '\n' || (*r->at == '\r' && r->at[1] != '\n'))
            r->line++;
        *out++ = *r->at;
    }
    *end = out;
    return *r->at && *r->at != r->separator && !at_line_end(r) ? CSV_QUOTE_AFTER : CSV_GOOD;
}

static enum csv_fault plain(struct reader *r, char **end)
{
    for (; *r->at && *r->at != r->separator && !at_line_end(r); r->at++)
        if (*r->at == '"')
            return CSV_QUOTE_INSIDE;
    *end = r->at;
    return CSV_GOOD;
}

/* One record; the separator behind a field is overwritten by the zero that ends it, so it is
 * looked at first. */
static enum csv_fault record(struct csv *csv, struct reader *r)
{
    size_t line = r->line, first = csv->field_count;
    csv->fault_row = ++r->row;
    for (;;) {
        char *text = r->at, *end;
        size_t field_line = r->line;
        enum csv_fault fault = *r->at == '"' ? quoted(r, &end) : plain(r, &end);
        if (fault)
            return fail(csv, fault, fault == CSV_QUOTE_OPEN ? field_line : r->line,
                        csv->field_count - first + 1);
        bool more = *r->at == r->separator;
        if (more)
            r->at++;
        else if (*r->at)
            skip_line_end(r);
        *end = '\0';
        if (!add_field(csv, text))
            return fail(csv, CSV_NO_MEMORY, line, 0);
        if (!more)
            break;
    }
    return add_record(csv, line, r->row, first) ? CSV_GOOD : fail(csv, CSV_NO_MEMORY, line, 0);
}

/* Whether c stands outside quotes in the first line that is not empty. */
static bool line_has(const char *text, char c)
{
    bool inside = false;
    for (text += strspn(text, "\r\n"); *text && (inside || !strchr("\r\n", *text)); text++) {
        if (*text == '"')
            inside = !inside;
        else if (*text == c && !inside)
            return true;
    }
    return false;
}

/* A first line "sep=;" is how Excel itself is told; it is no row. */
static bool skip_separator_line(struct reader *r)
{
    if (strncasecmp(r->at, "sep=", 4) != 0 || !r->at[4] || !strchr(",;\t", r->at[4]) ||
        (r->at[5] && !strchr("\r\n", r->at[5])))
        return false;
    r->separator = r->at[4];
    r->at += 5;
    if (*r->at)
        skip_line_end(r);
    return true;
}

enum csv_fault csv_read(const char *bytes, size_t len, bool tabs, struct csv *csv)
{
    *csv = (struct csv){0};
    enum csv_fault fault = to_utf8(csv, bytes, len);
    if (fault)
        return fault;
    struct reader r = {csv->bytes, 1, 0, ','};
    const char *end = csv->bytes + csv->bytes_len;
    bool told = skip_separator_line(&r);
    if (tabs || (!told && line_has(r.at, '\t') && !line_has(r.at, ',')))
        r.separator = '\t';
    else if (!told && line_has(r.at, ';') && !line_has(r.at, ','))
        r.separator = ';';
    while (fault == CSV_GOOD && r.at < end)
        fault = record(csv, &r);
    return fault;
}

void csv_free(struct csv *csv)
{
    if (csv->bytes)
        explicit_bzero(csv->bytes, csv->bytes_len);
    free(csv->bytes);
    free(csv->fields);
    free(csv->records);
    *csv = (struct csv){0};
}

const char *csv_field(const struct csv *csv, const struct csv_record *record, size_t i)
{
    return i < record->count ? csv->fields[record->first + i] : "";
}
