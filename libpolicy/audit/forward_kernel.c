/* Records of the kernel's audit system, in the form that PAM's own have. */
#include "audit/forward.h"

#include "base/err.h"
#include "base/text.h"

#include <libaudit.h>
#include <stdio.h>

/* By the longest beginning of the action; what fits none is a record of a trusted program. */
static const struct {
    const char *action;
    int type;
} types[] = {
    {"login.auth", AUDIT_USER_AUTH},
    {"breakglass.auth", AUDIT_USER_AUTH},
    {"login.account", AUDIT_USER_ACCT},
    {"login.session", AUDIT_USER_START},
    {"breakglass.session", AUDIT_USER_START},
    {"elevate.session", AUDIT_USER_START},
    {"session.", AUDIT_USER_END},
    {"password.", AUDIT_USER_CHAUTHTOK},
    {"account.initial-password", AUDIT_USER_CHAUTHTOK},
    {"account.freeze", AUDIT_ACCT_LOCK},
    {"account.lockout", AUDIT_ACCT_LOCK},
    {"account.suspend", AUDIT_ACCT_LOCK},
    {"account.unlock", AUDIT_ACCT_UNLOCK},
    {"account.unfreeze", AUDIT_ACCT_UNLOCK},
    {"account.activate", AUDIT_ADD_USER},
    {"account.close", AUDIT_DEL_USER},
    {"account.", AUDIT_USER_MGMT},
    {"request.", AUDIT_USER_MGMT},
    {"role.", AUDIT_ROLE_ASSIGN},
};

static int type_of(const char *action)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncmp(action, types[i].action, strlen(types[i].action)) == 0)
            return types[i].type;
    return AUDIT_TRUSTED_APP;
}

int forward_kernel_open(void)
{
    int fd = audit_open();
    if (fd < 0)
        err_errno(_("the kernel's audit system cannot be reached"));
    return fd;
}

int forward_kernel_send(int fd, const struct forward_item *i)
{
    const Model__Event *e = i->event;
    char operation[512];
    if (!e)
        return 1;
    snprintf(operation, sizeof(operation), "gdpop:%s:%llu", e->action,
             (unsigned long long)e->sequence);
    bool good = forward_severity(i) > 4;
    const char *who = *e->subject ? e->subject : e->actor;
    if (audit_log_acct_message(fd, type_of(e->action), NULL, operation, who, (unsigned)-1, NULL,
                               *e->address ? e->address : NULL, *e->tty ? e->tty : NULL, good) > 0)
        return 1;
    err_errno(_("the kernel's audit system does not take events"));
    return 0;
}
