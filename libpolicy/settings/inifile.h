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

#endif
