#include "sheet.h"

#include "render.h"
#include "say.h"

#include <string.h>
#include <unistd.h>

/* What a spreadsheet takes for a formula, full-width forms included. */
static bool begins_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    if (*text && strchr("=+-@\t\r", *text))
        return true;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static void put_cell(FILE *out, const char *text, bool first)
{
    fputs(first ? "\"" : ",\"", out);
    if (begins_formula(text))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* With the mark by which Excel and WPS know UTF-8. */
static int write_csv(const struct gdpop_result *result, int fd)
{
    int copy = dup(fd);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    if (!out)
        return GDPOP_ERR_SYSTEM;
    fputs("\xEF\xBB\xBF", out);
    const struct gdpop_row *row = result->rows;
    for (size_t k = 0; result->count && k < row->count; k++)
        put_cell(out, row->fields[k].title, k == 0);
    fputs("\r\n", out);
    for (size_t i = 0; i < result->count; i++) {
        row = &result->rows[i];
        for (size_t k = 0; k < row->count; k++) {
            char buffer[32];
            put_cell(out, render_cell(&row->fields[k], buffer), k == 0);
        }
        fputs("\r\n", out);
    }
    bool failed = ferror(out);
    return fclose(out) || failed ? GDPOP_ERR_SYSTEM : 0;
}

int sheet_write(struct tool *t, const struct gdpop_result *result, const char *format,
                struct out_file *out)
{
    if (out->fd < 0)
        return 0;
    bool csv = format && strcmp(format, "csv") == 0;
    int r = csv ? write_csv(result, out->fd) : sheet_xlsx(result, out->fd);
    if (r == 0 && fsync(out->fd))
        r = GDPOP_ERR_SYSTEM;
    return r ? say(t, r, _("%s could not be written"), out->path) : 0;
}
