#include "table_file.h"

#include "user_files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *fault_sentence(enum csv_fault fault)
{
    switch (fault) {
    case CSV_CHARSET:
        return _("the text is neither UTF-8 nor GB18030: save it as UTF-8");
    case CSV_ZERO:
        return _("the file holds a NUL character: it is not a text table");
    case CSV_QUOTE_OPEN:
        return _("the quoted field that begins here is never closed");
    case CSV_QUOTE_INSIDE:
        return _("a quote inside a field: quote the whole field and double the quote");
    case CSV_QUOTE_AFTER:
        return _("text behind the closing quote of a field");
    default:
        return gdpop_strerror(GDPOP_ERR_NOMEM);
    }
}

/* "people.csv:3:4 (id_number)" */
static char *place(const struct table_file *file, size_t line, size_t column, const char *name)
{
    if (name && column)
        return say_format("%s:%zu:%zu (%s)", file->path, line, column, name);
    if (column)
        return say_format("%s:%zu:%zu", file->path, line, column);
    return say_format("%s:%zu", file->path, line);
}

static const char *trimmed(const char *text)
{
    /* Fields are the reader's own memory: spaces around them, wide ones too, are never meant. */
    char *s = (char *)(size_t)text;
    static const char wide[] = "\xe3\x80\x80";
    for (;;) {
        size_t n = strspn(s, " \t\r\n");
        if (strncmp(s + n, wide, 3) == 0)
            n += 3;
        if (n == 0)
            break;
        s += n;
    }
    for (size_t len = strlen(s); len > 0;) {
        if (strchr(" \t\r\n", s[len - 1]))
            len--;
        else if (len >= 3 && memcmp(s + len - 3, wide, 3) == 0)
            len -= 3;
        else
            break;
        s[len] = '\0';
    }
    return s;
}

static size_t column_named(const struct table_file *file, const char *name)
{
    for (size_t i = 0; i < file->column_count; i++)
        if (strcasecmp(file->columns[i].name, name) == 0 ||
            (file->columns[i].chinese && strcmp(file->columns[i].chinese, name) == 0))
            return i;
    return TABLE_COLUMNS_MAX;
}

static void check_header(struct table_file *file)
{
    const struct csv_record *header = &file->csv.records[0];
    for (size_t i = 0; i < header->count; i++) {
        const char *name = file->csv.fields[header->first + i];
        size_t c = column_named(file, name);
        char *at = place(file, header->line, i + 1, *name ? name : NULL);
        if (c == TABLE_COLUMNS_MAX)
            problems_add(&file->problems, GDPOP_ERR_FORMAT, at, header->line, i + 1,
                         _("no column is called \"%s\"; --template prints those that are known"),
                         name);
        else if (file->at[c])
            problems_add(&file->problems, GDPOP_ERR_FORMAT, at, header->line, i + 1,
                         _("column %s stands twice"), file->columns[c].name);
        else
            free(at);
        if (c < TABLE_COLUMNS_MAX && !file->at[c])
            file->at[c] = i + 1;
    }
    for (size_t c = 0; c < file->column_count; c++)
        if (file->columns[c].required && !file->at[c])
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, header->line, 0, NULL),
                         header->line, 0, _("column %s is missing from the header"),
                         file->columns[c].name);
}

/* 4.40301E+17: what a spreadsheet makes of a long number in a cell that is not text. */
static bool is_rounded_number(const char *v)
{
    size_t n = strspn(v, "0123456789.");
    return n > 0 && (v[n] == 'E' || v[n] == 'e') && v[n + 1] == '+' &&
           strspn(v + n + 2, "0123456789") == strlen(v + n + 2);
}

static void check_fields(struct table_file *file, size_t row)
{
    const struct csv_record *record = &file->csv.records[row + 1];
    size_t wanted = file->csv.records[0].count, line = record->line;
    const char *values[TABLE_COLUMNS_MAX];
    if (record->count != wanted) {
        problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, line, 0, NULL), line, 0,
                     _("%zu fields where the header has %zu"), record->count, wanted);
        return;
    }
    table_file_values(file, row, values);
    for (size_t c = 0; c < file->column_count; c++) {
        const char *name = file->columns[c].name;
        size_t at = file->at[c];
        if (!values[c] && file->columns[c].required)
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, line, at, name), line, at,
                         _("%s must not be empty"), name);
        else if (values[c] && is_rounded_number(values[c]))
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, line, at, name), line, at,
                         _("the spreadsheet has rounded this number to %s: make the column text "
                           "and type the number again"),
                         values[c]);
    }
}

static void check_row(struct table_file *file, size_t row)
{
    size_t before = file->problems.count;
    check_fields(file, row);
    file->bad[row] = file->problems.count > before;
}

struct cell {
    const char *value;
    size_t row;
};

static int by_value(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order = strcasecmp(x->value, y->value);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static void tell_twins(struct table_file *file, size_t c, const struct cell *cells, size_t count)
{
    const char *name = file->columns[c].name;
    for (size_t i = 1; i < count; i++) {
        size_t line = table_file_line(file, cells[i].row), at = file->at[c];
        if (strcasecmp(cells[i - 1].value, cells[i].value) != 0)
            continue;
        file->bad[cells[i].row] = true;
        problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, line, at, name), line, at,
                     _("%s stands on line %zu already"), cells[i].value,
                     table_file_line(file, cells[i - 1].row));
    }
}

/* A value of an earlier row where none may: rows of acts that are undone do not see each other. */
static int find_twins(struct table_file *file)
{
    struct cell *cells = calloc(file->row_count + 1, sizeof(*cells));
    if (!cells)
        return GDPOP_ERR_NOMEM;
    for (size_t c = 0; c < file->column_count; c++) {
        size_t count = 0;
        for (size_t i = 0; file->columns[c].once && file->at[c] && i < file->row_count; i++) {
            const char *value = csv_field(&file->csv, &file->csv.records[i + 1], file->at[c] - 1);
            if (*value && !is_rounded_number(value))
                cells[count++] = (struct cell){value, i};
        }
        qsort(cells, count, sizeof(*cells), by_value);
        tell_twins(file, c, cells, count);
    }
    free(cells);
    return 0;
}

/* Rows with nothing in them (",,,,") are what spreadsheets leave below a table. */
static void drop_empty_rows(struct csv *csv)
{
    size_t kept = 0;
    for (size_t i = 0; i < csv->record_count; i++) {
        bool empty = true;
        for (size_t f = 0; f < csv->records[i].count; f++)
            empty = empty && !*csv_field(csv, &csv->records[i], f);
        if (!empty)
            csv->records[kept++] = csv->records[i];
    }
    csv->record_count = kept;
}

static int check(const struct tool *t, struct table_file *file)
{
    for (size_t i = 0; i < file->csv.field_count; i++)
        file->csv.fields[i] = trimmed(file->csv.fields[i]);
    drop_empty_rows(&file->csv);
    if (file->csv.record_count == 0)
        return say(t, GDPOP_ERR_FORMAT, _("%s is empty: the first line names the columns"),
                   file->path);
    check_header(file);
    if (file->problems.count)
        return problems_say(t, &file->problems, _("nothing was written: correct the header first"));
    file->row_count = file->csv.record_count - 1;
    file->bad = calloc(file->row_count + 1, sizeof(*file->bad));
    for (size_t i = 0; file->bad && i < file->row_count; i++)
        check_row(file, i);
    if (!file->bad || find_twins(file) != 0)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    return 0;
}

/* What spreadsheets save unless told otherwise: a ZIP archive (xlsx, ods) or an OLE file (xls). */
static bool is_workbook(const char *bytes, size_t len)
{
    return len >= 4 &&
           (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "\xd0\xcf\x11\xe0", 4) == 0);
}

int table_file_read(const struct tool *t, const char *path, const struct column *columns,
                    struct table_file *file)
{
    size_t len, name_len = strlen(path);
    *file = (struct table_file){.path = path, .columns = columns};
    while (columns[file->column_count].name)
        file->column_count++;
    int r = user_file_read(t, path, false, &file->bytes, &len);
    if (r)
        return r;
    if (is_workbook(file->bytes, len))
        return say(t, GDPOP_ERR_FORMAT,
                   _("%s is a workbook: open it in the spreadsheet and save it as CSV"), path);
    bool tabs = name_len > 4 && strcasecmp(path + name_len - 4, ".tsv") == 0;
    enum csv_fault fault = csv_read(file->bytes, len, tabs, &file->csv);
    if (fault == CSV_GOOD)
        return check(t, file);
    problems_add(&file->problems, fault == CSV_NO_MEMORY ? GDPOP_ERR_NOMEM : GDPOP_ERR_FORMAT,
                 place(file, file->csv.fault_line, file->csv.fault_column, NULL),
                 file->csv.fault_line, file->csv.fault_column, "%s", fault_sentence(fault));
    return problems_say(t, &file->problems, _("nothing was written: the table cannot be read"));
}

void table_file_free(struct table_file *file)
{
    csv_free(&file->csv);
    free(file->bytes);
    free(file->bad);
    problems_free(&file->problems);
}

void table_file_values(const struct table_file *file, size_t row,
                       const char *values[static TABLE_COLUMNS_MAX])
{
    for (size_t c = 0; c < file->column_count; c++) {
        const char *text =
            file->at[c] ? csv_field(&file->csv, &file->csv.records[row + 1], file->at[c] - 1) : "";
        values[c] = *text ? text : NULL;
    }
}

size_t table_file_line(const struct table_file *file, size_t row)
{
    return file->csv.records[row + 1].line;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool sentence_is_about(const char *sentence, const char *param, const char *value)
{
    size_t len = strlen(param);
    if (strncmp(sentence, param, len) == 0 && !is_word_char(sentence[len]))
        return true;
    for (const char *s = sentence; (s = strstr(s, "--")); s += 2)
        if (strncmp(s + 2, param, len) == 0 && !is_word_char(s[2 + len]))
            return true;
    len = value ? strlen(value) : 0;
    for (const char *s = sentence; len && (s = strchr(s, '"')); s++)
        if (strncmp(s + 1, value, len) == 0 && s[1 + len] == '"')
            return true;
    return false;
}

/* Whether the value stands in the sentence as a word of its own. */
static bool names_value(const char *sentence, const char *value)
{
    size_t len = value ? strlen(value) : 0;
    for (const char *s = sentence; len > 2 && (s = strstr(s, value)); s++)
        if ((s == sentence || !is_word_char(s[-1])) && !is_word_char(s[len]))
            return true;
    return false;
}

void table_file_refused(struct table_file *file, size_t row, int code, const char *sentence)
{
    size_t line = table_file_line(file, row), at = 0;
    const char *name = NULL, *values[TABLE_COLUMNS_MAX];
    table_file_values(file, row, values);
    for (size_t c = 0; c < file->column_count && !at; c++) {
        if (!file->at[c] || !sentence_is_about(sentence, file->columns[c].param, values[c]))
            continue;
        at = file->at[c];
        name = file->columns[c].name;
    }
    for (size_t c = 0; c < file->column_count && !at; c++)
        if (file->at[c] && names_value(sentence, values[c])) {
            at = file->at[c];
            name = file->columns[c].name;
        }
    problems_add(&file->problems, code, place(file, line, at, name), line, at, "%s", sentence);
}

static int by_line(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    int order = (x->line > y->line) - (x->line < y->line);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

int table_file_say(const struct tool *t, struct table_file *file, const char *sentence)
{
    if (file->problems.count)
        qsort(file->problems.list, file->problems.count, sizeof(*file->problems.list), by_line);
    return problems_say(t, &file->problems, sentence);
}

int table_file_template(FILE *out, const struct column *columns)
{
    for (const struct column *c = columns; c->name; c++)
        fprintf(out, "%s%s", c == columns ? "" : ",", c->name);
    fputs("\r\n", out);
    return 0;
}
