#include "render.h"

#include "say.h"
#include "wrap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

size_t render_columns(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return SIZE_MAX;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* Its lines below each other, wrapped on a terminal; what programs read, such as JSON, stays as it
 * is, to be copied. */
static int print_value(const char *text, size_t indent, FILE *out)
{
    size_t columns = render_columns();
    bool wraps = columns > 2 * indent && columns != SIZE_MAX && !strchr(text, '{');
    char *lines = wraps ? wrap_text(text, columns - indent) : strdup(text);
    if (!lines)
        return GDPOP_ERR_NOMEM;
    for (char *rest = lines, *line; (line = strsep(&rest, "\n"));) {
        if (!*line && !rest && line != lines)
            break;
        if (line != lines)
            fprintf(out, "%*s", (int)indent, "");
        say_clean(out, line);
        fputc('\n', out);
    }
    free(lines);
    return 0;
}

int render_fields(const struct gdpop_row *row, bool brief, FILE *out)
{
    size_t widest = 0;
    int r = 0;
    for (size_t i = 0; i < row->count; i++) {
        size_t width = gdpop_text_width(row->fields[i].title);
        if (row->fields[i].kind != GDPOP_FIELD_SECRET && width > widest)
            widest = width;
    }
    for (size_t i = 0; r == 0 && i < row->count; i++) {
        char buffer[32];
        const struct gdpop_field *f = &row->fields[i];
        const char *text = render_cell(f, buffer);
        if (f->kind == GDPOP_FIELD_SECRET || (brief && !*text))
            continue;
        int pad = (int)(widest - gdpop_text_width(f->title));
        fprintf(out, "%s:%*s ", f->title, pad, "");
        r = print_value(text, widest + 2, out);
    }
    return r;
}

static int print_text(const struct gdpop_result *result, FILE *out)
{
    int r = 0;
    if (result->count == 1 && !result->list)
        r = render_fields(&result->rows[0], false, out);
    else if (result->count > 0)
        r = render_table(result, out);
    if (r == 0 && result->message && *result->message)
        r = print_value(result->message, 0, out);
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
