/* RFC 5424, with the event's members as structured data and its line of an export as the message:
 * what a collector writes down of it can be verified like an export. */
#include "audit/forward.h"

#include "audit/line.h"

#include <stdio.h>
#include <syslog.h>

/* Private enterprise number of examples (RFC 5612): the project has none of its own. */
#define SD_ID "gdpop@32473"

int forward_severity(const struct forward_item *i)
{
    static const char *const bad[] = {"denied", "refused", "failed", "ignored"};
    const char *outcome = i->event ? i->event->outcome : "";
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
        if (strcmp(outcome, bad[k]) == 0)
            return LOG_WARNING;
    return strcmp(outcome, "observed") == 0 ? LOG_NOTICE : LOG_INFO;
}

static char *put(char *p, const char *end, const char *bytes, size_t len)
{
    if (!p || (size_t)(end - p) < len)
        return NULL;
    memcpy(p, bytes, len);
    return p + len;
}

static char *put_param(char *p, const char *end, const char *name, const char *value)
{
    if (!*value)
        return p;
    p = put(p, end, " ", 1);
    p = put(p, end, name, strlen(name));
    p = put(p, end, "=\"", 2);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\' || *value == ']')
            p = put(p, end, "\\", 1);
        p = put(p, end, value, 1);
    }
    return put(p, end, "\"", 1);
}

static char *put_number(char *p, const char *end, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return put_param(p, end, name, text);
}

static char *put_event(char *p, const char *end, const struct forward_item *i)
{
    struct trail_line line;
    line_from(i->event, i->entry, &line);
    p = put(p, end, "[" SD_ID, strlen("[" SD_ID));
    p = put_number(p, end, "sequence", line.sequence);
    p = put_number(p, end, "epoch", line.epoch);
    for (int k = 0; k < LINE_TEXTS; k++)
        if (strcmp(line_columns[k + 2], "boot_id") != 0)
            p = put_param(p, end, line_columns[k + 2], line.text[k]);
    return put(p, end, "]", 1);
}

size_t forward_syslog_message(const struct forward_item *i, const char *hostname,
                              char out[static FORWARD_MAX_BYTES])
{
    const char *end = out + FORWARD_MAX_BYTES;
    char at[33] = "";
    line_put_instant(i->at, i->utc_offset_min, at);
    char *p = out + snprintf(out, FORWARD_MAX_BYTES, "<%d>1 %s %.255s gdpop - %s ",
                             LOG_AUTHPRIV | forward_severity(i), at, hostname,
                             i->event ? "event" : "checkpoint");
    p = i->event ? put_event(p, end, i) : put(p, end, "-", 1);
    p = put(p, end, " ", 1);
    p = put(p, end, i->line, i->len);
    return p ? (size_t)(p - out) : 0;
}
