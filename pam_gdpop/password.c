/* The change of a password: the current one is proved before the new one is asked, and nothing is
 * written before the very end. */
#include "conversation.h"
#include "login.h"
#include "outcome.h"

#include <string.h>

#define NEW_PASSWORD_TRIES 3

/* Afterwards the current password is in the notes, unless another process proved it. */
static int prove_current(struct login *l)
{
    char *current = NULL;
    int code;

    if (l->ev->password_proved)
        return PAM_SUCCESS;
    code = conversation_ask(l, _("Current password: "), &current);
    if (code == PAM_SUCCESS) {
        code = login_prove(l, current);
        if (code == PAM_AUTH_ERR)
            conversation_refuse(l, _("The current password is wrong."));
    }
    conversation_wipe(&current);
    l->ev->password_proved = code == PAM_SUCCESS;
    return code;
}

/* Tells why this try failed. */
static int try_again(struct login *l, const char *reason, bool last)
{
    if (last)
        conversation_refuse(l, reason);
    else
        conversation_tell(l, PAM_ERROR_MSG, reason);
    return PAM_TRY_AGAIN;
}

static int ask_new(struct login *l, bool last, char **new_password)
{
    char *again = NULL;
    int code = conversation_ask(l, _("New password: "), new_password);

    if (code == PAM_SUCCESS)
        code = conversation_ask(l, _("Retype new password: "), &again);
    if (code == PAM_SUCCESS && strcmp(*new_password, again) != 0)
        code = try_again(l, _("The two new passwords differ."), last);
    conversation_wipe(&again);
    return code;
}

static int change(struct login *l, bool last, const char *new_password)
{
    const char *current = l->notes->password;
    size_t len = strlen(new_password);
    int r;

    if (len > GDPOP_PASSWORD_MAX_BYTES)
        return try_again(l, _("A password has at most 512 bytes."), last);
    r = gdpop_password_change(l->g, l->ev, current, current != NULL ? strlen(current) : 0,
                              new_password, len, &l->verdict);
    if (r < 0 || l->verdict.outcome != GDPOP_DENIED)
        return outcome_finish(l, r);
    outcome_record(l, r);
    return try_again(l, l->verdict.sentence, last);
}

/* For the modules after this one. */
static int hand_on(struct login *l, const char *new_password)
{
    int code = PAM_SUCCESS;

    if (l->notes->password != NULL)
        code = pam_set_item(l->pamh, PAM_OLDAUTHTOK, l->notes->password);
    return code == PAM_SUCCESS ? pam_set_item(l->pamh, PAM_AUTHTOK, new_password) : code;
}

/* One try: PAM_TRY_AGAIN, with the reason told, when the new password cannot be taken. */
static int ask_and_change(struct login *l, bool last)
{
    char *new_password = NULL;
    int code = ask_new(l, last, &new_password);

    if (code == PAM_SUCCESS)
        code = change(l, last, new_password);
    if (code == PAM_SUCCESS)
        code = hand_on(l, new_password);
    conversation_wipe(&new_password);
    return code;
}

int login_password_change(struct login *l)
{
    /* Asked again: the first call of PAM may be any time ago. */
    int r = gdpop_password_ready(l->g, l->ev, &l->verdict);
    int code;

    if (r < 0 || outcome_code(l->verdict.outcome, PHASE_PRELIM) != PAM_SUCCESS)
        return outcome_finish(l, r);
    outcome_record(l, r);
    code = prove_current(l);
    if (code == PAM_SUCCESS)
        code = PAM_TRY_AGAIN;
    for (int left = NEW_PASSWORD_TRIES; code == PAM_TRY_AGAIN && left > 0; left--)
        code = ask_and_change(l, left == 1);
    notes_drop_password(l->notes);
    return code == PAM_TRY_AGAIN ? PAM_AUTHTOK_ERR : code;
}
