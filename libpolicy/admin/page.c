#include "admin/page.h"

#include "base/text.h"

#include <string.h>

#define STYLE                                                                                      \
    "body{font:14px/1.5 sans-serif;margin:2em;color:#222}"                                         \
    "h1{font-size:1.4em}h2{font-size:1.15em;margin-top:2em}"                                       \
    "table{border-collapse:collapse;width:100%}"                                                   \
    "th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top}"            \
    "th{background:#eee}.outstanding{background:#fde8e6}.outside{color:#666}"                      \
    "code{font-family:monospace;overflow-wrap:anywhere}@media print{body{margin:0}}"
/* base64 of the SHA-256 of STYLE; a test computes it anew. */
#define STYLE_DIGEST "dX/yR/WjHSm/MaLxZC7Ljf+4DW00r7d0ZRk74SqAjGc="

void page_escape(FILE *out, const char *text)
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

void page_begin(FILE *out, const char *title)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n<title>",
            strcmp(text_language(NULL), "zh") == 0 ? "zh-CN" : "en", STYLE_DIGEST);
    page_escape(out, title);
    fprintf(out, "</title><style>%s</style></head><body>\n<h1>", STYLE);
    page_escape(out, title);
    fputs("</h1>\n", out);
}

void page_end(FILE *out)
{
    fputs("</body></html>\n", out);
}
