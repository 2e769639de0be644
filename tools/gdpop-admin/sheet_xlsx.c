#include "sheet.h"

#include "render.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { A4 = 9, COLUMNS_MAX = 40, WIDEST = 24, HEAD_ROW = 2 };

/* Of the field shown in a column; what the head of the page tells has none. */
struct page {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *head, *cell, *line;
    const struct gdpop_row *rows;
    size_t count;
    size_t fields[COLUMNS_MAX], columns; /* fields[c] is shown in column c + 1 */
    int width[COLUMNS_MAX + 3];
};

static bool stands_in_head(const char *name)
{
    return strcmp(name, "organisation") == 0 || strcmp(name, "organisation_name") == 0 ||
           strcmp(name, "as_of") == 0;
}

static const char *value(const struct gdpop_row *row, const char *name, char buffer[static 32])
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].name, name) == 0)
            return render_cell(&row->fields[i], buffer);
    return "";
}

static void put(struct page *p, unsigned row, size_t column, const char *text, lxw_format *format)
{
    int width = (int)gdpop_text_width(text) + 2;
    if (format != p->title && width > p->width[column])
        p->width[column] = width < WIDEST ? width : WIDEST;
    /* Always a string: a formula is never made of what somebody typed. */
    worksheet_write_string(p->sheet, row, (lxw_col_t)column, text, format);
}

static lxw_format *format_of(lxw_workbook *book, int size, bool border)
{
    lxw_format *f = workbook_add_format(book);
    format_set_font_size(f, size);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    if (border) {
        format_set_border(f, LXW_BORDER_THIN);
        format_set_text_wrap(f);
    }
    return f;
}

static void add_formats(struct page *p)
{
    p->title = format_of(p->book, 16, false);
    format_set_bold(p->title);
    format_set_align(p->title, LXW_ALIGN_CENTER);
    p->head = format_of(p->book, 10, true);
    format_set_bold(p->head);
    format_set_align(p->head, LXW_ALIGN_CENTER);
    p->cell = format_of(p->book, 10, true);
    p->line = format_of(p->book, 11, false);
}

static void merge(struct page *p, unsigned row, const char *text, lxw_format *format)
{
    worksheet_merge_range(p->sheet, row, 0, row, (lxw_col_t)(p->columns + 2), "", format);
    worksheet_write_string(p->sheet, row, 0, text, format);
}

static void write_head(struct page *p)
{
    char name[32], id[32], at[32];
    char *text = say_format(_("Accounts of %s (%s)"), value(&p->rows[0], "organisation_name", name),
                            value(&p->rows[0], "organisation", id));
    merge(p, 0, text ? text : "", p->title);
    free(text);
    text = say_format(_("As of %s, %zu accounts"), value(&p->rows[0], "as_of", at), p->count);
    merge(p, 1, text ? text : "", p->line);
    free(text);
    put(p, HEAD_ROW, 0, _("No."), p->head);
    for (size_t c = 0; c < p->columns; c++)
        put(p, HEAD_ROW, c + 1, p->rows[0].fields[p->fields[c]].title, p->head);
    put(p, HEAD_ROW, p->columns + 1, _("Keep, change or close"), p->head);
    put(p, HEAD_ROW, p->columns + 2, _("Remarks"), p->head);
}

static void write_rows(struct page *p)
{
    for (size_t i = 0; i < p->count; i++) {
        char number[24], buffer[32];
        unsigned row = HEAD_ROW + 1 + (unsigned)i;
        snprintf(number, sizeof(number), "%zu", i + 1);
        put(p, row, 0, number, p->cell);
        for (size_t c = 0; c < p->columns; c++)
            put(p, row, c + 1, render_cell(&p->rows[i].fields[p->fields[c]], buffer), p->cell);
        put(p, row, p->columns + 1, "", p->cell);
        put(p, row, p->columns + 2, "", p->cell);
    }
}

static void write_signatures(struct page *p)
{
    static const char *const lines[] = {
        N_("Checked by (signature):                    Date:"),
        N_("Head of the unit (signature):                    Date:"),
        N_("Unit (seal):"),
    };
    unsigned row = HEAD_ROW + 2 + (unsigned)p->count;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        worksheet_set_row(p->sheet, row + (unsigned)i, 30, NULL);
        merge(p, row + (unsigned)i, _(lines[i]), p->line);
    }
}

static void set_print(struct page *p)
{
    for (size_t c = 0; c < p->columns + 3; c++)
        worksheet_set_column(p->sheet, (lxw_col_t)c, (lxw_col_t)c, p->width[c], NULL);
    worksheet_set_paper(p->sheet, A4);
    worksheet_set_landscape(p->sheet);
    worksheet_fit_to_pages(p->sheet, 1, 0);
    worksheet_repeat_rows(p->sheet, 0, HEAD_ROW);
    worksheet_set_margins(p->sheet, 0.5, 0.5, 0.6, 0.6);
    worksheet_set_footer(p->sheet, "&C&P / &N");
    worksheet_freeze_panes(p->sheet, HEAD_ROW + 1, 0);
}

/* Named by the unit's id where a spreadsheet takes it for a name. */
static bool add_sheet(struct page *p, const char *id)
{
    bool fit = workbook_validate_sheet_name(p->book, id) == LXW_NO_ERROR;
    p->sheet = workbook_add_worksheet(p->book, fit ? id : NULL);
    memset(p->width, 0, sizeof(p->width));
    p->columns = 0;
    for (size_t i = 0; p->rows && i < p->rows[0].count && p->columns < COLUMNS_MAX; i++)
        if (!stands_in_head(p->rows[0].fields[i].name))
            p->fields[p->columns++] = i;
    return p->sheet != NULL;
}

static int write_page(struct page *p)
{
    char id[32];
    if (!add_sheet(p, value(&p->rows[0], "organisation", id)))
        return GDPOP_ERR_NOMEM;
    write_head(p);
    write_rows(p);
    write_signatures(p);
    set_print(p);
    return 0;
}

/* The rows of one unit, which stand together. */
static size_t of_unit(const struct gdpop_result *result, size_t from)
{
    char first[32], other[32];
    size_t n = 1;
    while (from + n < result->count &&
           strcmp(value(&result->rows[from], "organisation", first),
                  value(&result->rows[from + n], "organisation", other)) == 0)
        n++;
    return n;
}

static int write_book(const struct gdpop_result *result, const char *path)
{
    struct page p = {.book = workbook_new(path)};
    int r = p.book ? 0 : GDPOP_ERR_NOMEM;
    if (r)
        return r;
    add_formats(&p);
    for (size_t at = 0; r == 0 && at < result->count; at += p.count) {
        p.rows = &result->rows[at];
        p.count = of_unit(result, at);
        r = write_page(&p);
    }
    if (result->count == 0)
        workbook_add_worksheet(p.book, NULL);
    return workbook_close(p.book) == LXW_NO_ERROR && r == 0 ? 0 : r ? r : GDPOP_ERR_SYSTEM;
}

static int copy(int from, int to)
{
    char buffer[65536];
    ssize_t n;
    while ((n = read(from, buffer, sizeof(buffer))) > 0)
        for (ssize_t done = 0, w; done < n; done += w)
            if ((w = write(to, buffer + done, (size_t)(n - done))) < 0)
                return GDPOP_ERR_SYSTEM;
    return n < 0 ? GDPOP_ERR_SYSTEM : 0;
}

/* The writer takes a path: that of a file in memory. */
int sheet_xlsx(const struct gdpop_result *result, int fd)
{
    char path[64];
    int memory = memfd_create("sheet", MFD_CLOEXEC);
    if (memory < 0)
        return GDPOP_ERR_SYSTEM;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
    int r = write_book(result, path);
    if (r == 0)
        r = lseek(memory, 0, SEEK_SET) < 0 ? GDPOP_ERR_SYSTEM : copy(memory, fd);
    close(memory);
    return r;
}
