/* Each outcome of the library in each phase: PAM's code and what the person is told. */
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

#define UNAVAILABLE                                                                                \
    "E:No login is possible now: the account store does not answer. Call your administrator.|"

enum call { AUTH, ACCOUNT, SESSION, PRELIM, UPDATE };

static const struct row {
    enum call call;
    enum gdpop_outcome outcome;
    int code;
    const char *told; /* besides the prompts */
} rows[] = {
    {AUTH, GDPOP_DENIED, PAM_PERM_DENIED, "E:GD-1 W01 text|"},
    {AUTH, GDPOP_DENIED_CREDENTIAL, PAM_AUTH_ERR, ""},
    {AUTH, GDPOP_DENIED_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL, "E:GD-1 W01 text|"},
    {AUTH, GDPOP_IGNORED, NEXT_MODULE, ""},
    {AUTH, GDPOP_ALLOWED, PAM_SUCCESS, "I:GD-1 W01 text|"},
    {AUTH, GDPOP_CHANGE_PASSWORD, PAM_PERM_DENIED, ""},
    {AUTH, 77, PAM_SYSTEM_ERR, ""},
    {ACCOUNT, GDPOP_DENIED, PAM_PERM_DENIED, "E:GD-1 W01 text|"},
    {ACCOUNT, GDPOP_DENIED_CREDENTIAL, PAM_PERM_DENIED, ""},
    {ACCOUNT, GDPOP_DENIED_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL, "E:GD-1 W01 text|"},
    {ACCOUNT, GDPOP_IGNORED, NEXT_MODULE, ""},
    {ACCOUNT, GDPOP_ALLOWED, PAM_SUCCESS, "I:GD-1 W01 text|"},
    {ACCOUNT, GDPOP_CHANGE_PASSWORD, PAM_NEW_AUTHTOK_REQD, "I:GD-1 W01 text|"},
    {ACCOUNT, -1, PAM_SYSTEM_ERR, ""},
    {SESSION, GDPOP_DENIED, PAM_PERM_DENIED, "E:GD-1 W01 text|"},
    {SESSION, GDPOP_DENIED_CREDENTIAL, PAM_PERM_DENIED, ""},
    {SESSION, GDPOP_DENIED_UNAVAILABLE, PAM_SYSTEM_ERR, "E:GD-1 W01 text|"},
    {SESSION, GDPOP_IGNORED, NEXT_MODULE, ""},
    {SESSION, GDPOP_ALLOWED, PAM_SUCCESS, "I:GD-1 W01 text|"},
    {SESSION, GDPOP_CHANGE_PASSWORD, PAM_PERM_DENIED, ""},
    {SESSION, 77, PAM_SYSTEM_ERR, ""},
    {PRELIM, GDPOP_DENIED, PAM_PERM_DENIED, "E:GD-1 W01 text|"},
    {PRELIM, GDPOP_DENIED_CREDENTIAL, PAM_PERM_DENIED, ""},
    {PRELIM, GDPOP_DENIED_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL, "E:GD-1 W01 text|"},
    {PRELIM, GDPOP_IGNORED, NEXT_MODULE, ""},
    {PRELIM, 77, PAM_SYSTEM_ERR, ""},
    {UPDATE, GDPOP_DENIED, PAM_AUTHTOK_ERR, "E:GD-1 W01 text|"},
    {UPDATE, GDPOP_DENIED_CREDENTIAL, PAM_AUTH_ERR, ""},
    {UPDATE, GDPOP_DENIED_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL, "E:GD-1 W01 text|"},
    {UPDATE, GDPOP_ALLOWED, PAM_SUCCESS, "I:GD-1 W01 text|"},
    {UPDATE, GDPOP_CHANGE_PASSWORD, PAM_AUTHTOK_ERR, ""},
    {UPDATE, 77, PAM_SYSTEM_ERR, ""},
};

static const enum fake_function asked[] = {
    [AUTH] = FAKE_AUTHENTICATE,     [ACCOUNT] = FAKE_ACCOUNT,        [SESSION] = FAKE_SESSION_OPEN,
    [PRELIM] = FAKE_PASSWORD_READY, [UPDATE] = FAKE_PASSWORD_CHANGE,
};

/* The answers before the one under test. */
static void lead_up(struct person *p, enum call call)
{
    person_answers(p, "secret", "new", "new", "new", "new", "new", "new", NULL);
    if (call == UPDATE) {
        fake_say(FAKE_PASSWORD_READY, GDPOP_CHANGE_PASSWORD, NULL);
        fake_say(FAKE_AUTHENTICATE, GDPOP_ALLOWED, NULL);
    }
}

static int make(struct person *p, enum call call, int flags)
{
    switch (call) {
    case AUTH:
        return pam_authenticate(p->pamh, flags);
    case ACCOUNT:
        return pam_acct_mgmt(p->pamh, flags);
    case SESSION:
        return pam_open_session(p->pamh, flags);
    default:
        return pam_chauthtok(p->pamh, flags);
    }
}

/* What was told, without prompts. */
static const char *told(const struct person *p)
{
    static char text[4096];
    char copy[4096];
    char *save = NULL;

    text[0] = '\0';
    strcpy(copy, p->transcript);
    for (char *part = strtok_r(copy, "|", &save); part != NULL; part = strtok_r(NULL, "|", &save))
        if (part[0] == 'E' || part[0] == 'I')
            strcat(strcat(text, part), "|");
    return text;
}

static void each_outcome_in_each_phase(void **state)
{
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool repeats = rows[i].call == UPDATE && rows[i].outcome == GDPOP_DENIED;
        char thrice[128];

        fake_reset();
        person_start(&p, "login", "alice", "");
        lead_up(&p, rows[i].call);
        fake_say(asked[rows[i].call], rows[i].outcome, "GD-1 W01 text");
        print_message("call %d, outcome %d\n", rows[i].call, (int)rows[i].outcome);
        assert_int_equal(make(&p, rows[i].call, 0), rows[i].code);
        snprintf(thrice, sizeof thrice, "%1$s%1$s%1$s", rows[i].told);
        assert_string_equal(told(&p), repeats ? thrice : rows[i].told);
        assert_int_equal(fake.handles, 0);
        assert_string_equal(fake.language, "en");
        person_end(&p);
    }
}

static void silent_tells_nothing(void **state)
{
    struct person p;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_reset();
        person_start(&p, "sshd", "alice", "");
        lead_up(&p, rows[i].call);
        fake_say(asked[rows[i].call], rows[i].outcome, "GD-1 W01 text");
        assert_int_equal(make(&p, rows[i].call, PAM_SILENT), rows[i].code);
        assert_string_equal(told(&p), "");
        assert_null(strstr(p.transcript, "V:"));
        person_end(&p);
    }
}

/* A call that fails denies whatever stands in the verdict, and says why in the log. */
static void failed_call_is_a_denial(void **state)
{
    static const int codes[] = {PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SYSTEM_ERR,
                                PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL};
    struct person p;

    (void)state;
    for (enum call call = AUTH; call <= UPDATE; call++) {
        fake_reset();
        person_start(&p, "login", "alice", "");
        lead_up(&p, call);
        fake_fail(asked[call], GDPOP_ERR_STORE);
        fake.scripts[asked[call]].answers[0].verdict.outcome = GDPOP_ALLOWED;
        strcpy(fake.error, "/var/lib/gdpop/store: damaged");
        assert_int_equal(make(&p, call, 0), codes[call]);
        assert_string_equal(told(&p), UNAVAILABLE);
        assert_non_null(
            strstr(person_log, "no decision is possible: /var/lib/gdpop/store: damaged"));
        person_end(&p);
    }
}

static void failure_without_sentence_is_named(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    person_start(&p, "login", "alice", "");
    fake_fail(FAKE_ACCOUNT, GDPOP_ERR_STORE);
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_AUTHINFO_UNAVAIL);
    assert_non_null(strstr(person_log, "the store is damaged"));
    person_end(&p);
}

/* The name may be a password typed at the wrong prompt: it is logged once PAM knows the account. */
static void name_is_logged_after_authentication_only(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    person_start(&p, "login", "alice", "");
    person_answers(&p, "secret", NULL);
    fake_say(FAKE_AUTHENTICATE, GDPOP_DENIED, "GD-1 W01 text");
    fake_say(FAKE_ACCOUNT, GDPOP_DENIED, "GD-1 W01 text");
    strcpy(fake.scripts[FAKE_ACCOUNT].answers[0].verdict.rule, "workplace");
    assert_int_equal(pam_authenticate(p.pamh, 0), PAM_PERM_DENIED);
    assert_null(strstr(person_log, "alice"));
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_PERM_DENIED);
    assert_non_null(strstr(person_log, "alice denied by rule workplace"));
    pam_set_item(p.pamh, PAM_USER, "al\nice");
    assert_int_equal(pam_acct_mgmt(p.pamh, 0), PAM_PERM_DENIED);
    assert_null(strstr(person_log, "ice "));
    person_end(&p);
}

/* setcred asks nobody: neither a broken store nor a denial can make it fail or succeed differently.
 */
static void setcred_takes_no_decision(void **state)
{
    struct person p;

    (void)state;
    fake_reset();
    fake.open_result = GDPOP_ERR_NOMEM;
    person_start(&p, "sshd", "alice", "");
    assert_int_equal(pam_setcred(p.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    person_end(&p);
}

static void no_memory_is_a_denial(void **state)
{
    struct person p;

    (void)state;
    for (enum call call = AUTH; call <= UPDATE; call++) {
        fake_reset();
        fake.open_result = GDPOP_ERR_NOMEM;
        person_start(&p, "login", "alice", "");
        assert_int_equal(make(&p, call, 0), PAM_BUF_ERR);
        person_end(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_outcome_in_each_phase),
        cmocka_unit_test(silent_tells_nothing),
        cmocka_unit_test(failed_call_is_a_denial),
        cmocka_unit_test(failure_without_sentence_is_named),
        cmocka_unit_test(name_is_logged_after_authentication_only),
        cmocka_unit_test(setcred_takes_no_decision),
        cmocka_unit_test(no_memory_is_a_denial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
