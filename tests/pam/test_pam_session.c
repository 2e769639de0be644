/* Opening and closing sessions, and how a refused one ends. */
#include "fake_gdpop.h"
#include "person.h"

#include <setjmp.h>
#include <signal.h>
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
}

static void id_of_open_is_given_to_close(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sshd");
    fake_say(FAKE_SESSION_OPEN, GDPOP_ALLOWED, "last login: yesterday");
    strcpy(fake.scripts[FAKE_SESSION_OPEN].answers[0].verdict.session, "s-17");
    assert_int_equal(pam_open_session(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(p.transcript, "I:last login: yesterday|");
    assert_int_equal(fake.scripts[FAKE_SESSION_OPEN].seen.leader_pid, getpid());
    assert_int_equal(pam_close_session(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(fake.closed_session, "s-17");
    assert_int_equal(person_timer_signal, 0);
    person_end(&p);
}

static void session_that_is_not_recorded_is_not_closed(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sudo");
    fake_say(FAKE_SESSION_OPEN, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_open_session(p.pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_close_session(p.pamh, 0), PAM_SUCCESS);
    assert_int_equal(fake.scripts[FAKE_SESSION_CLOSE].calls, 0);
    person_end(&p);
}

static void ignored_session_is_closed_without_the_library(void **state)
{
    struct person p;

    (void)state;
    start(&p, "login");
    fake_say(FAKE_SESSION_OPEN, GDPOP_IGNORED, NULL);
    assert_int_equal(pam_open_session(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(pam_close_session(p.pamh, 0), NEXT_MODULE);
    assert_int_equal(fake.scripts[FAKE_SESSION_CLOSE].calls, 0);
    assert_int_equal(person_timer_signal, 0);
    person_end(&p);
}

static void another_handle_closes_by_leader(void **state)
{
    static const struct {
        enum gdpop_outcome identified;
        int r;
        int code;
        const char *closed;
    } rows[] = {
        {GDPOP_DENIED, 0, PAM_SUCCESS, "-"},
        {GDPOP_DENIED, GDPOP_ERR_NOT_FOUND, PAM_SUCCESS, "-"},
        {GDPOP_DENIED, GDPOP_ERR_STORE, PAM_SYSTEM_ERR, "-"},
        {GDPOP_IGNORED, 0, NEXT_MODULE, "none"},
    };
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(&p, "login");
        fake_say(FAKE_IDENTIFY, rows[i].identified, NULL);
        fake_fail(FAKE_SESSION_CLOSE, rows[i].r);
        assert_int_equal(pam_close_session(p.pamh, 0), rows[i].code);
        assert_string_equal(fake.closed_session, rows[i].closed);
        assert_string_equal(p.transcript, "");
        person_end(&p);
    }
}

/* sshd itself would keep the connection of a refused session. */
static void refused_session_ends_the_connection(void **state)
{
    static const struct {
        const char *service;
        enum gdpop_outcome outcome;
        int code;
        int signal;
    } rows[] = {
        {"sshd", GDPOP_DENIED, PAM_PERM_DENIED, SIGTERM},
        {"sshd", GDPOP_DENIED_UNAVAILABLE, PAM_SYSTEM_ERR, SIGTERM},
        {"login", GDPOP_DENIED, PAM_PERM_DENIED, 0},
        {"sudo", GDPOP_DENIED, PAM_PERM_DENIED, 0},
    };
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(&p, rows[i].service);
        p.no_prompts = true;
        fake_say(FAKE_SESSION_OPEN, rows[i].outcome, "GD-16 D02 text");
        assert_int_equal(pam_open_session(p.pamh, 0), rows[i].code);
        assert_string_equal(p.transcript, "E:GD-16 D02 text|");
        assert_int_equal(person_timer_signal, rows[i].signal);
        assert_int_equal(person_timer_sec > 0, rows[i].signal != 0);
        person_end(&p);
    }
}

static void idle_limit_is_set(void **state)
{
    struct person p;

    (void)state;
    start(&p, "sshd");
    fake_say(FAKE_SESSION_OPEN, GDPOP_ALLOWED, NULL);
    assert_int_equal(pam_open_session(p.pamh, 0), PAM_SUCCESS);
    assert_null(pam_getenv(p.pamh, "TMOUT"));
    fake.scripts[FAKE_SESSION_OPEN].answers[0].verdict.idle_sec = 900;
    assert_int_equal(pam_open_session(p.pamh, 0), PAM_SUCCESS);
    assert_string_equal(pam_getenv(p.pamh, "TMOUT"), "900");
    person_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_of_open_is_given_to_close),
        cmocka_unit_test(session_that_is_not_recorded_is_not_closed),
        cmocka_unit_test(ignored_session_is_closed_without_the_library),
        cmocka_unit_test(another_handle_closes_by_leader),
        cmocka_unit_test(refused_session_ends_the_connection),
        cmocka_unit_test(idle_limit_is_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
