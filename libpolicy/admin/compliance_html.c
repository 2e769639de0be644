/* The report as one page: everything from the store is escaped, nothing is fetched, no script runs;
 * the policy of the page allows the one style sheet by its digest. */
#include "admin/compliance.h"

#include <stdio.h>
#include <stdlib.h>

#define STYLE                                                                                      \
    "body{font:14px/1.5 sans-serif;margin:2em;color:#222}"                                         \
    "h1{font-size:1.4em}h2{font-size:1.15em;margin-top:2em}"                                       \
    "table{border-collapse:collapse;width:100%}"                                                   \
    "th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}"            \
    "th{background:#eee}.outstanding{background:#fde8e6}.outside{color:#666}"                      \
    "code{font-family:monospace;overflow-wrap:anywhere}@media print{body{margin:0}}"
/* base64 of the SHA-256 of STYLE; a test computes it anew. */
#define STYLE_DIGEST "dX/yR/WjHSm/MaLxZC7Ljf+4DW00r7d0ZRk74SqAjGc="

static void escape(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    escape(out, text);
    fputs("</td>", out);
}

static void head(FILE *out, const struct report *report, const char *at)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n<title>",
            strcmp(text_language(NULL), "zh") == 0 ? "zh-CN" : "en", STYLE_DIGEST);
    escape(out, _("Compliance report"));
    fprintf(out, "</title><style>%s</style></head><body>\n<h1>", STYLE);
    escape(out, _("Compliance report"));
    fputs("</h1>\n<p>", out);
    escape(out, *report->top ? report->top : _("all organisations"));
    fprintf(out, " · %s · ", at);
    escape(out, _("Outstanding"));
    fprintf(out, ": %lld</p>\n", (long long)report->outstanding);
}

static void begin_regulation(FILE *out, const struct finding_line *l)
{
    const char *titles[] = {_("Article"),  _("What it asks"), _("Served by"), _("State"),
                            _("Evidence"), _("Outstanding"),  _("Remedy"),    _("Note")};
    fputs("<h2>", out);
    escape(out, l->regulation->title);
    fputs(" ", out);
    escape(out, l->regulation->document);
    fputs(" · ", out);
    escape(out, text_get(report_state(l)));
    fputs("</h2>\n<p>", out);
    escape(out, l->evidence);
    if (*l->remedy) {
        fputs("<code>", out);
        escape(out, l->remedy);
        fputs("</code>", out);
    }
    fputs("</p>\n<table><tr>", out);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        fputs("<th>", out);
        escape(out, titles[i]);
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
}

static void article_row(struct gdpop_admin *a, FILE *out, const struct finding_line *l)
{
    bool outside = (l->article->served & ~(unsigned)(READING | PRODUCT)) == OUTSIDE;
    fprintf(out, "<tr class=\"%s\">",
            l->outstanding ? "outstanding"
            : outside      ? "outside"
                           : "served");
    cell(out, l->article->tag);
    cell(out, l->article->words);
    cell(out, report_served(a, l->article->served, true));
    cell(out, text_get(report_state(l)));
    cell(out, l->evidence);
    fprintf(out, "<td>%lld</td><td><code>", (long long)l->outstanding);
    escape(out, l->remedy);
    fputs("</code></td>", out);
    cell(out, report_note(a, l->article));
    fputs("</tr>\n", out);
}

int report_html(struct gdpop_admin *a, const struct report *report, const char **page)
{
    char *text = NULL, at[24];
    size_t len;
    bool table = false;
    FILE *out = open_memstream(&text, &len);
    *page = NULL;
    if (!out)
        return GDPOP_ERR_NOMEM;
    clock_format_minute(report->at, a->utc_offset_min, at);
    head(out, report, at);
    for (size_t i = 0; i < report->count; i++) {
        const struct finding_line *l = &report->lines[i];
        if (!l->article && table)
            fputs("</table>\n", out);
        if (!l->article) {
            begin_regulation(out, l);
            table = true;
        } else {
            article_row(a, out, l);
        }
    }
    fputs(table ? "</table>\n</body></html>\n" : "</body></html>\n", out);
    bool failed = ferror(out);
    if (fclose(out) == 0 && !failed)
        *page = admin_copy(a, text);
    free(text);
    return *page ? 0 : GDPOP_ERR_NOMEM;
}
