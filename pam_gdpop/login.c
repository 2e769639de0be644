/* What all phases begin and end with, and the two that ask the library one question. */
#include "login.h"

#include "conversation.h"
#include "outcome.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

/* login(1) has no name yet when it authenticates; pam_get_user asks for it. */
static int find_user(struct login *l, const char **user)
{
    int code = pam_get_user(l->pamh, user, NULL);

    if (code == PAM_CONV_AGAIN || code == PAM_INCOMPLETE)
        return PAM_INCOMPLETE;
    if (code == PAM_SUCCESS && *user != NULL && **user != '\0')
        return PAM_SUCCESS;
    pam_syslog(l->pamh, LOG_NOTICE, "no user name was given");
    return outcome_code(GDPOP_DENIED_CREDENTIAL, l->phase);
}

/* A mistake in the PAM configuration must not lock out the accounts that could repair it. */
static int refuse_unknown_option(struct login *l)
{
    pam_syslog(l->pamh, LOG_ERR, "unknown argument \"%s\" in the PAM configuration; known are: %s",
               l->options.unknown, OPTIONS_KNOWN);
    if (gdpop_identify(l->g, l->ev, &l->verdict) == 0 && l->verdict.outcome == GDPOP_IGNORED)
        return PAM_IGNORE;
    return PAM_SERVICE_ERR;
}

int login_begin(struct login *l, pam_handle_t *pamh, enum phase phase, int flags, int argc,
                const char **argv)
{
    const char *user = NULL;
    int code;

    *l = (struct login){.pamh = pamh, .flags = flags, .phase = phase};
    l->ev = &l->evidence.ev;
    options_parse(&l->options, argc, argv);
    /* A configuration that cannot be read still gives a handle, which knows break-glass names and
     * denies all others. */
    gdpop_open(l->options.conf_path, &l->g);
    if (l->g == NULL || (l->notes = notes_of(pamh)) == NULL)
        return PAM_BUF_ERR;
    l->language_before = gdpop_language(gdpop_host_language(l->g));
    if ((code = find_user(l, &user)) != PAM_SUCCESS)
        return code;
    evidence_gather(&l->evidence, pamh, user);
    /* In a change of password the proof counts only when PAM asks for the change of an expired
     * one: passwd(1) asks for the current password always. */
    l->ev->password_proved = phase != PHASE_AUTH && notes_proved(l->notes, user) &&
                             (phase < PHASE_PRELIM || (flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0);
    l->ev->proof = l->notes->proof;
    return l->options.unknown != NULL ? refuse_unknown_option(l) : PAM_SUCCESS;
}

int login_end(struct login *l, int code)
{
    if (l->language_before != NULL)
        gdpop_language(l->language_before);
    if (l->g != NULL)
        gdpop_close(l->g);
    explicit_bzero(&l->verdict, sizeof l->verdict);
    return code;
}

int login_account(struct login *l)
{
    int code = outcome_finish(l, gdpop_account(l->g, l->ev, &l->verdict));

    if (code != PAM_NEW_AUTHTOK_REQD)
        notes_drop_password(l->notes);
    return code;
}

int login_password_ready(struct login *l)
{
    return outcome_finish(l, gdpop_password_ready(l->g, l->ev, &l->verdict));
}
