/* The six entry points of PAM. */
#include "login.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct login l;
    int code = login_begin(&l, pamh, PHASE_AUTH, flags, argc, argv);

    return login_end(&l, code == PAM_SUCCESS ? login_authenticate(&l) : code);
}

/* There are no credentials to set, groups come from NSS, and no decision rests on this call (sudo
 * ignores its failure). After an authentication PAM follows the path that authentication took,
 * whatever is returned here. */
ENTRY int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

ENTRY int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct login l;
    int code = login_begin(&l, pamh, PHASE_ACCOUNT, flags, argc, argv);

    return login_end(&l, code == PAM_SUCCESS ? login_account(&l) : code);
}

ENTRY int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct login l;
    int code = login_begin(&l, pamh, PHASE_SESSION, flags, argc, argv);

    return login_end(&l, code == PAM_SUCCESS ? login_open_session(&l) : code);
}

ENTRY int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct login l;
    int code = login_begin(&l, pamh, PHASE_SESSION, flags, argc, argv);

    return login_end(&l, code == PAM_SUCCESS ? login_close_session(&l) : code);
}

/* PAM calls this twice: once to ask whether a change is possible, once to make it. */
ENTRY int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct login l;
    enum phase phase = (flags & PAM_UPDATE_AUTHTOK) != 0 ? PHASE_UPDATE : PHASE_PRELIM;
    int code = login_begin(&l, pamh, phase, flags, argc, argv);

    if (code == PAM_SUCCESS)
        code = phase == PHASE_PRELIM ? login_password_ready(&l) : login_password_change(&l);
    return login_end(&l, code);
}
