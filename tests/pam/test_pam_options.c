/* Arguments of the module. */
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

static void path_is_given_to_the_library(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
    person_start(&p, "login", "alice", "conf=/tmp/other.conf nodelay debug");
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(fake.conf_path, "/tmp/other.conf");
    assert_non_null(strstr(person_log, "account: outcome 4, PAM code 0"));
    person_end(&p);
    person_start(&p, "login", "alice", "");
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(fake.conf_path, "default");
    assert_null(strstr(person_log, "outcome"));
    person_end(&p);
}

static void nodelay_asks_for_no_delay(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    fake_say(FAKE_AUTHENTICATE, GDPOP_DENIED_CREDENTIAL, NULL);
    person_start(&p, "login", "alice", "nodelay");
    person_answers(&p, "wrong", NULL);
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_AUTH_ERR);
    assert_int_equal(p.delay_usec, 0);
    person_end(&p);
}

/* A mistake in the configuration denies, says what is wrong, and leaves a way in to repair it. */
static void unknown_argument_is_named_and_denies(void **state)
{
    static const char *const wrong[] = {"nodelays", "conf=", "conf=relative.conf", "Debug",
                                        "use_first_pass=yes"};
    struct person p;
    char quoted[64];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fake_reset();
        fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
        fake_say(FAKE_ACCOUNT, GDPOP_ALLOWED, NULL);
        fake_say(FAKE_SESSION_OPEN, GDPOP_ALLOWED, NULL);
        fake_say(FAKE_PASSWORD_READY, GDPOP_CHANGE_PASSWORD, NULL);
        person_start(&p, "login", "alice", wrong[i]);
        person_answers(&p, "secret", NULL);
        assert_int_equal(pam_authenticate(p.pamh, 0), PAM_SERVICE_ERR);
        snprintf(quoted, sizeof quoted, "unknown argument \"%s\"", wrong[i]);
        assert_non_null(strstr(person_log, quoted));
        assert_non_null(strstr(person_log, "conf=PATH"));
        assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_SERVICE_ERR);
        assert_int_equal(pam_open_session(p.pamh, 0), PAM_SERVICE_ERR);
        assert_int_equal(pam_chauthtok(p.pamh, 0), PAM_SERVICE_ERR);
        assert_string_equal(p.transcript, "");
        person_end(&p);
    }
}

/* The library knows break-glass names without its configuration, and denies the others itself. */
static void broken_configuration_does_not_lock_root_out(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    fake.open_result = GDPOP_ERR_CONFIG;
    fake_say(FAKE_IDENTIFY, GDPOP_IGNORED, NULL);
    fake_say(FAKE_ACCOUNT, GDPOP_IGNORED, NULL);
    fake_say(FAKE_SESSION_OPEN, GDPOP_IGNORED, NULL);
    person_start(&p, "login", "root", "");
    assert_int_equal(pam_authenticate(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_open_session(p.pamh, 0), NEXT_MODULE);
    person_end(&p);
}

static void unknown_argument_does_not_lock_root_out(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    fake_say(FAKE_IDENTIFY, GDPOP_IGNORED, NULL);
    person_start(&p, "login", "root", "nodelays");
    assert_int_equal(pam_authenticate(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_chauthtok(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_open_session(p.pamh, 0), NEXT_MODULE);
    person_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_is_given_to_the_library),
        cmocka_unit_test(nodelay_asks_for_no_delay),
        cmocka_unit_test(unknown_argument_is_named_and_denies),
        cmocka_unit_test(broken_configuration_does_not_lock_root_out),
        cmocka_unit_test(unknown_argument_does_not_lock_root_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
