#include "admin/dossier.h"
#include "admin/page.h"

#include <stdlib.h>

static void put_json_text(FILE *out, const char *text)
{
    size_t len = strlen(text);
    char *quoted = malloc(6 * len + 2);
    if (quoted)
        fwrite(quoted, 1, line_put_text(text, len, quoted), out);
    else
        fputs("null", out);
    free(quoted);
}

static void put_title(struct dossier *d, const char *title)
{
    fputs("<h2>", d->out);
    page_escape(d->out, title);
    fputs("</h2>\n", d->out);
}

static void put_cell(struct dossier *d, const char *tag, const char *text)
{
    fprintf(d->out, "<%s>", tag);
    page_escape(d->out, text);
    fprintf(d->out, "</%s>", tag);
}

void dossier_begin(struct dossier *d, const char *account, const char *title, const char *range)
{
    if (!d->page) {
        fputs("{\"leave\":", d->out);
        put_json_text(d->out, account);
        fputs(",\"range\":", d->out);
        put_json_text(d->out, range);
        fputs("}\n", d->out);
        return;
    }
    page_begin(d->out, title);
    put_cell(d, "p", range);
}

/* ---- Rows ---- */

static bool has_same_columns(const struct gdpop_row *a, const struct gdpop_row *b)
{
    bool same = a && a->count == b->count;
    for (size_t i = 0; same && i < b->count; i++)
        same = strcmp(a->fields[i].name, b->fields[i].name) == 0;
    return same;
}

static void put_columns(struct dossier *d, const struct gdpop_row *row)
{
    if (has_same_columns(d->before, row))
        return;
    fputs(d->before ? "</table>\n<table><tr>" : "<table><tr>", d->out);
    for (size_t i = 0; i < row->count; i++)
        put_cell(d, "th", row->fields[i].title);
    fputs("</tr>\n", d->out);
    d->before = row;
}

/* An instant to the minute: "2026-05-01 08:00". */
static void put_shown(struct dossier *d, const struct gdpop_field *f)
{
    char minute[17] = "";
    const char *text = f->shown ? f->shown : f->text;
    if (f->kind == GDPOP_FIELD_BOOL)
        text = strcmp(f->text, "true") == 0 ? _("yes") : _("no");
    if (f->kind == GDPOP_FIELD_INSTANT && strlen(f->text) > 16) {
        snprintf(minute, sizeof(minute), "%.10s %.5s", f->text, f->text + 11);
        text = minute;
    }
    put_cell(d, "td", text);
}

static void put_json_row(struct dossier *d, const char *name, const struct gdpop_row *row)
{
    fputs("{\"section\":", d->out);
    put_json_text(d->out, name);
    for (size_t i = 0; i < row->count; i++) {
        const struct gdpop_field *f = &row->fields[i];
        bool bare = f->kind == GDPOP_FIELD_NUMBER || f->kind == GDPOP_FIELD_BOOL;
        fprintf(d->out, ",\"%s\":", f->name);
        if (bare && f->text[0])
            fputs(f->text, d->out);
        else if (bare || (f->kind == GDPOP_FIELD_INSTANT && !f->text[0]))
            fputs("null", d->out);
        else
            put_json_text(d->out, f->text);
    }
    fputs("}\n", d->out);
}

void dossier_section(struct dossier *d, const char *name, const char *title,
                     const struct gdpop_row *rows, size_t count)
{
    if (d->page)
        put_title(d, title);
    d->before = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!d->page) {
            put_json_row(d, name, &rows[i]);
            continue;
        }
        put_columns(d, &rows[i]);
        fputs("<tr>", d->out);
        for (size_t k = 0; k < rows[i].count; k++)
            put_shown(d, &rows[i].fields[k]);
        fputs("</tr>\n", d->out);
    }
    if (d->page)
        fputs(d->before ? "</table>\n" : "<p>–</p>\n", d->out);
}

/* ---- Events ---- */

/* What people read of a line, in this order, behind number and time. */
static const int columns[] = {TEXT_ACTOR, TEXT_ACTION,  TEXT_SUBJECT, TEXT_OBJECT, TEXT_OUTCOME,
                              TEXT_TAG,   TEXT_SERVICE, TEXT_ADDRESS, TEXT_DEVICE, TEXT_DETAIL};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

void dossier_events_begin(struct dossier *d)
{
    const char *titles[COLUMNS] = {_("Actor"),   _("Action"),  _("Subject"), _("Object"),
                                   _("Outcome"), _("Article"), _("Service"), _("Address"),
                                   _("Device"),  _("Detail")};
    if (!d->page)
        return;
    put_title(d, _("Events"));
    fputs("<table><tr>", d->out);
    put_cell(d, "th", _("No."));
    put_cell(d, "th", _("Time"));
    for (int i = 0; i < COLUMNS; i++)
        put_cell(d, "th", titles[i]);
    fputs("</tr>\n", d->out);
}

int dossier_event(struct dossier *d, const struct trail_line *line)
{
    if (!d->page) {
        char text[LINE_MAX_BYTES];
        size_t len = line_write(line, LINE_JSONL, d->utc_offset_min, text);
        if (len == 0)
            return err_fail(GDPOP_ERR_TOO_LONG, _("event %llu of the trail is too long"),
                            (unsigned long long)line->sequence);
        fwrite(text, 1, len, d->out);
        return 0;
    }
    char at[24];
    clock_format_minute(line->at, d->utc_offset_min, at);
    fprintf(d->out, "<tr><td>%llu</td><td>%s</td>", (unsigned long long)line->sequence, at);
    for (int i = 0; i < COLUMNS; i++)
        put_cell(d, "td", line->text[columns[i]]);
    fputs("</tr>\n", d->out);
    return 0;
}

void dossier_end(struct dossier *d)
{
    if (!d->page)
        return;
    fputs("</table>\n", d->out);
    page_end(d->out);
    fputs("<!--\n", d->out); /* behind it the manifest, which nothing shows */
}
