/* The report as one page. */
#include "admin/compliance.h"
#include "admin/page.h"

#include <stdio.h>
#include <stdlib.h>

static void cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    page_escape(out, text);
    fputs("</td>", out);
}

static void head(FILE *out, const struct report *report, const char *at)
{
    page_begin(out, _("Compliance report"));
    fputs("<p>", out);
    page_escape(out, *report->top ? report->top : _("all organisations"));
    fprintf(out, " · %s · ", at);
    page_escape(out, _("Outstanding"));
    fprintf(out, ": %lld</p>\n", (long long)report->outstanding);
}

static void begin_regulation(FILE *out, const struct finding_line *l)
{
    const char *titles[] = {_("Article"),  _("What it asks"), _("Served by"), _("State"),
                            _("Evidence"), _("Outstanding"),  _("Remedy"),    _("Note")};
    fputs("<h2>", out);
    page_escape(out, text_get(l->regulation->title));
    fputs(" ", out);
    page_escape(out, l->regulation->document);
    fputs(" · ", out);
    page_escape(out, text_get(report_state(l)));
    fputs("</h2>\n<p>", out);
    page_escape(out, l->evidence);
    if (*l->remedy) {
        fputs("<code>", out);
        page_escape(out, l->remedy);
        fputs("</code>", out);
    }
    fputs("</p>\n<table><tr>", out);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        fputs("<th>", out);
        page_escape(out, titles[i]);
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
    page_escape(out, l->remedy);
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
    fputs(table ? "</table>\n" : "", out);
    page_end(out);
    bool failed = ferror(out);
    if (fclose(out) == 0 && !failed)
        *page = admin_copy(a, text);
    free(text);
    return *page ? 0 : GDPOP_ERR_NOMEM;
}
