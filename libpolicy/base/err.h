/* Errors of the library: one space of negative codes (gdpop.h) and, for each thread, the sentence
 * that explains the last one in the user's language. */
#ifndef GDPOP_BASE_ERR_H
#define GDPOP_BASE_ERR_H

#include "gdpop.h"

/* Records the sentence of this thread's last error, logs nothing, returns code. The sentence names
 * the file, line, key or option and what would be right; it never holds a secret. */
int err_fail(int code, const char *sentence, ...) __attribute__((format(printf, 2, 3)));

/* As err_fail for a failed system call: appends strerror(errno). ENOSPC and EDQUOT become
 * GDPOP_ERR_FULL, ENOMEM GDPOP_ERR_NOMEM, ENOENT GDPOP_ERR_NOT_FOUND, others GDPOP_ERR_SYSTEM. */
int err_errno(const char *sentence, ...) __attribute__((format(printf, 1, 2)));

/* Puts "context: " before the sentence recorded last; returns code, so that it can end a return
 * line. */
int err_prefix(int code, const char *context, ...) __attribute__((format(printf, 2, 3)));

/* The sentence of this thread's last error, "" when there is none. Valid until the next err_ call.
 */
const char *err_sentence(void);

/* Forgets the sentence; called on entry to each public function. */
void err_clear(void);

#endif
