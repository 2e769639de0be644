/* Changing a password: who is asked for the current one, tries, reasons, what is handed on. */
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

static void start(struct person *p, const char *service)
{
    fake_reset();
    person_start(p, service, "alice", "");
    fake_say(FAKE_PASSWORD_READY, GDPOP_CHANGE_PASSWORD, "GD-26 P01 due");
    fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
}

static void passwd_asks_the_current_one(void **state)
{
    struct person p;

    (void)state;
    start(&p, "passwd");
    person_answers(&p, "old", "new", "new", NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(p.transcript,
                        "P:Current password: |P:New password: |P:Retype new password: |");
    assert_string_equal(fake.password, "old");
    assert_string_equal(fake.old_password, "old");
    assert_string_equal(fake.new_password, "new");
    assert_true(fake.scripts[FAKE_PASSWORD_CHANGE].seen.password_proved);
    assert_string_equal(fake.scripts[FAKE_PASSWORD_CHANGE].seen.proof, "proof of that password");
    assert_int_equal(fake.scripts[FAKE_PASSWORD_READY].calls, 2);
    assert_false(fake.scripts[FAKE_PASSWORD_READY].seen.password_proved);
    person_end(&p);
}

static void wrong_current_one_ends_it(void **state)
{
    struct person p;

    (void)state;
    start(&p, "passwd");
    fake.scripts[FAKE_AUTHENTICATE].count = 0;
    fake_say(FAKE_AUTHENTICATE, GDPOP_DENIED_CREDENTIAL, NULL);
    person_answers(&p, "wrong", "new", "new", NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_AUTH_ERR);
    assert_string_equal(p.transcript, "P:Current password: |E:The current password is wrong.|");
    assert_int_equal(fake.scripts[FAKE_PASSWORD_CHANGE].calls, 0);
    person_end(&p);
}

/* After a login the current one is known, if PAM says that the change is due and the user is the
 * one who proved it. */
static void proof_of_the_login_counts_when_due(void **state)
{
    static const struct {
        int flags;
        const char *user;
        const char *transcript;
    } rows[] = {
        {PAM_CHANGE_EXPIRED_AUTHTOK, "alice", "P:New password: |P:Retype new password: |"},
        {0, "alice", "P:Current password: |P:New password: |P:Retype new password: |"},
        {PAM_CHANGE_EXPIRED_AUTHTOK, "bob",
         "P:Current password: |P:New password: |P:Retype new password: |"},
    };
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool asked = strstr(rows[i].transcript, "Current") != NULL;

        start(&p, "sshd");
        fake_say(FAKE_ACCOUNT, GDPOP_CHANGE_PASSWORD, NULL);
        fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
        person_answers(&p, "of the login", NULL);
        assert_int_equal(pam_authenticate(p.pamh, 0), PAM_SUCCESS);
        assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_NEW_AUTHTOK_REQD);
        pam_set_item(p.pamh, PAM_USER, rows[i].user);
        person_answers(&p, asked ? "typed" : "new", "new", "new", NULL);
        assert_int_equal(pam_chauthtok(p.pamh, rows[i].flags), PAM_SUCCESS);
        assert_string_equal(p.transcript, rows[i].transcript);
        assert_int_equal(fake.scripts[FAKE_PASSWORD_READY].seen.password_proved, !asked);
        assert_string_equal(fake.old_password, asked ? "typed" : "of the login");
        assert_string_equal(fake.scripts[FAKE_PASSWORD_CHANGE].seen.proof,
                            "proof of that password");
        person_end(&p);
    }
}

/* What was proved in this handle is kept for a due change only. */
static void password_is_forgotten_when_no_change_is_due(void **state)
{
    struct person p;

    (void)state;
    start(&p, "login");
    fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
    person_answers(&p, "of the login", "new", "new", NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_chauthtok(p.pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    assert_false(fake.old_given);
    assert_true(fake.scripts[FAKE_PASSWORD_CHANGE].seen.password_proved);
    person_end(&p);
}

static void three_tries_each_with_its_reason(void **state)
{
    struct person p;

    (void)state;
    start(&p, "passwd");
    person_answers(&p, "old", "a", "a", "b", "c", "Good-1234", "Good-1234", NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_DENIED, "GD-25 P02 too short");
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, "changed");
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(p.transcript,
                        "P:Current password: |P:New password: |P:Retype new password: |"
                        "E:GD-25 P02 too short|P:New password: |P:Retype new password: |"
                        "E:The two new passwords differ.|P:New password: |P:Retype new password: |"
                        "I:changed|");
    assert_string_equal(fake.new_password, "Good-1234");
    assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, 1);
    person_end(&p);
}

static void no_fourth_try(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sshd");
    person_answers(&p, "old", "a", "a", "b", "x", "c", "c", "", "d", "d", NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_DENIED, "GD-25 P02 too short");
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_AUTHTOK_ERR);
    assert_string_equal(p.transcript,
                        "P:Current password: |P:New password: |P:Retype new password: |"
                        "E:GD-25 P02 too short|P:New password: |P:Retype new password: |"
                        "E:The two new passwords differ.|P:New password: |P:Retype new password: |"
                        "V:GD-25 P02 too short\nPress Enter to end: |");
    assert_int_equal(fake.scripts[FAKE_PASSWORD_CHANGE].calls, 2);
    person_end(&p);
}

static void long_new_password_is_a_failed_try(void **state)
{
    struct person p;
    char password[514];

    (void)state;
    memset(password, 'x', 513);
    password[513] = '\0';
    start(&p, "passwd");
    person_answers(&p, "old", password, password, "new", "new", NULL);
    fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_SUCCESS);
    assert_non_null(strstr(p.transcript, "E:A password has at most 512 bytes.|P:New password: |"));
    assert_int_equal(fake.scripts[FAKE_PASSWORD_CHANGE].calls, 1);
    person_end(&p);
}

static void broken_conversation_changes_nothing(void **state)
{
    static const char *const answers[][2] = {{NULL, NULL}, {"old", NULL}, {"old", "new"}};
    struct person p;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        start(&p, "passwd");
        person_answers(&p, answers[i][0], answers[i][1], NULL);
        fake_say(FAKE_PASSWORD_CHANGE, GDPOP_ALLOWED, NULL);
        assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_CONV_ERR);
        assert_int_equal(fake.scripts[FAKE_PASSWORD_CHANGE].calls, 0);
        person_end(&p);
    }
}

/* The account may have been frozen between PAM's two calls. */
static void denial_between_the_two_calls(void **state)
{
    struct person p;

    (void)state;
    start(&p, "passwd");
    fake_say(FAKE_PASSWORD_READY, GDPOP_DENIED, "GD-18 F01 frozen");
    person_answers(&p, "old", "new", "new", NULL);
    assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_AUTHTOK_ERR);
    assert_string_equal(p.transcript, "E:GD-18 F01 frozen|");
    person_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwd_asks_the_current_one),
        cmocka_unit_test(wrong_current_one_ends_it),
        cmocka_unit_test(proof_of_the_login_counts_when_due),
        cmocka_unit_test(password_is_forgotten_when_no_change_is_due),
        cmocka_unit_test(three_tries_each_with_its_reason),
        cmocka_unit_test(no_fourth_try),
        cmocka_unit_test(long_new_password_is_a_failed_try),
        cmocka_unit_test(broken_conversation_changes_nothing),
        cmocka_unit_test(denial_between_the_two_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
