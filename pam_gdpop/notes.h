/* What the module remembers in a PAM handle from one phase to the next. sshd runs some phases in
 * other processes, so nothing may depend on a note being there: without it more is asked, never
 * less. */
#ifndef PAM_GDPOP_NOTES_H
#define PAM_GDPOP_NOTES_H

#include <security/pam_modules.h>
#include <stdbool.h>

struct notes {
    char *proved_user;    /* whose password was proved in this handle, NULL when nobody's */
    char proof[40];       /* what the library gave for it */
    char *password;       /* that password until no change can need it any more, else NULL */
    bool session_opened;  /* pam_sm_open_session has answered in this handle … */
    bool session_ignored; /* … that the account is none of gdpop's */
    char session[40];     /* id of the open session, "" when none */
};

/* The notes of this handle, made when there are none; they die with the handle, wiped. NULL when
 * memory is short. */
struct notes *notes_of(pam_handle_t *pamh);

/* Notes that user has proved password, with the library's proof. PAM_SUCCESS or PAM_BUF_ERR. */
int notes_prove(struct notes *n, const char *user, const char *password, const char *proof);
bool notes_proved(const struct notes *n, const char *user);
/* Wipes the password, not the fact that it was proved. */
void notes_drop_password(struct notes *n);

#endif
