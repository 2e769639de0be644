#include "xlsx.h"

#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = LXW_ROW_MAX - 1, COLUMNS_MAX = 64 };

struct book {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *bold;
    char *head; /* the line of column names, repeated on each sheet */
    lxw_row_t row;
    int sheets;
    lxw_error error;
};

/* The field at *p without quotes and without the guard against spreadsheets, which a string needs
 * no more; *p goes behind the comma, NULL behind the last. */
static char *take_field(char **p)
{
    char *from = *p, *to = from, *value = from;
    if (*from != '"') {
        char *comma = strchr(from, ',');
        *p = comma ? comma + 1 : NULL;
        if (comma)
            *comma = '\0';
        return *value == '\'' ? value + 1 : value;
    }
    for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    *p = *from == '"' && from[1] == ',' ? from + 2 : NULL;
    *to = '\0';
    return *value == '\'' ? value + 1 : value;
}

static void put(struct book *b, lxw_row_t row, lxw_col_t column, const char *text,
                lxw_format *format)
{
    if (b->error == LXW_NO_ERROR && *text)
        b->error = worksheet_write_string(b->sheet, row, column, text, format);
}

static void put_line(struct book *b, char *line, lxw_format *format)
{
    lxw_col_t column = 0;
    for (char *p = line; p && column < COLUMNS_MAX; column++)
        put(b, b->row, column, take_field(&p), format);
    b->row++;
}

static void begin_sheet(struct book *b)
{
    char name[32], *head = strdup(b->head);
    b->sheets++;
    snprintf(name, sizeof(name), b->sheets == 1 ? "events" : "events %d", b->sheets);
    b->sheet = workbook_add_worksheet(b->workbook, name);
    if (!b->sheet || !head) {
        b->error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    } else {
        worksheet_set_column(b->sheet, 0, 0, 10, NULL);
        worksheet_set_column(b->sheet, 1, 1, 32, NULL);
        worksheet_set_column(b->sheet, 2, COLUMNS_MAX, 16, NULL);
        worksheet_freeze_panes(b->sheet, 1, 0);
        b->row = 0;
        put_line(b, head, b->bold);
    }
    free(head);
}

/* On a sheet of its own. */
static void put_manifest(struct book *b, char *line)
{
    char *p = line;
    take_field(&p);
    b->sheet = workbook_add_worksheet(b->workbook, "manifest");
    if (!b->sheet)
        b->error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    else if (p)
        put(b, 0, 0, take_field(&p), NULL);
}

static void fill(struct book *b, FILE *csv)
{
    static const char mark[] = "\xef\xbb\xbf";
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    rewind(csv);
    while (b->error == LXW_NO_ERROR && (len = getline(&line, &room, csv)) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!b->head) {
            b->head = strdup(line + (strncmp(line, mark, 3) == 0 ? 3 : 0));
            if (!b->head)
                b->error = LXW_ERROR_MEMORY_MALLOC_FAILED;
            else
                begin_sheet(b);
        } else if (strncmp(line, "manifest,\"", 10) == 0) {
            put_manifest(b, line);
        } else {
            if (b->row >= ROWS_MAX)
                begin_sheet(b);
            put_line(b, line, NULL);
        }
    }
    if (b->error == LXW_NO_ERROR && ferror(csv))
        b->error = LXW_ERROR_READING_TMPFILE;
    free(line);
}

int xlsx_write(const struct tool *t, FILE *csv, const char *path)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
    struct book b = {.workbook = workbook_new_opt(path, &options)};
    if (!b.workbook)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    b.bold = workbook_add_format(b.workbook);
    format_set_bold(b.bold);
    fill(&b, csv);
    lxw_error closed = workbook_close(b.workbook);
    free(b.head);
    if (b.error == LXW_NO_ERROR)
        b.error = closed;
    return b.error == LXW_NO_ERROR ? 0
                                   : say(t, GDPOP_ERR_SYSTEM, _("the workbook cannot be made: %s"),
                                         lxw_strerror(b.error));
}
