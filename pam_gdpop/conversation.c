#include "conversation.h"

#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* pam_prompt would log a failed conversation as an error, and it is normal for sshd to refuse a
 * prompt outside of keyboard-interactive: hence the conversation function itself. */
static int converse(pam_handle_t *pamh, int style, const char *text, char **answer)
{
    const struct pam_message message = {.msg_style = style, .msg = text};
    const struct pam_message *messages = &message;
    const struct pam_conv *conv = NULL;
    struct pam_response *response = NULL;
    int code = pam_get_item(pamh, PAM_CONV, (const void **)&conv);

    *answer = NULL;
    if (code != PAM_SUCCESS || conv == NULL || conv->conv == NULL)
        return PAM_CONV_ERR;
    code = conv->conv(1, &messages, &response, conv->appdata_ptr);
    if (response != NULL) {
        *answer = response->resp;
        free(response);
    }
    if (code != PAM_SUCCESS)
        conversation_wipe(answer);
    return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : code;
}

int conversation_ask(struct login *l, const char *prompt, char **answer)
{
    int code = converse(l->pamh, PAM_PROMPT_ECHO_OFF, prompt, answer);

    if (code == PAM_SUCCESS && *answer == NULL)
        code = PAM_CONV_ERR;
    return code;
}

/* sudo passes the flag always, whatever its user wants; without the reason he would be told that
 * his account is invalid. */
static bool is_silent(const struct login *l)
{
    const char *service = l->ev != NULL ? l->ev->service : NULL;
    return (l->flags & PAM_SILENT) != 0 && (service == NULL || strncmp(service, "sudo", 4) != 0);
}

void conversation_tell(struct login *l, int style, const char *text)
{
    char *answer;

    if (is_silent(l) || text[0] == '\0')
        return;
    converse(l->pamh, style, text, &answer);
    conversation_wipe(&answer);
}

void conversation_refuse(struct login *l, const char *reason)
{
    char *text = NULL;
    char *answer = NULL;
    int code = PAM_CONV_ERR;

    if (is_silent(l) || reason[0] == '\0')
        return;
    if (evidence_from_sshd(l->ev) &&
        asprintf(&text, "%s\n%s", reason, _("Press Enter to end: ")) >= 0) {
        code = converse(l->pamh, PAM_PROMPT_ECHO_ON, text, &answer);
        conversation_wipe(&answer);
        free(text);
    }
    if (code != PAM_SUCCESS)
        conversation_tell(l, PAM_ERROR_MSG, reason);
}

void conversation_wipe(char **text)
{
    if (*text != NULL)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}
