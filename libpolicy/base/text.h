/* Sentences for people. Sources hold English; libpolicy/base/zh_CN.po holds the Chinese (GNU
 * gettext format) and is built into the library, because neither the locale of the calling program
 * (sshd has none) nor the locales installed on the host decide the language: the account or
 * gdpop.conf does. */
#ifndef GDPOP_BASE_TEXT_H
#define GDPOP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Translation in the thread's language; the English itself when there is none. Static storage. */
const char *text_get(const char *english) __attribute__((format_arg(1)));
#define _(english) text_get(english)
#define N_(english) (english)

/* Sets this thread's language: "zh" or "en"; others mean "en". Returns the one before (static
 * storage). */
const char *text_language(const char *language);

/* Number of Unicode characters; -1 when text is not UTF-8. */
long text_length(const char *text, size_t len_bytes);

/* One character of UTF-8 at *text (advanced past it); -1 at the end or when not UTF-8. */
long text_next(const char **text, const char *end);

/* Columns on a terminal: 2 for wide East Asian characters and emoji. */
size_t text_width(const char *text);

/* How many bytes of text, at most max, hold whole characters only. */
size_t text_fit(const char *text, size_t max);

/* Whether text is UTF-8 without control characters: fit for a log line and a terminal. */
bool text_is_clean(const char *text);

#endif
