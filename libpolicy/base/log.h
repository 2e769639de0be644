/* Lines for the system log (syslog, facility authpriv). Never a secret, never personal data; bytes
 * that are not printable UTF-8 are escaped. */
#ifndef GDPOP_BASE_LOG_H
#define GDPOP_BASE_LOG_H

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
