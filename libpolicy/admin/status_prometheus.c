/* The lines of `status` in Prometheus' text format, for the textfile collector of node_exporter. */
#include "admin/status.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *field(const struct gdpop_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].name, name) == 0)
            return row->fields[i].text;
    return "";
}

static void label(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%s=\"", name);
    for (; *value; value++)
        if (*value == '\\' || *value == '"')
            fprintf(out, "\\%c", *value);
        else
            fputc(*value == '\n' ? ' ' : *value, out);
    fputc('"', out);
}

static void head(FILE *out, const char *metric, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric, help, metric);
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static void write_counts(FILE *out, const struct gdpop_row *rows, size_t count)
{
    head(out, "gdpop_status_findings", "Lines of gdpop-admin status, by severity.");
    for (int s = SEVERITY_notice; s <= SEVERITY_serious; s++) {
        unsigned n = 0;
        for (size_t i = 0; i < count; i++)
            n += strcmp(field(&rows[i], "severity"), severity_names[s]) == 0;
        fprintf(out, "gdpop_status_findings{severity=\"%s\"} %u\n", severity_names[s], n);
    }
}

/* How many of the first n rows are of this item and severity. A collector refuses the whole file
 * when a series is in it twice, and damaged records, for one, all have the same name. */
static unsigned alike(const struct gdpop_row *rows, size_t n, const struct gdpop_row *row)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(field(&rows[i], "item"), field(row, "item")) == 0 &&
                 strcmp(field(&rows[i], "severity"), field(row, "severity")) == 0;
    return found;
}

static void write_findings(FILE *out, const struct gdpop_row *rows, size_t count)
{
    head(out, "gdpop_status_finding", "What is not as it should be; its remedy is in status.");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(field(&rows[i], "severity"), severity_names[SEVERITY_fine]) == 0 ||
            alike(rows, i, &rows[i]) > 0)
            continue;
        fputs("gdpop_status_finding{", out);
        label(out, "item", field(&rows[i], "item"));
        fputc(',', out);
        label(out, "severity", field(&rows[i], "severity"));
        fprintf(out, "} %u\n", alike(rows, count, &rows[i]));
    }
}

static void write_values(FILE *out, const struct gdpop_row *rows, size_t count)
{
    head(out, "gdpop_status_value", "Lines of status that are numbers.");
    for (size_t i = 0; i < count; i++) {
        if (!is_number(field(&rows[i], "value")) || alike(rows, i, &rows[i]) > 0)
            continue;
        fputs("gdpop_status_value{", out);
        label(out, "item", field(&rows[i], "item"));
        fprintf(out, "} %s\n", field(&rows[i], "value"));
    }
}

int status_prometheus(struct gdpop_admin *a)
{
    const struct gdpop_row *rows = a->rows;
    const size_t count = a->result.count;
    char *text = NULL;
    size_t len;
    int r;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return GDPOP_ERR_NOMEM;
    head(out, "gdpop_info", "Version of the library.");
    fputs("gdpop_info{", out);
    label(out, "version", GDPOP_VERSION);
    fputs("} 1\n", out);
    head(out, "gdpop_status_time_seconds", "When status looked, in Unix time.");
    fprintf(out, "gdpop_status_time_seconds %" PRId64 "\n", a->now_at / 1000000);
    write_counts(out, rows, count);
    write_findings(out, rows, count);
    write_values(out, rows, count);
    if (fclose(out) != 0 || !text) {
        free(text);
        return GDPOP_ERR_NOMEM;
    }
    a->result.rows = a->rows = NULL;
    a->result.count = a->row_room = 0;
    if ((r = result_row(a, 0)) == 0)
        r = result_text(a, "document", _("Document"), text);
    free(text);
    return r;
}
