/* A PAM for tests of gdpop-admin: every account's password is "right"; "old" must be changed,
 * "other" turns into another name, "down" has no service behind it. */
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

struct pam_handle {
    char *user;
    struct pam_conv conversation;
};

int pam_start(const char *service, const char *user, const struct pam_conv *conversation,
              pam_handle_t **handle)
{
    if (strcmp(service, "gdpop-admin") != 0)
        return PAM_ABORT;
    *handle = calloc(1, sizeof(**handle));
    if (!*handle)
        return PAM_BUF_ERR;
    (*handle)->user = strdup(user);
    (*handle)->conversation = *conversation;
    return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *handle, int type, const void *item)
{
    (void)handle, (void)type, (void)item;
    return PAM_SUCCESS;
}

int pam_get_item(const pam_handle_t *handle, int type, const void **item)
{
    (void)type;
    *item = strcmp(handle->user, "other") == 0 ? "someone" : handle->user;
    return PAM_SUCCESS;
}

int pam_authenticate(pam_handle_t *handle, int flags)
{
    const struct pam_message message = {PAM_PROMPT_ECHO_OFF, "Password: "}, *list = &message;
    struct pam_response *answer = NULL;
    (void)flags;
    if (strcmp(handle->user, "down") == 0)
        return PAM_AUTHINFO_UNAVAIL;
    int r = handle->conversation.conv(1, &list, &answer, handle->conversation.appdata_ptr);
    if (r != PAM_SUCCESS)
        return r;
    r = answer->resp && strcmp(answer->resp, "right") == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
    free(answer->resp);
    free(answer);
    return r;
}

int pam_acct_mgmt(pam_handle_t *handle, int flags)
{
    (void)flags;
    return strcmp(handle->user, "old") == 0 ? PAM_NEW_AUTHTOK_REQD : PAM_SUCCESS;
}

int pam_end(pam_handle_t *handle, int status)
{
    (void)status;
    free(handle->user);
    free(handle);
    return PAM_SUCCESS;
}

const char *pam_strerror(pam_handle_t *handle, int error)
{
    (void)handle;
    return error == PAM_AUTH_ERR ? "Authentication failure" : "PAM error";
}
