/* The journal's native protocol: NAME=value a line, one datagram an entry. */
#include "audit/forward.h"

#include "audit/line.h"

#include <ctype.h>
#include <stdio.h>
#include <syslog.h>

static char *put_field(char *p, const char *end, const char *name, const char *value, size_t len)
{
    size_t name_len = strlen(name);
    if (len == 0 || memchr(value, '\n', len))
        return p;
    if (!p || (size_t)(end - p) < name_len + len + 2)
        return NULL;
    p = stpcpy(p, name);
    *p++ = '=';
    memcpy(p, value, len);
    p += len;
    *p++ = '\n';
    return p;
}

static char *put_text(char *p, const char *end, const char *name, const char *value)
{
    return put_field(p, end, name, value, strlen(value));
}

/* "login.account denied: zhangsan, GD-16 W02, from 192.0.2.2" for who reads the journal. */
static char *put_message(char *p, const char *end, const Model__Event *e)
{
    char text[2048];
    snprintf(text, sizeof(text), "%s %s: %s%s%s%s%s%s%s%s%s", e->action, e->outcome, e->actor,
             *e->subject && strcmp(e->subject, e->actor) != 0 ? " on " : "",
             strcmp(e->subject, e->actor) != 0 ? e->subject : "", *e->tag ? ", " : "", e->tag,
             *e->code ? " " : "", e->code, *e->address ? ", from " : "", e->address);
    return put_text(p, end, "MESSAGE", text);
}

static char *put_event(char *p, const char *end, const struct forward_item *i)
{
    struct trail_line line;
    char name[32], number[24];
    line_from(i->event, i->entry, &line);
    p = put_message(p, end, i->event);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)line.sequence);
    p = put_text(p, end, "GDPOP_SEQUENCE", number);
    for (int k = 0; k < LINE_TEXTS; k++) {
        snprintf(name, sizeof(name), "GDPOP_%s", line_columns[k + 2]);
        for (char *c = name; *c; c++)
            *c = (char)toupper((unsigned char)*c);
        p = put_text(p, end, name, line.text[k]);
    }
    return put_field(p, end, "GDPOP_LINE", i->line, i->len);
}

size_t forward_journal_message(const struct forward_item *i, char out[static FORWARD_MAX_BYTES])
{
    const char *end = out + FORWARD_MAX_BYTES;
    char number[24];
    snprintf(number, sizeof(number), "%d", forward_severity(i));
    char *p = put_text(out, end, "PRIORITY", number);
    snprintf(number, sizeof(number), "%d", LOG_FAC(LOG_AUTHPRIV));
    p = put_text(p, end, "SYSLOG_FACILITY", number);
    p = put_text(p, end, "SYSLOG_IDENTIFIER", "gdpop");
    if (i->event)
        return (p = put_event(p, end, i)) ? (size_t)(p - out) : 0;
    p = put_text(p, end, "MESSAGE", "checkpoint of the audit trail");
    p = put_field(p, end, "GDPOP_CHECKPOINT", i->line, i->len);
    return p ? (size_t)(p - out) : 0;
}
