#include "render.h"

#include "say.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 32

/* "2026-09-15T08:30:00.123456+08:00" -> "2026-09-15 08:30:00": the library gives instants in the
 * host's civil time. Other texts are kept. */
static void civil(const char *instant, char out[static 32])
{
    snprintf(out, 32, "%s", instant);
    if (strlen(instant) < 19 || instant[10] != 'T')
        return;
    out[10] = ' ';
    out[19] = '\0';
}

const char *render_cell(const struct gdpop_field *f, char buffer[static 32])
{
    if (f->shown)
        return f->shown;
    if (!f->text)
        return "";
    if (f->kind == GDPOP_FIELD_BOOL)
        return strcmp(f->text, "true") == 0 ? _("yes") : _("no");
    if (f->kind != GDPOP_FIELD_INSTANT)
        return f->text;
    civil(f->text, buffer);
    return buffer;
}

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

/* Whether a column is wrapped where the terminal is narrow: only one with long text is, since
 * names, dates and codes in two pieces can be neither read nor copied. */
static bool is_long(const struct group *result, size_t column)
{
    enum { SHORT_COLUMNS = 20 };
    const char *name = result->rows[0].fields[column].name;
    for (size_t i = 0; i < result->count; i++) {
        char buffer[32];
        const struct gdpop_field *f = field_named(&result->rows[i], column, name);
        if (f && f->kind == GDPOP_FIELD_TEXT &&
            gdpop_text_width(render_cell(f, buffer)) > SHORT_COLUMNS)
            return true;
    }
    return false;
}

static int add_columns(struct libscols_table *table, const struct group *result, bool tree)
{
    const struct gdpop_row *first = &result->rows[0];
    bool seen = false;
    for (size_t i = 0; i < first->count; i++) {
        const struct gdpop_field *f = &first->fields[i];
        if (f->kind == GDPOP_FIELD_SECRET)
            continue;
        int flags = f->kind == GDPOP_FIELD_NUMBER ? SCOLS_FL_RIGHT
                    : is_long(result, i)          ? SCOLS_FL_WRAP
                                                  : 0;
        if (!seen) /* the record's name stays in one piece, to be copied */
            flags = tree ? SCOLS_FL_TREE : 0;
        seen = true;
        if (!scols_table_new_column(table, f->title, 0, flags))
            return GDPOP_ERR_NOMEM;
    }
    return 0;
}

static int add_line(struct libscols_table *table, const struct gdpop_row *first,
                    const struct gdpop_row *row, struct libscols_line *parent,
                    struct libscols_line **line)
{
    size_t column = 0;
    *line = scols_table_new_line(table, parent);
    if (!*line)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < first->count; i++) {
        char buffer[32];
        if (first->fields[i].kind == GDPOP_FIELD_SECRET)
            continue;
        const struct gdpop_field *f = field_named(row, i, first->fields[i].name);
        if (scols_line_set_data(*line, column++, f ? render_cell(f, buffer) : ""))
            return GDPOP_ERR_NOMEM;
    }
    return 0;
}

static int add_lines(struct libscols_table *table, const struct group *g)
{
    struct libscols_line *parents[DEPTH_MAX + 1] = {0};
    for (size_t i = 0; i < g->count; i++) {
        int depth = g->rows[i].depth - g->rows[0].depth;
        depth = depth < 0 ? 0 : depth > DEPTH_MAX ? DEPTH_MAX : depth;
        int r = add_line(table, &g->rows[0], &g->rows[i], depth ? parents[depth - 1] : NULL,
                         &parents[depth]);
        if (r)
            return r;
    }
    return 0;
}

static int print_group(const struct group *g, FILE *out)
{
    struct libscols_table *table = scols_new_table();
    if (!table)
        return GDPOP_ERR_NOMEM;
    scols_table_set_stream(table, out);
    /* Wrapped to the terminal; a pipe gets lines as long as they are. */
    if (isatty(STDOUT_FILENO))
        scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    int r = add_columns(table, g, is_tree(g));
    if (r == 0)
        r = add_lines(table, g);
    if (r == 0 && scols_print_table(table))
        r = GDPOP_ERR_SYSTEM;
    scols_unref_table(table);
    return r;
}

/* Rows of another kind (the decisions below a request's row) get a table of their own. */
static int print_table(const struct gdpop_result *result, FILE *out)
{
    int r = 0;
    for (size_t at = 0; r == 0 && at < result->count;) {
        struct group g = next_group(result, at);
        if (at > 0)
            fputc('\n', out);
        r = print_group(&g, out);
        at += g.count;
    }
    return r;
}

static void print_value(const char *text, int indent, FILE *out)
{
    for (const char *line = text;;) {
        size_t len = strcspn(line, "\n");
        char *one = strndup(line, len);
        say_clean(out, one ? one : "");
        fputc('\n', out);
        free(one);
        if (!line[len] || !line[len + 1])
            return;
        line += len + 1;
        fprintf(out, "%*s", indent, "");
    }
}

static void print_fields(const struct gdpop_row *row, FILE *out)
{
    size_t widest = 0;
    for (size_t i = 0; i < row->count; i++) {
        size_t width = gdpop_text_width(row->fields[i].title);
        if (row->fields[i].kind != GDPOP_FIELD_SECRET && width > widest)
            widest = width;
    }
    for (size_t i = 0; i < row->count; i++) {
        char buffer[32];
        const struct gdpop_field *f = &row->fields[i];
        if (f->kind == GDPOP_FIELD_SECRET)
            continue;
        int pad = (int)(widest - gdpop_text_width(f->title));
        fprintf(out, "%s:%*s ", f->title, pad, "");
        print_value(render_cell(f, buffer), (int)widest + 2, out);
    }
}

static int print_text(const struct gdpop_result *result, FILE *out)
{
    int r = 0;
    if (result->count == 1 && !result->list)
        print_fields(&result->rows[0], out);
    else if (result->count > 0)
        r = print_table(result, out);
    if (result->message && *result->message) {
        say_clean(out, result->message);
        fputc('\n', out);
    }
    return r;
}

/* A result that is one finished document, such as a page, is printed as it is. */
static const char *document_of(const struct gdpop_result *result)
{
    if (result->count != 1 || result->rows[0].count != 1)
        return NULL;
    const struct gdpop_field *f = &result->rows[0].fields[0];
    return strcmp(f->name, "document") == 0 ? f->text : NULL;
}

int render(const struct tool *t, const struct gdpop_result *result, const char *locked_out,
           char **text)
{
    size_t len;
    if (t->json) {
        *text = render_json(result, locked_out);
        return *text ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    }
    const char *document = document_of(result);
    if (document) {
        *text = strdup(document);
        return *text ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    }
    FILE *out = open_memstream(text, &len);
    int r = out ? print_text(result, out) : GDPOP_ERR_NOMEM;
    if (out && fclose(out) && r == 0)
        r = GDPOP_ERR_NOMEM;
    if (r == 0)
        return 0;
    free(*text);
    *text = NULL;
    return say(t, r, "%s", gdpop_strerror(r));
}
