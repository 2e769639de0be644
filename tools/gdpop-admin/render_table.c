/* Rows as tables whose columns share the terminal. */
#include "render.h"

#include "wrap.h"

#include <libsmartcols.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, COLUMNS_MAX = 64 };

static const struct gdpop_field *field_named(const struct gdpop_row *row, size_t at,
                                             const char *name)
{
    if (at < row->count && strcmp(row->fields[at].name, name) == 0)
        return &row->fields[at];
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].name, name) == 0)
            return &row->fields[i];
    return NULL;
}

/* Rows that one table shows: those whose fields the first of them has too. */
struct group {
    const struct gdpop_row *rows;
    size_t count;
};

static bool fits(const struct gdpop_row *first, const struct gdpop_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->fields[i].kind != GDPOP_FIELD_SECRET &&
            !field_named(first, i, row->fields[i].name))
            return false;
    return true;
}

static struct group next_group(const struct gdpop_result *result, size_t from)
{
    struct group g = {&result->rows[from], 1};
    while (from + g.count < result->count && fits(g.rows, &g.rows[g.count]))
        g.count++;
    return g;
}

static bool is_tree(const struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->rows[i].depth > g->rows[0].depth)
            return true;
    return false;
}

/* How the columns of a group share the terminal. */
struct layout {
    size_t count;
    struct column {
        size_t width;     /* columns of the widest cell, or of what it is given */
        size_t narrowest; /* it can be given */
        bool wrapped;
    } column[COLUMNS_MAX];
};

/* Only text is wrapped, and where there is room for it only long text: names, numbers, dates and
 * codes in two pieces can be neither read nor copied. */
enum { SHORT_COLUMNS = 20 };

static void measure(const struct group *g, size_t at, size_t whole, bool tree, struct column *c)
{
    const struct gdpop_field *head = &g->rows[0].fields[at];
    *c = (struct column){gdpop_text_width(head->title), gdpop_text_width(head->title), false};
    for (size_t i = 0; i < g->count; i++) {
        char buffer[32];
        const struct gdpop_field *f = field_named(&g->rows[i], at, head->name);
        const char *text = f ? render_cell(f, buffer) : "";
        size_t width = gdpop_text_width(text), narrowest = width;
        if (tree)
            width = narrowest = width + 2 * (size_t)(g->rows[i].depth - g->rows[0].depth);
        if (f && f->kind == GDPOP_FIELD_TEXT && width > whole) {
            c->wrapped = true;
            narrowest = wrap_narrowest(text);
        }
        c->width = width > c->width ? width : c->width;
        c->narrowest = narrowest > c->narrowest ? narrowest : c->narrowest;
    }
    /* Short cells of a wrapped column, such as a name of two words, stay whole too. */
    if (!c->wrapped)
        c->narrowest = c->width;
}

static size_t total(const struct layout *l)
{
    size_t sum = l->count ? l->count - 1 : 0;
    for (size_t i = 0; i < l->count; i++)
        sum += l->column[i].width;
    return sum;
}

/* The widest column gives way first. Whether they fit at last. */
static bool shrink(struct layout *l, size_t columns)
{
    for (size_t sum = total(l); sum > columns; sum--) {
        struct column *widest = NULL;
        for (size_t i = 0; i < l->count; i++)
            if (l->column[i].width > l->column[i].narrowest &&
                (!widest || l->column[i].width > widest->width))
                widest = &l->column[i];
        if (!widest)
            return false;
        widest->width--;
    }
    return true;
}

/* Cells of up to `whole` columns are not wrapped. */
static bool lay_out(const struct group *g, bool tree, size_t whole, struct layout *l)
{
    const struct gdpop_row *first = &g->rows[0];
    l->count = 0;
    for (size_t i = 0; i < first->count && l->count < COLUMNS_MAX; i++) {
        if (first->fields[i].kind == GDPOP_FIELD_SECRET)
            continue;
        /* The record's name stays in one piece, to be copied. */
        measure(g, i, l->count > 0 ? whole : SIZE_MAX, tree && l->count == 0, &l->column[l->count]);
        l->count++;
    }
    return shrink(l, render_columns());
}

static int add_columns(struct libscols_table *table, const struct group *g, bool tree,
                       const struct layout *l)
{
    const struct gdpop_row *first = &g->rows[0];
    size_t at = 0;
    for (size_t i = 0; i < first->count && at < l->count; i++) {
        const struct gdpop_field *f = &first->fields[i];
        if (f->kind == GDPOP_FIELD_SECRET)
            continue;
        int flags = at == 0                         ? (tree ? SCOLS_FL_TREE : 0)
                    : f->kind == GDPOP_FIELD_NUMBER ? SCOLS_FL_RIGHT
                    : l->column[at].wrapped         ? SCOLS_FL_WRAP
                                                    : 0;
        struct libscols_column *c = scols_table_new_column(table, f->title, 0, flags);
        if (!c ||
            (l->column[at].wrapped &&
             (scols_column_set_safechars(c, "\n") ||
              scols_column_set_wrapfunc(c, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL))))
            return GDPOP_ERR_NOMEM;
        at++;
    }
    return 0;
}

static int set_cell(struct libscols_line *line, size_t at, const char *text, const struct column *c)
{
    char *wrapped = c->wrapped ? wrap_text(text, c->width) : NULL;
    int r = c->wrapped && !wrapped                                    ? GDPOP_ERR_NOMEM
            : scols_line_set_data(line, at, wrapped ? wrapped : text) ? GDPOP_ERR_NOMEM
                                                                      : 0;
    free(wrapped);
    return r;
}

static int add_line(struct libscols_table *table, const struct gdpop_row *first,
                    const struct gdpop_row *row, struct libscols_line *parent,
                    const struct layout *l, struct libscols_line **line)
{
    size_t column = 0;
    *line = scols_table_new_line(table, parent);
    if (!*line)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < first->count && column < l->count; i++) {
        char buffer[32];
        if (first->fields[i].kind == GDPOP_FIELD_SECRET)
            continue;
        const struct gdpop_field *f = field_named(row, i, first->fields[i].name);
        if (set_cell(*line, column, f ? render_cell(f, buffer) : "", &l->column[column]))
            return GDPOP_ERR_NOMEM;
        column++;
    }
    return 0;
}

static int add_lines(struct libscols_table *table, const struct group *g, const struct layout *l)
{
    struct libscols_line *parents[DEPTH_MAX + 1] = {0};
    for (size_t i = 0; i < g->count; i++) {
        int depth = g->rows[i].depth - g->rows[0].depth;
        depth = depth < 0 ? 0 : depth > DEPTH_MAX ? DEPTH_MAX : depth;
        int r = add_line(table, &g->rows[0], &g->rows[i], depth ? parents[depth - 1] : NULL, l,
                         &parents[depth]);
        if (r)
            return r;
    }
    return 0;
}

static int print_group(const struct group *g, bool tree, const struct layout *l, FILE *out)
{
    struct libscols_table *table = scols_new_table();
    if (!table)
        return GDPOP_ERR_NOMEM;
    scols_table_set_stream(table, out);
    /* The columns have their widths already. */
    scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
    int r = add_columns(table, g, tree, l);
    if (r == 0)
        r = add_lines(table, g, l);
    if (r == 0 && scols_print_table(table))
        r = GDPOP_ERR_SYSTEM;
    scols_unref_table(table);
    return r;
}

/* Where the terminal is too narrow for whole words side by side: field by field, the
 * empty ones left out. */
static int print_rows(const struct group *g, FILE *out)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < g->count; i++) {
        if (i > 0)
            fputc('\n', out);
        r = render_fields(&g->rows[i], true, out);
    }
    return r;
}

/* Rows of another kind (the decisions below a request's row) get a table of their own. */
int render_table(const struct gdpop_result *result, FILE *out)
{
    int r = 0;
    for (size_t at = 0; r == 0 && at < result->count;) {
        struct group g = next_group(result, at);
        if (at > 0)
            fputc('\n', out);
        bool tree = is_tree(&g);
        struct layout layout;
        if (lay_out(&g, tree, SHORT_COLUMNS, &layout) || lay_out(&g, tree, 0, &layout) || tree)
            r = print_group(&g, tree, &layout, out);
        else
            r = print_rows(&g, out);
        at += g.count;
    }
    return r;
}
