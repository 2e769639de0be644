#include "notes.h"

#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_NAME "gdpop_notes"

static void notes_free(pam_handle_t *pamh, void *data, int status)
{
    struct notes *n = data;

    (void)pamh, (void)status;
    notes_drop_password(n);
    free(n->proved_user);
    free(n);
}

struct notes *notes_of(pam_handle_t *pamh)
{
    const void *data = NULL;
    struct notes *n;

    if (pam_get_data(pamh, NOTES_NAME, &data) == PAM_SUCCESS && data != NULL)
        return (struct notes *)data;
    if ((n = calloc(1, sizeof *n)) == NULL)
        return NULL;
    if (pam_set_data(pamh, NOTES_NAME, n, notes_free) != PAM_SUCCESS) {
        free(n);
        return NULL;
    }
    return n;
}

int notes_prove(struct notes *n, const char *user, const char *password, const char *proof)
{
    char *name = strdup(user);
    char *copy = strdup(password);

    if (name == NULL || copy == NULL) {
        free(name);
        conversation_wipe(&copy);
        return PAM_BUF_ERR;
    }
    notes_drop_password(n);
    free(n->proved_user);
    n->proved_user = name;
    n->password = copy;
    snprintf(n->proof, sizeof n->proof, "%s", proof);
    return PAM_SUCCESS;
}

bool notes_proved(const struct notes *n, const char *user)
{
    return n->proved_user != NULL && strcmp(n->proved_user, user) == 0;
}

void notes_drop_password(struct notes *n)
{
    conversation_wipe(&n->password);
}
