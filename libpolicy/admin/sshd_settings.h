/* The settings of sshd as it prints them itself (sshd -T), and what is wrong with them. */
#ifndef GDPOP_ADMIN_SSHD_SETTINGS_H
#define GDPOP_ADMIN_SSHD_SETTINGS_H

#include "admin/check.h"

/* Those that hold for user, Match blocks applied; waits 3 seconds at most. GDPOP_ERR_NOT_FOUND
 * without a sentence: no sshd is installed. GDPOP_ERR_CONFIG: sshd refuses its configuration, in
 * its own words. */
int sshd_settings_read(struct gdpop_admin *a, const char *user, char **text);

/* The value behind a keyword (lower case) in that text, as far as room goes; "" when missing. */
void sshd_settings_value(const char *text, const char *keyword, char *value, size_t room);

/* One setting that must stand otherwise; wanted is written as in sshd_config. */
struct sshd_fault {
    const char *keyword, *wanted;
    enum severity severity;
};

/* Of everybody but break-glass: calls report for each fault. An error of report ends it. */
int sshd_settings_judge(const char *text,
                        int (*report)(const struct sshd_fault *fault, const char *value, void *arg),
                        void *arg);

/* Whether a break-glass name gets in when gdpop cannot answer: by its own keys or by a password
 * alone. */
bool sshd_settings_rescue(const char *text, const char *user);

#endif
