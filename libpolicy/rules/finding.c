#include "rules/finding.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The texts end where they begin: clearing all of them for each rule is what a login would feel. */
void finding_begin(struct finding *f, const char *rule)
{
    f->level = FINDING_DENY;
    f->rule = rule;
    f->tag = f->permit = "";
    f->code = NULL;
    f->hidden = f->firm = f->observed = false;
    f->text[0] = f->seen[0] = f->wanted[0] = f->seen_shown[0] = f->wanted_shown[0] = '\0';
}

void finding_end(struct finding *f)
{
    if (!f->code)
        finding_deny(f, "DB-8.1.4.2", "Z01",
                     _("This cannot be judged, so it is refused. Tell your administrator."));
}

/* Leaves text fit for a terminal and a log line: no half character at the end, no control bytes. */
static void tidy(char *text)
{
    const char *p = text, *end = text + strlen(text);
    while (p < end) {
        const char *start = p;
        if (text_next(&p, end) < 0) {
            if (end - start < 4) {
                text[start - text] = '\0';
                return;
            }
            text[start - text] = '?';
            p = start + 1;
        } else if ((unsigned char)*start < 0x20 || *start == 0x7f) {
            text[start - text] = '?';
        }
    }
}

static void fill(char *out, size_t size, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));
static void fill(char *out, size_t size, const char *format, va_list ap)
{
    if (vsnprintf(out, size, format, ap) < 0)
        out[0] = '\0';
    tidy(out);
}

/* In English into out, and into shown where the thread's language has other words. */
#define FILL_BOTH(out, shown, format)                                                              \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, format);                                                                      \
        fill(out, sizeof(out), format, ap);                                                        \
        va_end(ap);                                                                                \
        (shown)[0] = '\0';                                                                         \
        if (text_get(format) == format)                                                            \
            break;                                                                                 \
        va_start(ap, format);                                                                      \
        fill(shown, sizeof(shown), text_get(format), ap);                                          \
        va_end(ap);                                                                                \
    } while (0)

/* The printf-like ends of a rule differ only in their level. */
#define FINDING_SENTENCE(name, its_level)                                                          \
    void name(struct finding *f, const char *tag, const char *code, const char *text, ...)         \
    {                                                                                              \
        va_list ap;                                                                                \
        f->level = its_level;                                                                      \
        f->tag = tag ? tag : "";                                                                   \
        f->code = code;                                                                            \
        va_start(ap, text);                                                                        \
        fill(f->text, sizeof(f->text), text, ap);                                                  \
        va_end(ap);                                                                                \
    }

FINDING_SENTENCE(finding_deny, FINDING_DENY)
FINDING_SENTENCE(finding_change, FINDING_CHANGE)
FINDING_SENTENCE(finding_notice, FINDING_NOTICE)

/* Without a sentence: nothing is told. */
static void silent(struct finding *f, enum finding_level level)
{
    f->level = level;
    f->tag = f->code = "";
    f->text[0] = '\0';
}

#define FINDING_SILENT(name, its_level)                                                            \
    void name(struct finding *f, const char *why, ...)                                             \
    {                                                                                              \
        silent(f, its_level);                                                                      \
        FILL_BOTH(f->seen, f->seen_shown, why);                                                    \
    }

FINDING_SILENT(finding_pass, FINDING_PASS)
FINDING_SILENT(finding_skip, FINDING_SKIP)

void finding_permit(struct finding *f, const char *tag, const char *permit)
{
    f->tag = tag;
    f->permit = permit;
}

void finding_seen(struct finding *f, const char *seen, ...)
{
    FILL_BOTH(f->seen, f->seen_shown, seen);
}

void finding_wanted(struct finding *f, const char *wanted, ...)
{
    FILL_BOTH(f->wanted, f->wanted_shown, wanted);
}
