/* Files of keys and values (inih), strictly: what the parser would cut or guess is refused. Within
 * this room only. */
#ifndef GDPOP_SETTINGS_INIFILE_H
#define GDPOP_SETTINGS_INIFILE_H

#include "base/bytes.h"

/* One "key = value" of a section ("" before the first); texts are valid during the call. Returns 0,
 * or an error with its sentence, which ends the reading. */
typedef int inifile_entry(void *arg, const char *section, const char *key, const char *value);

/* Calls entry for each value in the order of the file. Lines are UTF-8 without control characters
 * (tabs count as blanks), end in LF or CRLF, and fit inih's line buffer; comments begin with # or ;
 * and may follow a value behind a blank and ;. An indented line is refused: it would continue the
 * one before. Errors: `code`, for entry's errors too, with "origin:line: " before the sentence;
 * GDPOP_ERR_NOMEM. */
int inifile_parse(struct bytes text, const char *origin, int code, inifile_entry *entry, void *arg);

/* The content of a file in *text (malloc, the caller frees it) that belongs to root (or to the
 * effective user), is writable by nobody else, is no link and at most 64 KiB long. Errors:
 * GDPOP_ERR_CONFIG, GDPOP_ERR_NOT_FOUND, GDPOP_ERR_SYSTEM, GDPOP_ERR_NOMEM; *text is then to be
 * freed as well. */
int inifile_load(const char *path, char **text, size_t *len);

#endif
