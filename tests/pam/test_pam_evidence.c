/* What the module gathers from PAM, and what it does not believe. */
#include "fake_gdpop.h"
#include "person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct gdpop_evidence *seen = &fake.scripts[FAKE_ACCOUNT].seen;

static void ask(struct person *p)
{
    fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_acct_mgmt(p->pamh, 0), PAM_SUCCESS);
}

static void same(const char *got, const char *wanted)
{
    if (wanted == NULL) {
        assert_null(got);
    } else {
        assert_non_null(got);
        assert_string_equal(got, wanted);
    }
}

static const struct address {
    const char *service;
    const char *rhost;
    const char *connection; /* SSH_CONNECTION of PAM's environment */
    const char *address;
} addresses[] = {
    {"sshd", "10.77.1.2", "10.77.1.2 40000 10.77.1.1 22", "10.77.1.2"},
    {"sshd", "fd77:1::2", "fd77:1::2 40000 fd77:1::1 22", "fd77:1::2"},
    {"sshd", "fd77:1:0::2", "fd77:1::2 40000 fd77:1::1 22", "fd77:1::2"},
    {"sshd", "::ffff:10.77.1.2", "10.77.1.2 40000 10.77.1.1 22", "10.77.1.2"},
    {"sshd", "desk.example", "10.77.1.2 40000 10.77.1.1 22", "10.77.1.2"},
    {"sshd", NULL, "10.77.1.2 40000 10.77.1.1 22", "10.77.1.2"},
    {"sshd", "10.77.1.2", NULL, "10.77.1.2"},
    {"sshd", "10.77.1.2", "10.77.1.3 40000 10.77.1.1 22", NULL},
    {"sshd", "desk.example", NULL, NULL},
    {"sshd", NULL, "UNKNOWN 65535 UNKNOWN 65535", NULL},
    {"sshd", NULL, "fe80::1%eth0 40000 fe80::2%eth0 22", NULL},
    {"sshd", NULL, "", NULL},
    {"sshd", NULL,
     "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd 40000 10.77.1.1 22", NULL},
    {"web", "10.77.1.2", "192.0.2.9 40000 10.77.1.1 22", "10.77.1.2"},
    {"web", "desk.example", NULL, NULL},
    {"web", "10.77.1", NULL, NULL},
    {"web", "10.77.1.2 ", NULL, NULL},
    {"web", "", NULL, NULL},
    {"web", NULL, NULL, NULL},
};

static void only_a_numeric_address_is_evidence(void **state)
{
    struct person p;
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        const struct address *a = &addresses[i];

        fake_reset();
        person_start(&p, a->service, "alice", "");
        pam_set_item(p.pamh, PAM_RHOST, a->rhost);
        if (a->connection != NULL) {
            snprintf(text, sizeof text, "SSH_CONNECTION=%s", a->connection);
            pam_putenv(p.pamh, text);
        }
        print_message("%s %s\n", a->service, a->rhost != NULL ? a->rhost : "(none)");
        ask(&p);
        same(seen->address, a->address);
        person_end(&p);
    }
}

static void key_is_believed_from_sshd_only(void **state)
{
    static const char *const services[] = {"sshd", "sshd-web", "login"};
    struct person p;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fake_reset();
        person_start(&p, services[i], "alice", "");
        pam_putenv(p.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\n");
        ask(&p);
        same(seen->auth_info, i == 0 ? "publickey ssh-ed25519 AAAA\n" : NULL);
        person_end(&p);
    }
}

static void environment_of_the_process_is_not_read(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    person_start(&p, "sshd", "alice", "");
    setenv("SSH_CONNECTION", "10.77.1.2 40000 10.77.1.1 22", 1);
    setenv("SSH_AUTH_INFO_0", "publickey ssh-ed25519 AAAA", 1);
    setenv("GDPOP_DEVICE", "D-1", 1);
    setenv("LANG", "zh_CN.UTF-8", 1);
    ask(&p);
    assert_null(seen->address);
    assert_null(seen->auth_info);
    assert_null(seen->statement);
    assert_string_equal(fake.language, "en");
    person_end(&p);
}

static uint32_t number_in(const char *path)
{
    FILE *f = fopen(path, "r");
    unsigned long value = 0;

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu", &value), 1);
    fclose(f);
    return (uint32_t)value;
}

static void process_and_items(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    person_start(&p, "web", "alice", "");
    pam_set_item(p.pamh, PAM_TTY, "/dev/tty3");
    pam_putenv(p.pamh, "GDPOP_DEVICE=D-1");
    ask(&p);
    same(seen->service, "web");
    same(seen->user, "alice");
    same(seen->tty, "/dev/tty3");
    same(seen->statement, "D-1");
    assert_int_equal(seen->caller_uid, getuid());
    assert_int_equal(seen->leader_pid, getpid());
    assert_int_equal(seen->login_uid, number_in("/proc/self/loginuid"));
    assert_int_equal(seen->audit_session, number_in("/proc/self/sessionid"));
    assert_false(seen->password_proved);
    pam_set_item(p.pamh, PAM_TTY, "");
    ask(&p);
    same(seen->tty, NULL);
    person_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_numeric_address_is_evidence),
        cmocka_unit_test(key_is_believed_from_sshd_only),
        cmocka_unit_test(environment_of_the_process_is_not_read),
        cmocka_unit_test(process_and_items),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
