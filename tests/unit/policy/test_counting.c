/* Against whom a wrong password counts, and what a right one does beyond letting in. */
#include "fixture.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define SECOND_USER "gdpop-lisi"
enum { SECOND_UID = 60002 };

/* A colleague with the same password and no device. */
static int put_second_account(struct txn *t, void *arg)
{
    Model__Account *x;
    Model__Credential *c;
    int r;
    (void)arg;
    if ((r = store_get_account(t, USER, &x)) != 0 || (r = store_get_credential(t, USER, &c)) != 0)
        return r;
    x->name = T(SECOND_USER);
    x->person = T("P000002");
    x->uid = x->gid = SECOND_UID;
    r = store_put_account(t, x);
    return r == 0 ? store_put_credential(t, SECOND_USER, c) : r;
}

static void guess(struct fixture *f, const struct gdpop_evidence *ev, int times)
{
    for (int i = 0; i < times; i++)
        assert_int_equal(try_password(f, ev, "wrong"), GDPOP_DENIED_CREDENTIAL);
}

/* Five tries from a source are five, whatever account of one's own one logs in with in between. */
static void test_an_own_login_gives_no_new_tries(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence victim = evidence(), own = evidence();
    with_store(f, put_second_account, NULL);
    victim.address = own.address = OUTSIDE;
    own.user = SECOND_USER;
    guess(f, &victim, 4);
    assert_int_equal(try_password(f, &own, FIRST_PASSWORD), GDPOP_ALLOWED);
    guess(f, &victim, 1);
    assert_int_equal(try_password(f, &victim, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(events(f, "source.lockout", "done"), 1);
}

/* One who has an IPv6 address has its /64. */
static void test_a_network_of_addresses_is_one_source(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    char address[46];
    ev.address = address;
    for (int i = 0; i < 5; i++) {
        snprintf(address, sizeof(address), "2001:db8:0:7:%x::1", i + 1);
        guess(f, &ev, 1);
    }
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    strcpy(address, "2001:db8:0:8::1");
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    for (int i = 0; i < 5; i++) { /* spellings of one address */
        static const char *const spelt[] = {OUTSIDE, ("::ffff:" OUTSIDE), "::FFFF:c633:6407",
                                            OUTSIDE, "0:0:0:0:0:ffff:c633:6407"};
        ev.address = spelt[i];
        guess(f, &ev, 1);
    }
    ev.address = OUTSIDE;
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
}

static int lose_device(struct txn *t, void *arg)
{
    Model__Device *d;
    int r = store_get_device(t, "D000001", &d);
    d->state = arg;
    return r == 0 ? store_put_device(t, d) : r;
}

/* From where the account is refused whatever the password, nobody locks it. */
static void test_sources_that_cannot_lock(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence cases[] = {evidence(), evidence(), evidence(), evidence(), evidence()};
    cases[0].address = NULL;
    cases[1].auth_info = NULL; /* a password alone */
    cases[2].service = "login";
    cases[2].tty = "tty1"; /* a console without its device */
    cases[2].address = NULL;
    cases[3].service = "gdm-autologin";
    cases[4].service = "gdpop-admin"; /* a witness at another's terminal */
    cases[4].login_uid = 61000;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        guess(f, &cases[i], 6);
        if (events(f, "account.lockout", "done") != 0)
            fail_msg("case %zu locks the account", i);
    }
    struct gdpop_evidence ev = evidence();
    with_store(f, lose_device, T("lost")); /* whoever found it */
    guess(f, &ev, 6);
    with_store(f, lose_device, T("bound"));
    assert_int_equal(events(f, "account.lockout", "done"), 0);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
}

/* The same services in the account's own hands count against it. */
static void test_sources_that_lock(void **state)
{
    struct fixture *f;
    struct gdpop_evidence cases[] = {evidence(), evidence(), evidence()};
    (void)state;
    cases[0].service = "passwd";
    cases[0].login_uid = USER_UID;
    cases[1].service = "sudo";
    cases[1].login_uid = UINT32_MAX;
    cases[1].caller_uid = 0;
    cases[2].service = "xscreensaver";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fixture_setup((void **)&f), 0);
        guess(f, &cases[i], 5);
        if (events(f, "account.lockout", "done") != 1)
            fail_msg("case %zu does not lock the account", i);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

static int put_permit(struct txn *t, void *arg)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    p.id = T("X000001");
    p.kind = arg;
    p.from_at = clock_now() - CLOCK_DAY;
    p.until_at = clock_now() + CLOCK_DAY;
    p.setting = strcmp(arg, "observe") == 0 ? T("lending") : T("lending_check");
    p.value = T("no");
    return store_put_permit(t, &p);
}

static int read_state(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    if (r == 0)
        snprintf(arg, 16, "%s", x->state);
    return r;
}

/* A rule that only observes, or that a waiver has put out of force, freezes nobody. */
static void test_lending_freezes_only_in_force(void **state)
{
    static const char *const kinds[] = {"observe", "waiver"};
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct fixture *f;
        char now[16];
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_store(f, put_permit, T(kinds[i]));
        struct gdpop_evidence su = evidence();
        su.service = "su";
        su.login_uid = 61000;
        assert_int_equal(try_password(f, &su, FIRST_PASSWORD), GDPOP_ALLOWED);
        with_store(f, read_state, now);
        assert_string_equal(now, "active");
        assert_int_equal(events(f, "lending.proven", "denied"), 0);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

static bool has_open(pid_t pid, const char *name)
{
    char dir[64], path[320], target[512];
    bool found = false;
    snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)pid);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strstr(target, name) != NULL;
    }
    if (d)
        closedir(d);
    return found;
}

static int put_other_password(struct txn *t, void *arg)
{
    struct secret password = {0};
    Model__Credential *c;
    char salt[PHASH_MAX_BYTES], hash[PHASH_MAX_BYTES];
    int r = store_get_credential(t, USER, &c);
    (void)arg;
    assert_ok(secret_set(&password, "Another#2026-Word", 17));
    assert_ok(phash_salt("$5$", 1000, salt));
    assert_ok(phash_make(&password, salt, hash));
    c->hash = hash;
    return r == 0 ? store_put_credential(t, USER, c) : r;
}

/* A password that is changed while somebody waits to try the old one is tried against the new. */
static void test_the_password_changes_while_one_waits(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct lock lock = LOCK_NONE;
    int status, ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    assert_ok(store_count_lock(&f->g->conf, USER, &lock));
    pid_t pid = fork();
    if (pid == 0) {
        close(lock.fd); /* what it opens now is its own */
        if (write(ready[1], "x", 1) != 1)
            _exit(90);
        _exit((int)try_password(f, &ev, FIRST_PASSWORD));
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    while (!has_open(pid, "counters.lock"))
        sched_yield();
    with_store(f, put_other_password, NULL);
    lock_release(&lock);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(try_password(f, &ev, "Another#2026-Word"), GDPOP_ALLOWED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_own_login_gives_no_new_tries, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_network_of_addresses_is_one_source, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_sources_that_cannot_lock, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(test_sources_that_lock),
        cmocka_unit_test(test_lending_freezes_only_in_force),
        cmocka_unit_test_setup_teardown(test_the_password_changes_while_one_waits, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
