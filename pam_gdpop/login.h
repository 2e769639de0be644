/* One call of PAM into the module: what it was called with, what is known of the login, and what
 * the library said. Inner header of the module. */
#ifndef PAM_GDPOP_LOGIN_H
#define PAM_GDPOP_LOGIN_H

#include "evidence.h"
#include "gdpop.h"
#include "notes.h"
#include "options.h"

#include <security/pam_modules.h>

enum phase { PHASE_AUTH, PHASE_ACCOUNT, PHASE_SESSION, PHASE_PRELIM, PHASE_UPDATE, PHASE_COUNT };

struct login {
    pam_handle_t *pamh;
    int flags;
    enum phase phase;
    struct options options;
    struct gdpop *g;
    const char *language_before; /* the calling program's, given back at the end */
    struct notes *notes;
    struct evidence evidence;
    struct gdpop_evidence *ev; /* the part of evidence that the library is given */
    struct gdpop_verdict verdict;
};

/* Fills l. PAM_SUCCESS: go on; anything else is the answer of the phase. login_end is called in
 * both cases. */
int login_begin(struct login *l, pam_handle_t *pamh, enum phase phase, int flags, int argc,
                const char **argv);
/* Releases what login_begin took and returns code. */
int login_end(struct login *l, int code);

/* The phases. Each returns a PAM code. */
int login_authenticate(struct login *l);
int login_account(struct login *l);
int login_password_ready(struct login *l);
int login_password_change(struct login *l);
int login_open_session(struct login *l);
int login_close_session(struct login *l);

/* Compares a password (PAM code, verdict filled); an allowed one is noted as this user's proof. */
int login_prove(struct login *l, const char *password);

#endif
