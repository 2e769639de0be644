#include "gather.h"
#include "labels.h"
#include "page.h"
#include "text.h"
#include "words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct verified {
    struct gdpop_audit_report report;
    size_t findings;
    FILE *json; /* the first findings */
};

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    struct verified *v = arg;
    if (++v->findings > REPORT_FINDINGS)
        return;
    fprintf(v->json, "%s{\"kind\":", v->findings > 1 ? "," : "");
    report_put_text(v->json, f->kind);
    fprintf(v->json, ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"sentence\":", f->first,
            f->last);
    report_put_text(v->json, f->sentence);
    fputc('}', v->json);
}

/* ---- Data ---- */

struct listing {
    FILE *out;
    bool begun;
};

static void put_sentence(const char *sentence, void *arg)
{
    struct listing *l = arg;
    fputs(l->begun ? "," : "", l->out);
    report_put_text(l->out, sentence);
    l->begun = true;
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void put_verification(FILE *out, const struct report *report, const struct verified *v,
                             const char *findings)
{
    const struct gdpop_audit_report *r = &v->report;
    const char *before = gdpop_language(NULL);
    fprintf(out,
            "\"verification\":{\"ok\":%s,\"seal_checked\":%s,\"signature_checked\":%s,"
            "\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"sealed_to\":%" PRIu64
            ",\"anchored_to\":%" PRIu64 ",\"more_findings\":%zu,\"findings\":[%s],\"sentences\":{",
            truth(r->ok), truth(r->seal_checked), truth(r->signature_checked), r->first, r->last,
            r->sealed_to, r->anchored_to,
            v->findings > REPORT_FINDINGS ? v->findings - REPORT_FINDINGS : 0, findings);
    for (int i = 0; i < 2; i++) {
        struct listing l = {out, false};
        gdpop_language(i ? "zh" : "en");
        fprintf(out, "%s\"%s\":[", i ? "," : "", i ? "zh" : "en");
        report_sentences(r, v->findings, put_sentence, &l);
        if (report->at_home)
            put_sentence(_("this page was made on the host itself and proves the chain only: an "
                           "export in JSON Lines, the seal key, the certificate and a checkpoint "
                           "kept elsewhere prove the rest to gdpop-audit report"),
                         &l);
        fputc(']', out);
    }
    gdpop_language(before);
    fputs("}}", out);
}

static void put_numbers(FILE *out, const uint64_t *n, int count)
{
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "", n[i]);
}

static void put_days(FILE *out, const struct tally *days)
{
    bool first = true;
    fputs("\"days\":{", out);
    for (size_t i = 0; i < days->room; i++) {
        if (!days->slots[i].name)
            continue;
        fprintf(out, "%s\"%s\":[", first ? "" : ",", days->slots[i].name);
        put_numbers(out, days->slots[i].n, COUNTS);
        fputc(']', out);
        first = false;
    }
    fputc('}', out);
}

static void put_ranked(FILE *out, const char *name, struct tally *t)
{
    tally_sort(t);
    fprintf(out, "\"%s\":[", name);
    for (size_t i = 0; i < t->count; i++) {
        fputs(i ? ",[" : "[", out);
        report_put_text(out, t->slots[i].name);
        fputc(',', out);
        put_numbers(out, t->slots[i].n, 2);
        fputc(']', out);
    }
    fputc(']', out);
}

/* Those merged count for the one that took them over. */
static bool put_organisations(FILE *out, const struct gathered *g)
{
    struct tally heirs = {0};
    bool good = true;
    for (size_t i = 0; good && i < g->organisations.room; i++) {
        const struct tally_slot *from = &g->organisations.slots[i];
        struct tally_slot *to = from->name ? tally_at(&heirs, gathered_heir(g, from->name)) : NULL;
        good = to || !from->name;
        for (int n = 0; to && n < 2; n++)
            to->n[n] += from->n[n];
    }
    put_ranked(out, "organisations", &heirs);
    tally_free(&heirs);
    return good;
}

static bool put_data(FILE *out, const struct report *r, struct gathered *g,
                     const struct verified *v, const char *findings)
{
    fprintf(out,
            "{\"language\":\"%s\",\"offset_min\":480,\"made_at\":%lld,\"version\":\"" GDPOP_VERSION
            "\",\"files\":[",
            gdpop_language(NULL), (long long)time(NULL));
    for (int i = 0; i < r->file_count; i++) {
        const char *slash = strrchr(r->files[i], '/');
        fputs(i ? "," : "", out);
        report_put_text(out, slash ? slash + 1 : r->files[i]);
    }
    fputs("],\"counts\":[", out);
    for (int i = 0; i < COUNTS; i++)
        fprintf(out, "%s\"%s\"", i ? "," : "", count_names[i]);
    fprintf(out, "],\"totals\":{\"events\":%" PRIu64 ",\"from\":%lld,\"to\":%lld", g->events,
            (long long)(g->first_at / 1000000), (long long)(g->last_at / 1000000));
    for (int i = 0; i < COUNTS; i++)
        fprintf(out, ",\"%s\":%" PRIu64, count_names[i], g->totals[i]);
    fputs("},", out);
    put_days(out, &g->days);
    fputc(',', out);
    put_ranked(out, "rules", &g->rules);
    fputc(',', out);
    bool good = put_organisations(out, g);
    fputc(',', out);
    put_verification(out, r, v, findings);
    fputc(',', out);
    labels_put(out);
    fputc('}', out);
    return good;
}

/* ---- The table: columns, oldest first; each text once ---- */

static const struct kept_event *kept_at(const struct gathered *g, size_t i)
{
    size_t start = g->kept_count < g->kept_max ? 0 : g->next;
    return &g->kept[(start + i) % g->kept_max];
}

static const char *text_at(const struct kept_event *k, int column)
{
    const char *p = k->texts;
    while (column-- > 0)
        p += strlen(p) + 1;
    return p;
}

static bool put_column(FILE *out, const struct gathered *g, int column, struct tally *strings,
                       FILE *list)
{
    fprintf(out, ",\"%s\":[", text_names[column]);
    for (size_t i = 0; i < g->kept_count; i++) {
        const char *text = text_at(kept_at(g, i), column);
        size_t before = strings->count;
        struct tally_slot *s = tally_at(strings, text);
        if (!s)
            return false;
        if (strings->count > before) {
            s->n[0] = before;
            fputs(before ? "," : "", list);
            report_put_text(list, text);
        }
        fprintf(out, "%s%" PRIu64, i ? "," : "", s->n[0]);
    }
    fputc(']', out);
    return true;
}

static int put_events(FILE *out, const struct gathered *g)
{
    struct tally strings = {0};
    char *text = NULL;
    size_t len;
    FILE *list = open_memstream(&text, &len);
    bool good = list != NULL;
    fputs("{\"sequence\":[", out);
    for (size_t i = 0; i < g->kept_count; i++)
        fprintf(out, "%s%" PRIu64, i ? "," : "", kept_at(g, i)->sequence);
    fputs("],\"at\":[", out);
    for (size_t i = 0; i < g->kept_count; i++)
        fprintf(out, "%s%lld", i ? "," : "", (long long)(kept_at(g, i)->at / 1000000));
    fputc(']', out);
    for (int column = 0; good && column < TEXTS; column++)
        good = put_column(out, g, column, &strings, list);
    good = list && fclose(list) == 0 && good;
    fprintf(out, ",\"strings\":[%s]}", good ? text : "");
    free(text);
    tally_free(&strings);
    return good ? 0 : GDPOP_ERR_NOMEM;
}

/* ---- The page ---- */

static void put_bytes(FILE *out, const unsigned char *bytes, size_t len)
{
    fwrite(bytes, 1, len, out);
}

static void put_head(FILE *out)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "script-src '%s' '%s'; style-src '%s'; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<title>%s</title>\n<style>",
            strcmp(gdpop_language(NULL), "zh") == 0 ? "zh-CN" : "en", page_charts_hash,
            page_script_hash, page_style_hash, _("Audit report"));
    put_bytes(out, page_style, page_style_bytes);
    fputs("</style>\n</head>\n<body>\n", out);
    put_bytes(out, page_body, page_body_bytes);
}

static int put_page(FILE *out, const struct report *r, struct gathered *g, const struct verified *v,
                    const char *findings)
{
    put_head(out);
    fputs("<script type=\"application/json\" id=\"data\">", out);
    bool good = put_data(out, r, g, v, findings);
    fputs("</script>\n<script type=\"application/json\" id=\"events\">", out);
    int rc = put_events(out, g);
    fputs("</script>\n<script>", out);
    put_bytes(out, page_charts, page_charts_bytes);
    fputs("</script>\n<script>", out);
    put_bytes(out, page_script, page_script_bytes);
    fputs("</script>\n</body>\n</html>\n", out);
    if (rc == 0 && !good)
        rc = GDPOP_ERR_NOMEM;
    return rc < 0 ? rc : fflush(out) || ferror(out) ? 1 : 0;
}

int report_write(struct report *r, FILE *out)
{
    struct verified v = {.findings = 0};
    struct gathered g = {0};
    char *findings = NULL;
    size_t len;
    r->sound = false;
    v.json = open_memstream(&findings, &len);
    if (!v.json)
        return GDPOP_ERR_NOMEM;
    int rc = gdpop_audit_verify(r->audit, found, &v, &v.report);
    if (fclose(v.json) && rc == 0)
        rc = GDPOP_ERR_NOMEM;
    if (rc == 0)
        rc = gather(r->audit, r->events_max, &g);
    if (rc == 0)
        rc = put_page(out, r, &g, &v, findings);
    r->sound = rc == 0 && v.report.ok;
    gathered_free(&g);
    free(findings);
    return rc;
}
