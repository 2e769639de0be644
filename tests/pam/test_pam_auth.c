/* Authentication: prompts, passwords of other modules, languages, and how a refusal is told. */
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

static void start(struct person *p, const char *service, const char *arguments)
{
    fake_reset();
    person_start(p, service, "alice", arguments);
}

static void allowed_password_is_handed_on(void **state)
{
    struct person p;
    const struct gdpop_evidence *ev = &fake.scripts[FAKE_ACCOUNT].seen;

    (void)state;
    start(&p, "login", "");
    person_answers(&p, "Secret 密码", NULL);
    fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
    fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(p.transcript, "P:Password: |");
    assert_string_equal(fake.password, "Secret 密码");
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SUCCESS);
    assert_true(ev->password_proved);
    pam_set_item(p.pamh, PAM_USER, "bob");
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SUCCESS);
    assert_false(ev->password_proved);
    person_end(&p);
}

static void wrong_password_proves_nothing(void **state)
{
    struct person p;

    (void)state;
    start(&p, "login", "");
    person_answers(&p, "", NULL);
    fake_say(FAKE_AUTHENTICATE, GDPOP_DENIED_CREDENTIAL, "must not be said");
    fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_AUTH_ERR);
    assert_string_equal(p.transcript, "P:Password: |");
    assert_string_equal(fake.password, "");
    assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, 1);
    assert_in_range(p.delay_usec, 500000, 2000000);
    pam_acct_mgmt(p.pamh, 0);
    assert_false(fake.scripts[FAKE_ACCOUNT].seen.password_proved);
    person_end(&p);
}

static void ignored_name_gets_no_prompt(void **state)
{
    struct person p;

    (void)state;
    start(&p, "login", "");
    fake_say(FAKE_IDENTIFY, GDPOP_IGNORED, NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), NEXT_MODULE);
    assert_string_equal(p.transcript, "");
    assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, 0);
    person_end(&p);
}

static void missing_answer_is_a_denial(void **state)
{
    struct person p;

    (void)state;
    start(&p, "login", "");
    fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_CONV_ERR);
    assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, 0);
    person_end(&p);
}

static void long_password_is_refused_not_cut(void **state)
{
    struct person p;
    char password[514];

    (void)state;
    for (size_t len = 512; len <= 513; len++) {
        memset(password, 'x', len);
        password[len] = '\0';
        start(&p, "login", "");
        person_answers(&p, password, NULL);
        fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
        assert_int_equal(pam_authenticate(p.pamh, 0), len == 512 ? PAM_SUCCESS : PAM_AUTH_ERR);
        assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, len == 512);
        assert_string_equal(p.transcript,
                            len == 512 ? "P:Password: |"
                                       : "P:Password: |E:A password has at most 512 bytes.|");
        person_end(&p);
    }
}

static void name_is_asked_where_there_is_none(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    person_start(&p, "login", NULL, "");
    person_answers(&p, "carol", "secret", NULL);
    fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(p.transcript, "V:login:|P:Password: |");
    assert_string_equal(fake.scripts[FAKE_AUTHENTICATE].seen.user, "carol");
    person_end(&p);
}

static void no_name_is_a_denial(void **state)
{
    static const char *const answers[] = {NULL, ""};
    struct person p;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        fake_reset();
        person_start(&p, "login", NULL, "");
        person_answers(&p, answers[i], NULL);
        assert_int_equal(pam_authenticate(p.pamh, 0), PAM_AUTH_ERR);
        assert_int_equal(fake.scripts[FAKE_IDENTIFY].calls, 0);
        person_end(&p);
        person_start(&p, "login", NULL, "");
        assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_PERM_DENIED);
        person_end(&p);
    }
}

static void host_language_then_the_persons(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sshd", "");
    fake.host_language = "zh";
    person_answers(&p, "secret", "", NULL);
    fake_say(FAKE_AUTHENTICATE, GDPOP_DENIED, "GD-1 W01 拒绝");
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_PERM_DENIED);
    assert_string_equal(p.transcript, "P:密码：|V:GD-1 W01 拒绝\n按回车键结束：|");
    assert_string_equal(fake.language, "en");
    person_answers(&p, "secret", "", NULL);
    strcpy(fake.scripts[FAKE_AUTHENTICATE].answers[0].verdict.language, "en");
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_PERM_DENIED);
    assert_string_equal(p.transcript, "P:密码：|V:GD-1 W01 拒绝\nPress Enter to end: |");
    person_end(&p);
}

/* sshd takes prompts during keyboard-interactive only. */
static void refusal_under_sshd_is_a_prompt_or_an_error(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sshd", "");
    fake_say(FAKE_ACCOUNT, GDPOP_DENIED, "GD-1 W01 text");
    person_answers(&p, "", NULL);
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_PERM_DENIED);
    assert_string_equal(p.transcript, "V:GD-1 W01 text\nPress Enter to end: |");
    person_answers(&p, NULL, NULL);
    p.no_prompts = true;
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_PERM_DENIED);
    assert_string_equal(p.transcript, "E:GD-1 W01 text|");
    person_end(&p);
}

static const struct stacked {
    const char *arguments;
    const char *token; /* what a module before this one has set */
    enum gdpop_outcome first, second;
    int code;
    const char *transcript;
    int calls;
} stacked[] = {
    {"use_first_pass", "token", GDPOP_ALLOWED, GDPOP_ALLOWED, PAM_SUCCESS, "", 1},
    {"use_first_pass", "token", GDPOP_DENIED_CREDENTIAL, GDPOP_ALLOWED, PAM_AUTH_ERR, "", 1},
    {"use_first_pass", NULL, GDPOP_ALLOWED, GDPOP_ALLOWED, PAM_AUTH_ERR, "", 0},
    {"try_first_pass", "token", GDPOP_ALLOWED, GDPOP_ALLOWED, PAM_SUCCESS, "", 1},
    {"try_first_pass", "token", GDPOP_DENIED_CREDENTIAL, GDPOP_ALLOWED, PAM_SUCCESS,
     "P:Password: |", 2},
    {"try_first_pass", "token", GDPOP_DENIED, GDPOP_ALLOWED, PAM_PERM_DENIED, "", 1},
    {"try_first_pass", NULL, GDPOP_ALLOWED, GDPOP_ALLOWED, PAM_SUCCESS, "P:Password: |", 1},
    {"", "token", GDPOP_ALLOWED, GDPOP_ALLOWED, PAM_SUCCESS, "P:Password: |", 1},
};

static void password_of_a_module_before(void **state)
{
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof stacked / sizeof stacked[0]; i++) {
        const struct stacked *s = &stacked[i];

        start(&p, s->token != NULL ? "with-token" : "login", s->arguments);
        person_answers(&p, "typed", NULL);
        fake_say(FAKE_AUTHENTICATE, s->first, NULL);
        fake_say(FAKE_AUTHENTICATE, s->second, NULL);
        print_message("%s, %s\n", s->arguments, s->token != NULL ? s->token : "no token");
        assert_int_equal(pam_authenticate(p.pamh, 0), s->code);
        assert_string_equal(p.transcript, s->transcript);
        assert_int_equal(fake.scripts[FAKE_AUTHENTICATE].calls, s->calls);
        if (s->calls > 0)
            assert_string_equal(fake.password, s->transcript[0] != '\0' ? "typed" : "token");
        person_end(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allowed_password_is_handed_on),
        cmocka_unit_test(wrong_password_proves_nothing),
        cmocka_unit_test(ignored_name_gets_no_prompt),
        cmocka_unit_test(missing_answer_is_a_denial),
        cmocka_unit_test(long_password_is_refused_not_cut),
        cmocka_unit_test(name_is_asked_where_there_is_none),
        cmocka_unit_test(no_name_is_a_denial),
        cmocka_unit_test(host_language_then_the_persons),
        cmocka_unit_test(refusal_under_sshd_is_a_prompt_or_an_error),
        cmocka_unit_test(password_of_a_module_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
