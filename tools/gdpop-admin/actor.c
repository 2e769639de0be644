#include "actor.h"

#include "prompt.h"
#include "say.h"

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAM_SERVICE_NAME "gdpop-admin"

/* What the conversation needs; error is what it could not ask, said already. */
struct talk {
    const struct tool *t;
    int error;
};

static int answer_one(const struct tool *t, const struct pam_message *m, struct pam_response *r)
{
    switch (m->msg_style) {
    case PAM_PROMPT_ECHO_OFF:
    case PAM_PROMPT_ECHO_ON:
        return prompt_ask(t, m->msg, m->msg_style == PAM_PROMPT_ECHO_ON, &r->resp);
    case PAM_TEXT_INFO:
    case PAM_ERROR_MSG:
        say_note("%s", m->msg);
        return 0;
    default:
        return say(t, GDPOP_ERR_SYSTEM, _("PAM asks what cannot be answered here"));
    }
}

static int converse(int count, const struct pam_message **messages, struct pam_response **answers,
                    void *arg)
{
    struct pam_response *list;
    if (count <= 0 || !(list = calloc((size_t)count, sizeof(*list))))
        return PAM_BUF_ERR;
    struct talk *talk = arg;
    for (int i = 0; i < count; i++) {
        talk->error = answer_one(talk->t, messages[i], &list[i]);
        if (talk->error == 0)
            continue;
        for (int j = 0; j < i; j++)
            prompt_free(list[j].resp);
        free(list);
        return PAM_CONV_ERR;
    }
    *answers = list;
    return PAM_SUCCESS;
}

static int say_denied(const struct tool *t, pam_handle_t *pam, int r)
{
    switch (r) {
    case PAM_NEW_AUTHTOK_REQD:
        return say(t, GDPOP_ERR_NOT_AUTHORISED,
                   _("the password of %s must be changed first: log in, or run passwd"), t->as);
    case PAM_AUTHINFO_UNAVAIL:
    case PAM_SYSTEM_ERR:
    case PAM_SERVICE_ERR:
    case PAM_OPEN_ERR:
    case PAM_SYMBOL_ERR:
    case PAM_BUF_ERR:
    case PAM_ABORT:
        return say(t, GDPOP_ERR_SYSTEM, _("%s cannot be authenticated by PAM service %s: %s"),
                   t->as, PAM_SERVICE_NAME, pam_strerror(pam, r));
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
        return say(t, GDPOP_ERR_NOT_AUTHORISED,
                   _("%s was not authenticated: name or password is wrong, or it is locked"),
                   t->as);
    default: /* the module has said why */
        return say(t, GDPOP_ERR_NOT_AUTHORISED, _("%s was not authenticated"), t->as);
    }
}

static int authenticate(struct tool *t)
{
    struct talk talk = {t, 0};
    const struct pam_conv conversation = {converse, &talk};
    const void *user = NULL;
    pam_handle_t *pam = NULL;
    int r = pam_start(PAM_SERVICE_NAME, t->as, &conversation, &pam);
    if (r != PAM_SUCCESS)
        return say_denied(t, NULL, r);
    const char *tty = ttyname(STDIN_FILENO);
    if (tty)
        r = pam_set_item(pam, PAM_TTY, tty);
    if (r == PAM_SUCCESS)
        r = pam_authenticate(pam, 0);
    if (r == PAM_SUCCESS)
        r = pam_acct_mgmt(pam, 0);
    if (r == PAM_SUCCESS)
        r = pam_get_item(pam, PAM_USER, &user);
    /* A module may have put another name: whoever was proved must be who acts. */
    if (r == PAM_SUCCESS && (!user || strcmp(user, t->as) != 0))
        r = PAM_PERM_DENIED;
    int code = r == PAM_SUCCESS ? 0 : talk.error ? talk.error : say_denied(t, pam, r);
    pam_end(pam, r);
    return code;
}

int actor_find(struct tool *t, bool host_may, const char **actor)
{
    const char *self = NULL;
    *actor = NULL;
    int r = gdpop_admin_whoami(t->g, &self);
    if (r == 0 && (!t->as || strcmp(t->as, self) == 0)) {
        *actor = self;
        return 0;
    }
    if (t->as) {
        r = authenticate(t);
        *actor = r == 0 ? t->as : NULL;
        return r;
    }
    if (host_may)
        return 0;
    if (r != GDPOP_ERR_NOT_AUTHORISED)
        return say_library(t, r);
    return say(t, r,
               _("nobody is known to act: run it from the login session of an administrator, or "
                 "name one with --as NAME, who then proves the password"));
}
