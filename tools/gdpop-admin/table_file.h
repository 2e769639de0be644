/* A table for import: read, header and rows checked, errors told at their line and column. */
#ifndef GDPOP_ADMIN_TABLE_FILE_H
#define GDPOP_ADMIN_TABLE_FILE_H

#include "csv.h"
#include "say.h"

#define TABLE_COLUMNS_MAX 16

enum column_kind {
    COLUMN_CODE, /* a number, name of a thing, word of a list: full-width forms are folded */
    COLUMN_TEXT, /* as typed */
    COLUMN_DATE, /* as COLUMN_CODE, and 2026/5/1 as 2026-05-01 */
};

struct column {
    const char *name; /* in the header line */
    bool required;
    const char *param; /* the operation's parameter, by which its errors find the column */
    const char
        *chinese; /* its headers in Chinese, joined by '|', the template's first; NULL: none */
    bool once;    /* no two rows have the same value */
    enum column_kind kind;
};

struct table_file {
    const char *path;
    const struct column *columns;
    size_t column_count;
    struct csv csv;
    char *bytes;
    char id[GDPOP_TABLE_ID_BYTES]; /* digest of the bytes as they were read */
    size_t at[TABLE_COLUMNS_MAX];  /* where each column stands in the file, from 1; 0: it has not */
    size_t row_count;              /* rows behind the header */
    char (*dates)[16];             /* cells of the date column in their one form */
    bool *bad;                     /* of each row: it has a problem already */
    struct problems problems;
};

/* Reads and checks. Errors of the file and its header are said at once; those of rows are noted in
 * problems, so that they are said together with what else is wrong. table_file_free in every case.
 */
int table_file_read(const struct tool *t, const char *path, const struct column *columns,
                    struct table_file *file);
void table_file_free(struct table_file *file);

/* The values of a row in the order of columns; NULL where it is empty. They live with the file. */
void table_file_values(const struct table_file *file, size_t row,
                       const char *values[static TABLE_COLUMNS_MAX]);
size_t table_file_line(const struct table_file *file, size_t row);

/* Notes that an operation refused a row; the column is the one that the sentence is about. */
void table_file_refused(struct table_file *file, size_t row, int code, const char *sentence);

/* Says the problems in the order of lines, then sentence; returns the code. */
int table_file_say(const struct tool *t, struct table_file *file, const char *sentence);

/* Prints the header line; in Chinese, when that is the thread's language, with a byte order mark.
 */
int table_file_template(FILE *out, const struct column *columns);

/* Whether an operation's sentence is about a parameter: it says --PARAM, begins with the name, or
 * quotes the value (NULL: none). */
bool sentence_is_about(const char *sentence, const char *param, const char *value);

#endif
