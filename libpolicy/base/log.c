#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum { LINE_BYTES = 2048 };

/* Copies text; whatever is not a printable character of UTF-8 becomes \xHH, byte by byte, and so
 * does the backslash, so that nothing can pass for an escape. */
static void escape(const char *text, char *out, size_t room)
{
    const char *end = text + strlen(text);
    size_t used = 0;
    while (text < end) {
        char piece[8];
        char one[5] = "";
        const char *next = text;
        size_t len = text_next(&next, end) < 0 ? 1 : (size_t)(next - text);
        memcpy(one, text, len);
        if (one[0] != '\\' && text_is_clean(one)) {
            memcpy(piece, one, len + 1);
        } else {
            snprintf(piece, sizeof(piece), "\\x%02x", (unsigned char)*text);
            len = 1;
        }
        size_t add = strlen(piece);
        if (used + add >= room)
            break;
        memcpy(out + used, piece, add);
        used += add;
        text += len;
    }
    out[used] = '\0';
}

/* No openlog: name and options of the log belong to the calling program. */
__attribute__((format(printf, 2, 0))) static void write_line(int priority, const char *format,
                                                             va_list ap)
{
    int saved = errno;
    char text[LINE_BYTES], line[LINE_BYTES];
    if (vsnprintf(text, sizeof(text), format, ap) < 0)
        snprintf(text, sizeof(text), "%s", format);
    escape(text, line, sizeof(line));
    syslog(LOG_AUTHPRIV | priority, "gdpop: %s", line);
    errno = saved;
}

void log_error(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    write_line(LOG_ERR, format, ap);
    va_end(ap);
}

void log_warning(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    write_line(LOG_WARNING, format, ap);
    va_end(ap);
}

void log_notice(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    write_line(LOG_NOTICE, format, ap);
    va_end(ap);
}
