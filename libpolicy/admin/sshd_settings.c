#include "admin/sshd_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each setting is compared with what must stand there. */
static bool is(const char *value, const char *wanted)
{
    return strcasecmp(value, wanted) == 0;
}

static bool at_most(const char *value, const char *wanted)
{
    return atol(value) <= atol(wanted);
}

static bool some_at_most(const char *value, const char *wanted)
{
    return atol(value) > 0 && at_most(value, wanted);
}

/* A list of alternatives, each of which must name the key, so that the device is known. */
static bool with_key(const char *value, const char *wanted)
{
    (void)wanted;
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        const char *key = strstr(at, "publickey");
        if (!key || key >= at + n)
            return false;
        at += n;
    }
    return *value != '\0';
}

static bool holds_command(const char *value, const char *wanted)
{
    (void)wanted;
    const char *name = strstr(value, "/gdpop-ssh-keys");
    return name && name < value + strcspn(value, " ");
}

static const struct {
    struct sshd_fault fault;
    bool (*good)(const char *value, const char *wanted);
} settings_table[] = {
    {{"UsePAM", "yes", SEVERITY_serious}, is},
    {{"UseDNS", "no", SEVERITY_warning}, is},
    {{"AuthenticationMethods", "publickey,keyboard-interactive:pam", SEVERITY_warning}, with_key},
    {{"AuthorizedKeysFile", "none", SEVERITY_serious}, is},
    {{"AuthorizedKeysCommand", "/usr/libexec/gdpop/gdpop-ssh-keys %u", SEVERITY_warning},
     holds_command},
    {{"AuthorizedKeysCommandUser", "root", SEVERITY_warning}, is},
    {{"PermitEmptyPasswords", "no", SEVERITY_serious}, is},
    {{"DisableForwarding", "yes", SEVERITY_warning}, is},
    {{"HostbasedAuthentication", "no", SEVERITY_warning}, is},
    {{"GSSAPIAuthentication", "no", SEVERITY_warning}, is},
    {{"PermitUserEnvironment", "no", SEVERITY_warning}, is},
    {{"LoginGraceTime", "120", SEVERITY_warning}, some_at_most},
    {{"ClientAliveInterval", "300", SEVERITY_warning}, some_at_most},
    {{"MaxSessions", "10", SEVERITY_warning}, at_most},
};

void sshd_settings_value(const char *text, const char *keyword, char *value, size_t room)
{
    const size_t len = strlen(keyword);
    value[0] = '\0';
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        if (n > len && strncasecmp(line, keyword, len) == 0 && line[len] == ' ') {
            snprintf(value, room, "%.*s", (int)(n - len - 1), line + len + 1);
            return;
        }
        line += n + (line[n] == '\n');
    }
}

int sshd_settings_judge(const char *text,
                        int (*report)(const struct sshd_fault *fault, const char *value, void *arg),
                        void *arg)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof(settings_table) / sizeof(settings_table[0]); i++) {
        const struct sshd_fault *fault = &settings_table[i].fault;
        char value[256];
        sshd_settings_value(text, fault->keyword, value, sizeof(value));
        /* What this sshd was built without cannot be set wrongly. */
        if (value[0] && !settings_table[i].good(value, fault->wanted))
            r = report(fault, value, arg);
    }
    return r;
}

bool sshd_settings_rescue(const char *text, const char *user)
{
    char root_login[64], methods[256], files[256];
    sshd_settings_value(text, "permitrootlogin", root_login, sizeof(root_login));
    sshd_settings_value(text, "authenticationmethods", methods, sizeof(methods));
    sshd_settings_value(text, "authorizedkeysfile", files, sizeof(files));
    /* By choice root's way in is the console then. */
    if (strcmp(user, "root") == 0 && is(root_login, "no"))
        return true;
    return (files[0] && !is(files, "none")) || !with_key(methods, "");
}
