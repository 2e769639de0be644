/* The modules around pam_gdpop.so in a test's stack: with the argument "token" one that has asked
 * for the password "token", without one that fails in every phase with a code of its own. */
#include <security/pam_modules.h>

#define ENTRY __attribute__((visibility("default")))

ENTRY int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags, (void)argv;
    return argc > 0 ? pam_set_item(pamh, PAM_AUTHTOK, "token") : PAM_CRED_UNAVAIL;
}

ENTRY int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

#define FAILS(phase)                                                                               \
    ENTRY int phase(pam_handle_t *pamh, int flags, int argc, const char **argv)                    \
    {                                                                                              \
        (void)pamh, (void)flags, (void)argc, (void)argv;                                           \
        return PAM_CRED_UNAVAIL;                                                                   \
    }

FAILS(pam_sm_acct_mgmt)
FAILS(pam_sm_open_session)
FAILS(pam_sm_close_session)
FAILS(pam_sm_chauthtok)
