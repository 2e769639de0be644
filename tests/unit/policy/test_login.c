/* Logins through the library's public calls, on a real store. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

static void test_allowed_at_the_workplace(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    ev.password_proved = true;
    assert_ok(gdpop_account(f->g, &ev, &v));
    if (v.outcome != GDPOP_ALLOWED)
        fail_msg("%s", v.sentence);
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_string_not_equal(v.session, "");
    assert_ok(gdpop_session_close(f->g, &ev, v.session));
    assert_int_equal(events(f, "login.auth", "allowed"), 1);
    assert_int_equal(events(f, "login.account", "allowed"), 1);
    assert_int_equal(events(f, "login.session", "allowed"), 1);
    assert_int_equal(events(f, "session.close", "done"), 1);
}

/* What one changed fact does in the account phase, with password and with the key alone. */
static void test_account_denials(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *service, *address, *auth_info, *code;
    } cases[] = {
        {"sshd", OUTSIDE, "publickey " KEY "\n", "W02"},
        {"sshd", NULL, "publickey " KEY "\n", "W01"},
        {"sshd", "127.0.0.1", "publickey " KEY "\n", "W01"},
        {"sshd", "localhost", "publickey " KEY "\n", "W01"},
        {"sshd", "::ffff:10.77.1.2", "publickey " KEY "\n", ""},
        {"sshd", "10.77.0.255", "publickey " KEY "\n", "W02"},
        {"sshd", "10.77.1.255", "publickey " KEY "\n", ""},
        {"sshd", "10.77.2.0", "publickey " KEY "\n", "W02"},
        {"sshd", WORKPLACE,
         "publickey ssh-ed25519 "
         "AAAAC3NzaC1lZDI1NTE5AAAAIAEBAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n",
         "V01"},
        {"sshd", WORKPLACE, "keyboard-interactive/pam\n", "V02"},
        {"sshd", WORKPLACE, "publickey nonsense AAAA\n", "V01"},
        {"web", WORKPLACE, "publickey " KEY "\n",
         "V02"}, /* auth info of another service is no evidence */
        {"gdm-autologin", WORKPLACE, NULL, "C01"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gdpop_evidence ev = evidence();
        struct gdpop_verdict v;
        ev.service = cases[i].service;
        ev.address = cases[i].address;
        ev.auth_info = cases[i].auth_info;
        ev.password_proved = true;
        assert_ok(gdpop_account(f->g, &ev, &v));
        bool denied = cases[i].code[0] != '\0';
        if (v.outcome != (denied ? GDPOP_DENIED : GDPOP_ALLOWED) ||
            strcmp(v.code, cases[i].code) != 0)
            fail_msg("case %zu: outcome %d, %s", i, (int)v.outcome, v.sentence);
    }
}

static void test_key_alone_is_judged_in_the_session(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    ev.auth_info = "";
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_string_equal(v.code, "V02");
    ev.auth_info = "publickey " KEY "\n";
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
}

static void test_lockout_after_five(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    for (int i = 0; i < 4; i++)
        assert_int_equal(try_password(f, &ev, "wrong"), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    for (int i = 0; i < 5; i++)
        assert_int_equal(try_password(f, &ev, "wrong"), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(events(f, "account.lockout", "done"), 1);
    struct gdpop_verdict v;
    assert_ok(gdpop_account(f->g, &ev, &v)); /* with the key alone it is told */
    assert_string_equal(v.code, "L01");
}

/* Guesses from where the account could not log in anyway are counted, but not against the account.
 */
static void test_nobody_locks_another_out(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence(), su = evidence();
    ev.address = OUTSIDE;
    su.service = "su";
    su.auth_info = NULL;
    su.caller_uid = su.login_uid = 61000;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(try_password(f, &ev, "wrong"), GDPOP_DENIED_CREDENTIAL);
        assert_int_equal(try_password(f, &su, "wrong"), GDPOP_DENIED_CREDENTIAL);
    }
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD),
                     GDPOP_DENIED_CREDENTIAL); /* the source is locked */
    assert_int_equal(events(f, "account.lockout", "done"), 0);
    assert_int_equal(events(f, "source.lockout", "done"), 2);
    ev.address = WORKPLACE;
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
}

/* Of a hundred processes that guess at once, five are compared and all are seen. */
static void test_burst(void **state)
{
    enum { PROCESSES = 100 };
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    int gate[2], allowed = 0;
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            char go;
            struct gdpop_verdict v;
            close(gate[1]);
            ssize_t n = read(gate[0], &go, 1);
            gdpop_authenticate(f->g, &ev, "wrong", 5, &v);
            _exit(n == 0 && v.outcome == GDPOP_DENIED_CREDENTIAL ? 0
                  : v.outcome == GDPOP_ALLOWED                   ? 1
                                                                 : 2);
        }
        assert_true(pid > 0);
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 2)
            fail_msg("a process got an error instead of an answer");
        allowed += WEXITSTATUS(status) == 1;
    }
    assert_int_equal(allowed, 0);
    assert_int_equal(events(f, "account.lockout", "done"), 1);
    assert_int_equal(events(f, "login.auth", "failed"),
                     10); /* the first ten are events, then one summary */
    assert_int_equal(events(f, "login.flood", "denied"), 1);
    struct call call;
    Model__Counter *counter;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(store_get_counter(call.txn, USER, &counter));
    assert_int_equal(counter->failures_since_login, 5);
    assert_true(counter->locked_until_at > clock_now());
    call_close(&call);
}

static void test_unknown_names_are_kept_as_digests(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct count_events seen = {"login.auth", "failed", 0};
    ev.user = "Spring#2026-Guangzhou"; /* a password typed at the name prompt */
    assert_int_equal(try_password(f, &ev, "x"), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(events(f, seen.action, seen.outcome), 1);
    char command[256];
    snprintf(command, sizeof(command), "! grep -rqa 'Spring#2026' %s/store", f->dir);
    assert_int_equal(system(command), 0);
}

static int lend(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    if (r == 0)
        snprintf(arg, 16, "%s", x->state);
    return r;
}

static void test_a_lent_password_freezes(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence su = evidence();
    struct gdpop_verdict v;
    char now[16];
    su.service = "su";
    su.auth_info = NULL;
    su.address = NULL;
    su.login_uid = 61000;
    assert_int_equal(try_password(f, &su, FIRST_PASSWORD), GDPOP_ALLOWED);
    assert_ok(gdpop_account(f->g, &su, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_int_equal(events(f, "lending.proven", "denied"), 1);
    with_store(f, lend, now);
    assert_string_equal(now, "frozen");
}

static int put_colleague(struct txn *t, void *arg)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    x.name = T("colleague");
    x.organisation = T("yuexiu");
    x.state = T("active");
    x.uid = x.gid = *(const uid_t *)arg;
    return store_put_account(t, &x);
}

/* Root's process (its pid is returned) below one that runs as uid, whose pid is *parent. */
static pid_t start_below(uid_t uid, pid_t *parent)
{
    int ready[2];
    pid_t pid;
    assert_int_equal(pipe(ready), 0);
    if ((*parent = fork()) == 0) {
        if ((pid = fork()) == 0) {
            pause();
            _exit(0);
        }
        if (setresuid(uid, uid, uid) != 0 || write(ready[1], &pid, sizeof(pid)) < 0)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &pid, sizeof(pid)), sizeof(pid));
    close(ready[0]);
    close(ready[1]);
    return pid;
}

/* Where no login uid is kept, su out of a root shell is still its owner's act. */
static void test_a_root_shell_is_its_owners(void **state)
{
    struct fixture *f = *state;
    uid_t colleague = USER_UID + 50, stranger = USER_UID + 51;
    const struct {
        uid_t uid;
        const char *code;
    } cases[] = {{colleague, "N01"}, {USER_UID, ""}, {stranger, ""}, {0, ""}};
    with_store(f, put_colleague, &colleague);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gdpop_evidence su = evidence();
        struct gdpop_verdict v;
        pid_t parent;
        su.service = "su";
        su.auth_info = su.address = NULL;
        su.caller_uid = 0;
        su.login_uid = UINT32_MAX;
        su.leader_pid = start_below(cases[i].uid, &parent);
        assert_ok(gdpop_account(f->g, &su, &v));
        kill(parent, SIGKILL);
        waitpid(parent, NULL, 0);
        kill(su.leader_pid, SIGKILL);
        waitpid(su.leader_pid, NULL, 0); /* where this process is the one that inherits it */
        if (strcmp(v.code, cases[i].code) != 0)
            fail_msg("below uid %u: %s", cases[i].uid, v.sentence);
    }
}

#define SECOND_KEY                                                                                 \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICIBAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"

static int put_second_device(struct txn *t, void *arg)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    char *keys[] = {T(SECOND_KEY)};
    (void)arg;
    d.id = T("D000002");
    d.name = T("phone-1");
    d.organisation = T("yuexiu");
    d.state = T("bound");
    d.keys = keys;
    d.n_keys = 1;
    b.device = d.id;
    b.account = T(USER);
    int r = store_put_device(t, &d);
    return r == 0 ? store_put_binding(t, &b) : r;
}

/* While a session lives on one device another device is refused; the same one is not; when the
 * session's leader is gone, nothing stands in the way whatever the table says. */
static void test_a_second_device_is_refused(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence first = evidence(), second = evidence();
    struct gdpop_verdict v;
    with_store(f, put_second_device, NULL);
    pid_t leader = fork();
    if (leader == 0) {
        pause();
        _exit(0);
    }
    first.leader_pid = leader;
    second.auth_info = "publickey " SECOND_KEY "\n";
    assert_ok(gdpop_session_open(f->g, &first, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_ok(gdpop_session_open(f->g, &second, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_string_equal(v.code, "H01");
    kill(leader, SIGKILL);
    waitpid(leader, NULL, 0);
    assert_ok(gdpop_session_open(f->g, &second, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_allowed_at_the_workplace, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_account_denials, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_key_alone_is_judged_in_the_session, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_lockout_after_five, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_locks_another_out, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_burst, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_unknown_names_are_kept_as_digests, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_lent_password_freezes, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_second_device_is_refused, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_root_shell_is_its_owners, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_among_themselves(run);
}
