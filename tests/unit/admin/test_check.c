/* What the checks of `status` read from the host's files and from sshd. */
#include "admin/nsswitch.h"
#include "admin/sshd_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static void lines_of_nsswitch(void **state)
{
    static const struct {
        const char *text;
        struct nss_line line;
    } cases[] = {
        {"passwd: files gdpop\n", {true, 1, 2, false}},
        {"# passwd: gdpop\npasswd:\t files systemd gdpop # ours\n", {true, 1, 3, false}},
        {"passwd : compat gdpop", {true, 1, 2, false}},
        {"passwd: files\ngroup: files gdpop\n", {true, 1, 0, false}},
        {"passwd: files # gdpop\n", {true, 1, 0, false}},
        {"passwd: gdpop files\n", {true, 2, 1, false}},
        {"passwd: gdpop\n", {true, 0, 1, false}},
        {"passwd: files gdpop-old\n", {true, 1, 0, false}},
        {"passwd: files [NOTFOUND=return] gdpop\n", {true, 1, 2, true}},
        {"passwd: files [notfound=RETURN success=continue] gdpop\n", {true, 1, 2, true}},
        {"passwd: files [!SUCCESS=return] gdpop\n", {true, 1, 2, true}},
        {"passwd: files [SUCCESS=merge] gdpop\n", {true, 1, 2, false}},
        {"passwd: files [UNAVAIL=return] gdpop\n", {true, 1, 2, false}},
        {"passwd: files[!NOTFOUND=return]gdpop\n", {true, 1, 2, false}},
        {"passwd: files gdpop [NOTFOUND=return] sss\n", {true, 1, 2, false}},
        {"group: files gdpop\n", {false, 0, 0, false}},
        {"passwd_compat: files gdpop\n", {false, 0, 0, false}},
        {"", {false, 0, 0, false}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct nss_line l = nsswitch_line(cases[i].text, "passwd");
        const struct nss_line *w = &cases[i].line;
        if (l.present != w->present || l.files != w->files || l.gdpop != w->gdpop ||
            l.shut != w->shut)
            fail_msg("%s: %d %d %d %d", cases[i].text, l.present, l.files, l.gdpop, l.shut);
    }
}

#define SHIPPED                                                                                    \
    "usepam yes\nusedns no\nauthenticationmethods publickey,keyboard-interactive:pam\n"            \
    "authorizedkeysfile none\nauthorizedkeyscommand /usr/libexec/gdpop/gdpop-ssh-keys %u\n"        \
    "authorizedkeyscommanduser root\npermitemptypasswords no\ndisableforwarding yes\n"             \
    "hostbasedauthentication no\ngssapiauthentication no\npermituserenvironment no\n"              \
    "logingracetime 30\nclientaliveinterval 30\nmaxsessions 10\n"

static int collect(const struct sshd_fault *fault, const char *value, void *arg)
{
    char *seen = arg;
    snprintf(seen + strlen(seen), 512 - strlen(seen), "%s=%s;", fault->keyword, value);
    return 0;
}

/* A line over the shipped ones, as sshd prints one value of each. */
static void settings_of_sshd(void **state)
{
    static const struct {
        const char *line, *seen;
    } cases[] = {
        {"", ""},
        {"usepam no\n", "UsePAM=no;"},
        {"usedns yes\n", "UseDNS=yes;"},
        {"authenticationmethods any\n", "AuthenticationMethods=any;"},
        {"authenticationmethods publickey\n", ""},
        {"authenticationmethods publickey,password password\n",
         "AuthenticationMethods=publickey,password password;"},
        {"authenticationmethods password publickey\n", "AuthenticationMethods=password publickey;"},
        {"authorizedkeysfile .ssh/authorized_keys\n", "AuthorizedKeysFile=.ssh/authorized_keys;"},
        {"authorizedkeyscommand none\n", "AuthorizedKeysCommand=none;"},
        {"authorizedkeyscommand /bin/cat /usr/libexec/gdpop/gdpop-ssh-keys\n",
         "AuthorizedKeysCommand=/bin/cat /usr/libexec/gdpop/gdpop-ssh-keys;"},
        {"authorizedkeyscommanduser nobody\n", "AuthorizedKeysCommandUser=nobody;"},
        {"disableforwarding no\n", "DisableForwarding=no;"},
        {"logingracetime 120\n", ""},
        {"logingracetime 121\n", "LoginGraceTime=121;"},
        {"logingracetime 0\n", "LoginGraceTime=0;"},
        {"clientaliveinterval 0\n", "ClientAliveInterval=0;"},
        {"maxsessions 11\n", "MaxSessions=11;"},
        {"maxsessions 0\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[2048], seen[512] = "";
        snprintf(text, sizeof(text), "port 22\n%s%s", cases[i].line, SHIPPED);
        assert_int_equal(sshd_settings_judge(text, collect, seen), 0);
        if (strcmp(seen, cases[i].seen) != 0)
            fail_msg("%s: %s", cases[i].line, seen);
    }
}

static void break_glass_keeps_a_way_in(void **state)
{
    static const struct {
        const char *text, *user;
        bool rescued;
    } cases[] = {
        {SHIPPED, "rescue", false},
        {SHIPPED, "root", false},
        {"permitrootlogin no\n" SHIPPED, "root", true},
        {"permitrootlogin no\n" SHIPPED, "rescue", false},
        {"permitrootlogin without-password\n" SHIPPED, "root", false},
        {"authorizedkeysfile .ssh/authorized_keys\n" SHIPPED, "rescue", true},
        {"authenticationmethods publickey password\n" SHIPPED, "rescue", true},
        {"authenticationmethods any\n" SHIPPED, "rescue", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sshd_settings_rescue(cases[i].text, cases[i].user) != cases[i].rescued)
            fail_msg("case %zu: %s", i, cases[i].user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_nsswitch),
        cmocka_unit_test(settings_of_sshd),
        cmocka_unit_test(break_glass_keeps_a_way_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
