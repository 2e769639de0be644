#include "audit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OFFSET_SEC = 8 * 3600 };

static bool is(const char *wanted, const char *value)
{
    return !wanted || strcmp(wanted, value) == 0;
}

/* "login" also means login.auth, login.account, … */
static bool is_action(const char *wanted, const char *action)
{
    size_t len = wanted ? strlen(wanted) : 0;
    return !wanted ||
           (strncmp(action, wanted, len) == 0 && (action[len] == '\0' || action[len] == '.'));
}

bool filter_takes(const struct filter *f, const struct gdpop_audit_event *e)
{
    if ((f->from_at && e->at < f->from_at) || (f->until_at && e->at >= f->until_at))
        return false;
    if (f->account && strcmp(f->account, e->actor) != 0 && strcmp(f->account, e->subject) != 0)
        return false;
    if (f->person && strcmp(f->person, e->subject) != 0 && strcmp(f->person, e->object) != 0)
        return false;
    return is(f->actor, e->actor) && is_action(f->action, e->action) &&
           is(f->address, e->address) && is(f->rule, e->rule) && is(f->tag, e->tag) &&
           is(f->outcome, e->outcome) && is(f->session, e->session);
}

bool parse_instant(const char *text, bool end_of_day, int64_t *at)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (!end || *end)
            continue;
        bool day = i == sizeof(forms) / sizeof(*forms) - 1;
        *at = ((int64_t)timegm(&tm) - OFFSET_SEC + (day && end_of_day ? 86400 : 0)) * 1000000;
        return true;
    }
    return false;
}

void format_instant(int64_t at, char out[static 32])
{
    struct tm tm;
    time_t sec = (time_t)(at / 1000000) + OFFSET_SEC;
    gmtime_r(&sec, &tm);
    strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

int fail(int r)
{
    const char *sentence = gdpop_error();
    fprintf(stderr, "gdpop-audit: ");
    put_clean(stderr, *sentence ? sentence : gdpop_strerror(r));
    fputc('\n', stderr);
    return r == GDPOP_ERR_SEAL || r == GDPOP_ERR_TRAIL ? EXIT_NOT_SOUND : EXIT_SYSTEM;
}

void put_json(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            fprintf(out, "\\u%04x", *p);
        else
            fprintf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    }
    fputc('"', out);
}

void put_clean(FILE *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        fprintf(out, *p < 0x20 || *p == 0x7f ? "\\x%02x" : "%c", *p);
}
