#include "table_file.h"

#include "cell.h"
#include "column_words.h"
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

/* "people.csv:3:4 (id_number)"; a record that a line break in an earlier cell has moved down:
 * "people.csv:5:4 (row 4, id_number)", as the spreadsheet numbers it. */
static char *place(const struct table_file *file, const struct csv_record *at, size_t column,
                   const char *name)
{
    char row[48] = "";
    if (at->row != at->line)
        snprintf(row, sizeof(row), _("row %zu"), at->row);
    const char *comma = *row && name ? ", " : "";
    if (!column)
        return *row ? say_format("%s:%zu (%s)", file->path, at->line, row)
                    : say_format("%s:%zu", file->path, at->line);
    if (*row || name)
        return say_format("%s:%zu:%zu (%s%s%s)", file->path, at->line, column, row, comma,
                          name ? name : "");
    return say_format("%s:%zu:%zu", file->path, at->line, column);
}

static bool language_is_chinese(void)
{
    const char *language = gdpop_language("en");
    gdpop_language(language);
    return strcmp(language, "zh") == 0;
}

/* The column's name as the template prints it. */
static void column_title(const struct column *column, bool chinese, char out[static 64])
{
    const char *header = chinese && column->chinese ? column->chinese : column->name;
    snprintf(out, 64, "%.*s", (int)strcspn(header, "|"), header);
}

/* Whether name is one of the headers joined by '|'. */
static bool is_one_of(const char *name, const char *headers)
{
    size_t len = strlen(name);
    for (const char *at = headers; at && len; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, name, len) == 0 && (at[len] == '|' || at[len] == '\0'))
            return true;
    }
    return false;
}

/* "姓 名", "姓名*" and "姓名（必填）" are 姓名: blanks and marks of what is required do not count.
 */
static void plain_header(const char *text, char *out, size_t size)
{
    char folded[128], *at = out;
    snprintf(folded, sizeof(folded), "%s", text);
    cell_fold(folded);
    for (const char *s = folded; *s && *s != '(' && at + 1 < out + size; s++)
        if (*s != ' ' && *s != '*')
            *at++ = *s;
    *at = '\0';
}

static size_t column_named(const struct table_file *file, const char *text)
{
    char name[128];
    plain_header(text, name, sizeof(name));
    for (size_t i = 0; i < file->column_count; i++)
        if (strcasecmp(file->columns[i].name, name) == 0 ||
            is_one_of(name, file->columns[i].chinese))
            return i;
    return TABLE_COLUMNS_MAX;
}

/* What the file calls a column that it has. */
static const char *header_of(const struct table_file *file, size_t c)
{
    const struct csv_record *header = &file->csv.records[0];
    return file->at[c] ? csv_field(&file->csv, header, file->at[c] - 1) : file->columns[c].name;
}

static void check_header(struct table_file *file)
{
    const struct csv_record *header = &file->csv.records[0];
    for (size_t i = 0; i < header->count; i++) {
        const char *name = file->csv.fields[header->first + i];
        size_t c = column_named(file, name);
        char *at = place(file, header, i + 1, *name ? name : NULL);
        if (c == TABLE_COLUMNS_MAX)
            problems_add(&file->problems, GDPOP_ERR_FORMAT, at, header->line, i + 1,
                         _("no column is called \"%s\"; --template prints those that are known"),
                         name);
        else if (file->at[c])
            problems_add(&file->problems, GDPOP_ERR_FORMAT, at, header->line, i + 1,
                         _("column %s stands twice"), header_of(file, c));
        else
            free(at);
        if (c < TABLE_COLUMNS_MAX && !file->at[c])
            file->at[c] = i + 1;
    }
    for (size_t c = 0; c < file->column_count; c++) {
        char title[64];
        column_title(&file->columns[c], language_is_chinese(), title);
        if (file->columns[c].required && !file->at[c])
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, header, 0, NULL),
                         header->line, 0, _("column %s is missing from the header"), title);
    }
}

static void check_fields(struct table_file *file, size_t row)
{
    const struct csv_record *record = &file->csv.records[row + 1];
    size_t wanted = file->csv.records[0].count, line = record->line;
    const char *values[TABLE_COLUMNS_MAX];
    if (record->count != wanted) {
        problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, record, 0, NULL), line, 0,
                     _("%zu fields where the header has %zu"), record->count, wanted);
        return;
    }
    table_file_values(file, row, values);
    for (size_t c = 0; c < file->column_count; c++) {
        const char *name = header_of(file, c);
        size_t at = file->at[c];
        if (!values[c] && file->columns[c].required)
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, record, at, name), line, at,
                         _("%s must not be empty"), name);
        else if (values[c] && cell_is_rounded(values[c]))
            problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, record, at, name), line, at,
                         _("the spreadsheet has rounded this number to %s: make the column text "
                           "and type the number again"),
                         values[c]);
        else if (values[c] && cell_is_error(values[c]))
            problems_add(
                &file->problems, GDPOP_ERR_FORMAT, place(file, record, at, name), line, at,
                _("the spreadsheet wrote %s instead of a value: mend or widen the cell and "
                  "save the table again"),
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
    const char *name = header_of(file, c);
    for (size_t i = 1; i < count; i++) {
        const struct csv_record *record = &file->csv.records[cells[i].row + 1];
        size_t line = record->line, at = file->at[c];
        if (strcasecmp(cells[i - 1].value, cells[i].value) != 0)
            continue;
        file->bad[cells[i].row] = true;
        problems_add(&file->problems, GDPOP_ERR_FORMAT, place(file, record, at, name), line, at,
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
            if (*value && !cell_is_rounded(value))
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

/* Codes, numbers and dates in the one form that operations take; texts stay as they are typed. */
static bool fold_columns(struct table_file *file)
{
    for (size_t c = 0; c < file->column_count; c++) {
        if (!file->at[c] || file->columns[c].kind == COLUMN_TEXT)
            continue;
        bool dates = file->columns[c].kind == COLUMN_DATE;
        if (dates && !file->dates &&
            !(file->dates = calloc(file->row_count + 1, sizeof(*file->dates))))
            return false;
        for (size_t i = 0; i < file->row_count; i++) {
            const struct csv_record *record = &file->csv.records[i + 1];
            if (record->count < file->at[c])
                continue;
            const char **cell = &file->csv.fields[record->first + file->at[c] - 1];
            cell_fold((char *)(size_t)*cell);
            if (dates && cell_date(*cell, file->dates[i]))
                *cell = file->dates[i];
            *cell = column_word(file->columns[c].param, *cell);
        }
    }
    return true;
}

static int check(const struct tool *t, struct table_file *file)
{
    /* Fields are the reader's own memory. */
    for (size_t i = 0; i < file->csv.field_count; i++)
        file->csv.fields[i] = cell_trimmed((char *)(size_t)file->csv.fields[i]);
    drop_empty_rows(&file->csv);
    if (file->csv.record_count == 0)
        return say(t, GDPOP_ERR_FORMAT, _("%s is empty: the first line names the columns"),
                   file->path);
    check_header(file);
    if (file->problems.count)
        return problems_say(t, &file->problems, _("nothing was written: correct the header first"));
    file->row_count = file->csv.record_count - 1;
    file->bad = calloc(file->row_count + 1, sizeof(*file->bad));
    if (!file->bad || !fold_columns(file))
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < file->row_count; i++)
        check_row(file, i);
    if (find_twins(file) != 0)
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
    const struct gdpop_arg content = {"table", file->bytes, len};
    if ((r = gdpop_table_id(&content, 1, file->id)) != 0)
        return say_library(t, r);
    if (is_workbook(file->bytes, len))
        return say(t, GDPOP_ERR_FORMAT,
                   _("%s is a workbook: open it in the spreadsheet and save it as CSV"), path);
    bool tabs = name_len > 4 && strcasecmp(path + name_len - 4, ".tsv") == 0;
    enum csv_fault fault = csv_read(file->bytes, len, tabs, &file->csv);
    if (fault == CSV_GOOD)
        return check(t, file);
    const struct csv_record at = {file->csv.fault_line, file->csv.fault_row, 0, 0};
    problems_add(&file->problems, fault == CSV_NO_MEMORY ? GDPOP_ERR_NOMEM : GDPOP_ERR_FORMAT,
                 place(file, &at, file->csv.fault_column, NULL), file->csv.fault_line,
                 file->csv.fault_column, "%s", fault_sentence(fault));
    return problems_say(t, &file->problems, _("nothing was written: the table cannot be read"));
}

void table_file_free(struct table_file *file)
{
    csv_free(&file->csv);
    free(file->bytes);
    free(file->bad);
    free(file->dates);
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
    const struct csv_record *record = &file->csv.records[row + 1];
    size_t line = record->line, at = 0;
    const char *name = NULL, *values[TABLE_COLUMNS_MAX];
    table_file_values(file, row, values);
    for (size_t c = 0; c < file->column_count && !at; c++) {
        if (!file->at[c] || !sentence_is_about(sentence, file->columns[c].param, values[c]))
            continue;
        at = file->at[c];
        name = header_of(file, c);
    }
    for (size_t c = 0; c < file->column_count && !at; c++)
        if (file->at[c] && names_value(sentence, values[c])) {
            at = file->at[c];
            name = header_of(file, c);
        }
    problems_add(&file->problems, code, place(file, record, at, name), line, at, "%s", sentence);
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
    bool chinese = language_is_chinese();
    if (chinese) /* the mark by which Excel and WPS know UTF-8 */
        fputs("\xEF\xBB\xBF", out);
    for (const struct column *c = columns; c->name; c++) {
        char title[64];
        column_title(c, chinese, title);
        fprintf(out, "%s%s", c == columns ? "" : ",", title);
    }
    fputs("\r\n", out);
    return 0;
}
