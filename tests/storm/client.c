#include "client.h"
#include "host.h"

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct person {
    const char *password, *new_password;
};

static _Thread_local char told[512];
static _Thread_local unsigned addresses;

void client_load(void)
{
    if (!dlopen(PAM_MODULE, RTLD_NOW | RTLD_LOCAL))
        host_die("%s", dlerror());
}

const char *client_told(void)
{
    return told;
}

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
                    void *arg)
{
    const struct person *p = arg;
    struct pam_response *list = calloc((size_t)n, sizeof(*list));
    for (int i = 0; list && i < n; i++) {
        const char *text = messages[i]->msg;
        bool is_new = strstr(text, "New") || strstr(text, "Retype");
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF && (!is_new || p->new_password))
            list[i].resp = strdup(is_new ? p->new_password : p->password);
        else
            snprintf(told, sizeof(told), "%s", text);
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
            list[i].resp = strdup("");
    }
    *responses = list;
    return list ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void no_delay(int code, unsigned usec, void *arg)
{
    (void)code, (void)usec, (void)arg;
}

/* From another address each time, so that the trail takes every failure for itself. */
static void describe(pam_handle_t *pamh, unsigned operator)
{
    char address[32], text[POPULATION_KEY_BYTES + 64], key[POPULATION_KEY_BYTES];
    void (*quick)(int, unsigned, void *) = no_delay;
    const void *delay;
    memcpy(&delay, &quick, sizeof(delay));
    if (addresses == 0)
        addresses = (unsigned)getpid() * 7919u;
    addresses++;
    snprintf(address, sizeof(address), "10.99.%u.%u", addresses / 250 % 250, 1 + addresses % 250);
    pam_set_item(pamh, PAM_RHOST, address);
    pam_set_item(pamh, PAM_TTY, "ssh");
    pam_set_item(pamh, PAM_FAIL_DELAY, delay);
    snprintf(text, sizeof(text), "SSH_CONNECTION=%s 40000 10.77.1.1 22", address);
    pam_putenv(pamh, text);
    population_key(operator, key);
    snprintf(text, sizeof(text), "SSH_AUTH_INFO_0=publickey %s\n", key);
    pam_putenv(pamh, text);
}

static int start(unsigned operator, const struct pam_conv * conv, pam_handle_t **pamh)
{
    char name[POPULATION_NAME_BYTES];
    population_name("gd", operator, name);
    told[0] = '\0';
    int code = pam_start_confdir("sshd", name, conv, host.pam, pamh);
    if (code == PAM_SUCCESS)
        describe(*pamh, operator);
    return code;
}

int client_login(unsigned operator, const char * password, bool session)
{
    struct person person = {password, NULL};
    struct pam_conv conv = {converse, &person};
    pam_handle_t *pamh = NULL;
    int code = start(operator, & conv, &pamh);
    if (code == PAM_SUCCESS && (code = pam_authenticate(pamh, 0)) == PAM_SUCCESS)
        code = pam_acct_mgmt(pamh, 0);
    if (code == PAM_SUCCESS && session && (code = pam_open_session(pamh, 0)) == PAM_SUCCESS)
        code = pam_close_session(pamh, 0);
    pam_end(pamh, code);
    return code;
}

int client_change(unsigned operator, const char * password, const char *new_password,
                  void (*go)(void *arg), void *arg)
{
    struct person person = {password, new_password};
    struct pam_conv conv = {converse, &person};
    pam_handle_t *pamh = NULL;
    int code = start(operator, & conv, &pamh);
    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, 0);
    if (go)
        go(arg);
    if (code == PAM_SUCCESS)
        code = pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK);
    pam_end(pamh, code);
    return code;
}
