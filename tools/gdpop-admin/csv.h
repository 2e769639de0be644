/* Reads tables that people saved from a spreadsheet: comma, tab or semicolon between fields, quotes
 * as in RFC 4180 (a quoted field may hold line breaks), LF, CRLF or CR line ends, UTF-8 with or
 * without a byte order mark, UTF-16 with one, or GB18030. No I/O, no messages. */
#ifndef GDPOP_ADMIN_CSV_H
#define GDPOP_ADMIN_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum csv_fault {
    CSV_GOOD,
    CSV_NO_MEMORY,
    CSV_CHARSET,      /* neither UTF-8 nor GB18030 */
    CSV_ZERO,         /* a NUL character */
    CSV_QUOTE_OPEN,   /* a quoted field that is never closed; the line is where it begins */
    CSV_QUOTE_INSIDE, /* a quote in a field that does not begin with one */
    CSV_QUOTE_AFTER,  /* text behind the closing quote */
};

struct csv_record {
    size_t line;         /* on which it begins, from 1, as an editor counts */
    size_t row;          /* from 1, as a spreadsheet counts: a quoted line break makes none */
    size_t first, count; /* its fields */
};

struct csv {
    char *bytes; /* the texts */
    size_t bytes_len;
    const char **fields;
    size_t field_count, field_room;
    struct csv_record *records; /* empty lines are left out */
    size_t record_count, record_room;
    enum csv_fault fault;
    size_t fault_line, fault_row, fault_column; /* column: field from 1, 0 when unknown */
};

/* Reads len bytes. tabs: fields are separated by tabs; without it too, when the first line that is
 * not empty holds a tab and no comma; by semicolons when it holds one and neither. A line "sep=;"
 * before it says so itself. Returns fault; in every case csv_free is called once. */
enum csv_fault csv_read(const char *bytes, size_t len, bool tabs, struct csv *csv);
void csv_free(struct csv *csv);

/* Field i of a record; "" when it has fewer. */
const char *csv_field(const struct csv *csv, const struct csv_record *record, size_t i);

#endif
