/* An operator at sshd: a PAM client of the service sshd of host.h, over the bound device from an
 * address in the workplace. Each call is one pam_start to pam_end. */
#ifndef GDPOP_TESTS_STORM_CLIENT_H
#define GDPOP_TESTS_STORM_CLIENT_H

#include <stdbool.h>

/* Loads the module, so that a child which is forked then has it. */
void client_load(void);
/* Authenticates, and is accounted for; with session it also opens and closes one. What PAM
 * answered last. */
int client_login(unsigned operator, const char * password, bool session);
/* Authenticates and changes the password. go, if given, is called in between. */
int client_change(unsigned operator, const char * password, const char *new_password,
                  void (*go)(void *arg), void *arg);
/* What the person was told last. */
const char *client_told(void);

#endif
