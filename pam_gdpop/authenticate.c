#include "conversation.h"
#include "login.h"
#include "outcome.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

/* The mean pause after a failed attempt; the same for all accounts, known or not. */
#define FAIL_DELAY_USEC 1000000

int login_prove(struct login *l, const char *password)
{
    size_t len = strlen(password);
    int code;

    if (len > GDPOP_PASSWORD_MAX_BYTES) {
        conversation_refuse(l, _("A password has at most 512 bytes."));
        l->verdict = (struct gdpop_verdict){.outcome = GDPOP_DENIED_CREDENTIAL};
        return outcome_code(l->verdict.outcome, l->phase);
    }
    code = outcome_finish(l, gdpop_authenticate(l->g, l->ev, password, len, &l->verdict));
    if (code == PAM_SUCCESS)
        code = notes_prove(l->notes, l->ev->user, password, l->verdict.proof);
    return code;
}

/* The password that a module before this one asked for. */
static const char *stacked_password(struct login *l)
{
    const void *password = NULL;

    if (!l->options.use_first_pass && !l->options.try_first_pass)
        return NULL;
    return pam_get_item(l->pamh, PAM_AUTHTOK, &password) == PAM_SUCCESS ? password : NULL;
}

static int ask_and_prove(struct login *l)
{
    char *password = NULL;
    int code = conversation_ask(l, _("Password: "), &password);

    if (code == PAM_SUCCESS)
        code = login_prove(l, password);
    if (code == PAM_SUCCESS)
        code = pam_set_item(l->pamh, PAM_AUTHTOK, password);
    conversation_wipe(&password);
    return code;
}

int login_authenticate(struct login *l)
{
    const char *password = stacked_password(l);
    int r = gdpop_identify(l->g, l->ev, &l->verdict);
    int code;

    if (r < 0 || l->verdict.outcome == GDPOP_IGNORED ||
        l->verdict.outcome == GDPOP_DENIED_UNAVAILABLE)
        return outcome_finish(l, r);
    if (!l->options.nodelay)
        pam_fail_delay(l->pamh, FAIL_DELAY_USEC);
    if (password != NULL) {
        code = login_prove(l, password);
        if (l->options.use_first_pass || l->verdict.outcome != GDPOP_DENIED_CREDENTIAL)
            return code;
    } else if (l->options.use_first_pass) {
        pam_syslog(l->pamh, LOG_NOTICE, "use_first_pass, but no module before asked a password");
        return outcome_code(GDPOP_DENIED_CREDENTIAL, l->phase);
    }
    return ask_and_prove(l);
}
