/* What PAM knows of a login, as the library wants it. The environment of the process is never read:
 * su, sudo and passwd are called by the user with an environment of the user's choice. */
#ifndef PAM_GDPOP_EVIDENCE_H
#define PAM_GDPOP_EVIDENCE_H

#include "gdpop.h"

#include <netinet/in.h>
#include <security/pam_modules.h>

struct evidence {
    struct gdpop_evidence ev;
    char address[INET6_ADDRSTRLEN];
};

/* Everything but password_proved and proof. Strings point into e and into the PAM handle's items:
 * valid until one of these is set. */
void evidence_gather(struct evidence *e, pam_handle_t *pamh, const char *user);

/* Whether the service is sshd, the one whose items of its own are believed. */
bool evidence_from_sshd(const struct gdpop_evidence *ev);

#endif
