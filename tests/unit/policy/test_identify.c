/* Whose account a name is, with the local passwd file replaced in a private mount namespace. */
#include "fixture.h"

#include "policy/local.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PASSWD_LINES                                                                               \
    "root:x:0:0:root:/root:/bin/bash\n"                                                            \
    "toor:x:0:0::/root:/bin/bash\n"                                                                \
    "www-data:x:33:33::/var/www:/usr/sbin/nologin\n"                                               \
    "edge:x:999:999::/:/bin/sh\n"                                                                  \
    "beyond:x:1000:1000::/:/bin/sh\n"                                                              \
    "rescue:x:1001:1001::/:/bin/sh\n"

static char passwd_path[] = "/tmp/gdpop-passwd-XXXXXX";

static void write_passwd(const char *more)
{
    FILE *file = fopen(passwd_path, "w");
    assert_non_null(file);
    fprintf(file, PASSWD_LINES "%s", more);
    assert_int_equal(fclose(file), 0);
}

static int enter_namespace(void **state)
{
    int fd = mkstemp(passwd_path);
    (void)state;
    if (fd < 0 || fchmod(fd, 0644) != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(passwd_path, "/etc/passwd", NULL, MS_BIND, NULL) != 0)
        return -1;
    close(fd);
    return 0;
}

static int leave_namespace(void **state)
{
    (void)state;
    return umount("/etc/passwd") | unlink(passwd_path);
}

static int setup(void **state)
{
    write_passwd("");
    return fixture_setup(state);
}

static struct gdpop_verdict identified(struct gdpop *g, const char *user)
{
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    ev.user = user;
    identify(g, &ev, &v);
    return v;
}

static void expect(struct gdpop *g, const char *user, enum gdpop_outcome outcome, bool conflict)
{
    struct gdpop_verdict v = identified(g, user);
    if (v.outcome != outcome || v.local_conflict != conflict)
        fail_msg("%s: outcome %d, conflict %d", user ? user : "(none)", (int)v.outcome,
                 v.local_conflict);
}

static void test_names(void **state)
{
    struct fixture *f = *state;
    char passwd[256];
    expect(f->g, "root", GDPOP_IGNORED, false);
    expect(f->g, "toor", GDPOP_IGNORED, false); /* 0 is below local_uid_max */
    expect(f->g, "www-data", GDPOP_IGNORED, false);
    expect(f->g, "edge", GDPOP_IGNORED, false);
    expect(f->g, "beyond", GDPOP_DENIED, true);
    expect(f->g, "rescue", GDPOP_DENIED, true); /* not named as break-glass here */
    expect(f->g, USER, GDPOP_DENIED, false);
    expect(f->g, "nobody-knows", GDPOP_DENIED, false);
    expect(f->g, "", GDPOP_DENIED, false);
    expect(f->g, NULL, GDPOP_DENIED, false);
    expect(f->g, "roo", GDPOP_DENIED, false);
    expect(f->g, "root:x", GDPOP_DENIED, false);
    expect(f->g, "ROOT", GDPOP_DENIED, false);
    /* the account's own name in the local file: the same uid is an old line, another stands in the
     * way, however low */
    snprintf(passwd, sizeof(passwd), "%s:x:%d:%d::/home/x:/bin/sh\n", USER, USER_UID, USER_UID);
    write_passwd(passwd);
    expect(f->g, USER, GDPOP_DENIED, false);
    snprintf(passwd, sizeof(passwd), "%s:x:33:33::/home/x:/bin/sh\n", USER);
    write_passwd(passwd);
    expect(f->g, USER, GDPOP_DENIED, true);
    snprintf(passwd, sizeof(passwd), "%s:x:%d:33::/home/x:/bin/sh\n", USER, USER_UID + 1);
    write_passwd(passwd);
    expect(f->g, USER, GDPOP_DENIED, true);
}

/* The limit of local uids and the names of break-glass are those of the configuration. */
static void test_configuration(void **state)
{
    struct fixture *f = *state;
    f->g->conf.local_uid_max = 1000;
    expect(f->g, "beyond", GDPOP_IGNORED, false);
    expect(f->g, "rescue", GDPOP_DENIED, true);
    f->g->conf.local_uid_max = 998;
    expect(f->g, "edge", GDPOP_DENIED, true);
    f->g->conf.break_glass_count = 2;
    strcpy(f->g->conf.break_glass[1], "rescue");
    expect(f->g, "rescue", GDPOP_IGNORED, false);
    strcpy(f->g->conf.break_glass[1], "absent");
    expect(f->g, "absent", GDPOP_DENIED, false); /* break-glass is local or nothing */
}

/* A conflict denies every phase without a look at the store, and leaves an event. */
static void test_a_local_account_in_the_way(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    char passwd[256];
    snprintf(passwd, sizeof(passwd), "%s:x:70000:70000::/home/x:/bin/sh\n", USER);
    write_passwd(passwd);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_CREDENTIAL);
    assert_int_equal(events(f, "login.auth", "denied"), 1);
    ev.password_proved = true;
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_true(v.local_conflict);
    assert_int_equal(events(f, "login.account", "denied"), 1);
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_ok(gdpop_password_ready(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_ok(gdpop_password_change(f->g, &ev, NULL, 0, "x", 1, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
}

/* Without the snapshot nobody can tell whether a local name is gdpop's too: only break-glass is let
 * through. */
static void test_without_a_snapshot(void **state)
{
    struct fixture *f = *state;
    FILE *file;
    for (int damaged = 0; damaged < 2; damaged++) {
        unlink(f->g->conf.snapshot);
        if (damaged) {
            assert_non_null(file = fopen(f->g->conf.snapshot, "w"));
            fputs("no snapshot", file);
            fclose(file);
        }
        expect(f->g, "root", GDPOP_IGNORED, false);
        expect(f->g, "www-data", GDPOP_DENIED, true);
        expect(f->g, "beyond", GDPOP_DENIED, true);
        expect(f->g, USER, GDPOP_DENIED, false);
    }
}

/* Runs how in the fixture's directory. */
static void destroy(struct fixture *f, const char *how)
{
    char command[512];
    snprintf(command, sizeof(command), "cd %s && %s", f->dir, how);
    assert_int_equal(system(command), 0);
}

/* A broken store, missing keys: break-glass passes every phase, the rest is denied. */
static void test_break_glass_with_a_broken_store(void **state)
{
    static const char *const ways[] = {
        "printf damaged > store/data.mdb",
        "rm -f store/lock.mdb",
        "rm -rf store",
        "rm -rf keys",
        "chmod 0777 store",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fixture *f;
        struct gdpop_verdict v;
        assert_int_equal(fixture_setup((void **)&f), 0);
        destroy(f, ways[i]);
        struct gdpop_evidence ev = evidence();
        ev.user = "root";
        assert_ok(gdpop_identify(f->g, &ev, &v));
        assert_int_equal(v.outcome, GDPOP_IGNORED);
        assert_ok(gdpop_authenticate(f->g, &ev, "x", 1, &v));
        assert_int_equal(v.outcome, GDPOP_IGNORED);
        assert_ok(gdpop_account(f->g, &ev, &v));
        assert_int_equal(v.outcome, GDPOP_IGNORED);
        assert_ok(gdpop_session_open(f->g, &ev, &v));
        assert_int_equal(v.outcome, GDPOP_IGNORED);
        assert_ok(gdpop_session_close(f->g, &ev, NULL));
        ev.user = USER;
        assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_UNAVAILABLE);
        ev.password_proved = true;
        assert_true(gdpop_account(f->g, &ev, &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        assert_true(v.error < 0);
        assert_true(gdpop_session_open(f->g, &ev, &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        assert_true(gdpop_password_ready(f->g, &ev, &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        assert_true(gdpop_password_change(f->g, &ev, NULL, 0, "x", 1, &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

/* gdpop.conf missing, malformed or writable by others: a handle that knows root, and the names that
 * were read before the mistake. */
static void test_break_glass_with_a_bad_configuration(void **state)
{
    static const char *const ways[] = {
        "rm gdpop.conf",          "echo nonsense >> gdpop.conf",       "chmod 0666 gdpop.conf",
        "chown 60001 gdpop.conf", "rm gdpop.conf && mkdir gdpop.conf",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct fixture *f;
        struct gdpop *g;
        struct gdpop_verdict v;
        assert_int_equal(fixture_setup((void **)&f), 0);
        destroy(f, ways[i]);
        assert_true(gdpop_open(f->conf_path, &g) < 0);
        assert_non_null(g);
        expect(g, "root", GDPOP_IGNORED, false);
        expect(g, "www-data", GDPOP_DENIED, true); /* where the snapshot is cannot be known */
        struct gdpop_evidence ev = evidence();
        assert_true(gdpop_authenticate(g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        assert_true(gdpop_account(g, &ev, &v) < 0);
        assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
        ev.user = "root";
        assert_ok(gdpop_identify(g, &ev, &v));
        assert_int_equal(v.outcome, GDPOP_IGNORED);
        gdpop_close(g);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

struct actors {
    unsigned by_user, by_root, floods, elevated;
};

static int count_actors(const Model__Event *e, void *arg)
{
    struct actors *a = arg;
    if (strncmp(e->action, "breakglass.", 11) == 0) {
        a->by_user += strcmp(e->actor, USER) == 0 && strcmp(e->subject, "root") == 0;
        a->by_root += strcmp(e->actor, "root") == 0;
    }
    a->floods += strcmp(e->action, "login.flood") == 0;
    a->elevated += strcmp(e->action, "elevate.session") == 0 && strcmp(e->actor, USER) == 0 &&
                   strcmp(e->subject, "root") == 0 && strcmp(e->outcome, "allowed") == 0;
    return 0;
}

static struct actors read_actors(struct fixture *f)
{
    struct actors a = {0};
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_walk(call.txn, 1, 0, count_actors, &a));
    call_close(&call);
    return a;
}

/* The session of root names who became root, whatever limits that person has set: by sudo it is the
 * person's own right, by su with root's password a break-glass login. */
static void becomes_root(struct fixture *f, const char *service)
{
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    int status;
    ev.service = service;
    ev.user = "root";
    ev.address = NULL;
    ev.login_uid = USER_UID;
    ev.caller_uid = USER_UID;
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit;
        getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 0;
        signal(SIGCHLD, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || setresuid(USER_UID, 0, 0) != 0)
            _exit(90);
        gdpop_session_open(f->g, &ev, &v);
        _exit((int)v.outcome);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, GDPOP_IGNORED << 8);
}

static void test_break_glass_events_name_the_person(void **state)
{
    static const char *const services[] = {"sudo", "sudo-i", "su", "su-l", "sudoku"};
    static const unsigned elevated[] = {1, 2, 2, 2, 2}, by_user[] = {0, 0, 1, 2, 3};
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        becomes_root(f, services[i]);
        assert_int_equal(read_actors(f).elevated, elevated[i]);
        assert_int_equal(read_actors(f).by_user, by_user[i]);
    }
    ev.service = "sudo"; /* by root itself, from no session */
    ev.user = "root";
    ev.address = NULL;
    ev.login_uid = UINT32_MAX;
    ev.caller_uid = 0;
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(read_actors(f).by_root, 1);
}

/* Guesses at root's password from one network: ten events and a summary, then nothing; sessions are
 * always told. */
static void test_break_glass_events_are_limited(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    char address[46];
    ev.user = "root";
    for (int i = 1; i <= 15; i++) {
        snprintf(address, sizeof(address), "2001:db8:0:7::%x", i);
        ev.address = address;
        assert_ok(gdpop_identify(f->g, &ev, &v));
    }
    struct actors a = read_actors(f);
    assert_int_equal(a.by_root, 10);
    assert_int_equal(a.floods, 1);
    ev.address = "2001:db8:0:8::1";
    assert_ok(gdpop_identify(f->g, &ev, &v));
    assert_int_equal(read_actors(f).by_root, 11);
    ev.address = address;
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(read_actors(f).by_root, 12);
}

/* A line longer than any buffer neither hides the ones behind it nor holds the login up. */
static void test_overlong_lines(void **state)
{
    struct fixture *f = *state;
    enum { BYTES = 70000 };
    char *more = malloc(BYTES + 256);
    assert_non_null(more);
    int n = sprintf(more, "long:x:1200:1200:");
    memset(more + n, 'g', BYTES);
    strcpy(more + n + BYTES, ":/:/bin/sh\nlast:x:12:12::/:/bin/sh\n");
    write_passwd(more);
    free(more);
    alarm(30);
    expect(f->g, "last", GDPOP_IGNORED, false);
    expect(f->g, "root", GDPOP_IGNORED, false);
    expect(f->g, "long", GDPOP_DENIED, true);
    expect(f->g, USER, GDPOP_DENIED, false);
    assert_true(local_has_uid(12));
    assert_true(local_has_uid(1200));
    assert_false(local_has_uid(1201));
    alarm(0);
}

/* Lines that are none, comments and NIS leftovers name nobody. */
static void test_odd_lines(void **state)
{
    struct fixture *f = *state;
    write_passwd("# comment\n\n+\n+@admins\n-nobody\nbad:x:abc:1::/:/bin/sh\nhalf:x:12\n"
                 "tail:x:13:13::/:/bin/sh");
    expect(f->g, "tail", GDPOP_IGNORED, false);
    expect(f->g, "bad", GDPOP_DENIED, false);
    expect(f->g, "half", GDPOP_DENIED, false);
    expect(f->g, "", GDPOP_DENIED, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_configuration, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_local_account_in_the_way, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_without_a_snapshot, setup, fixture_teardown),
        cmocka_unit_test(test_break_glass_with_a_broken_store),
        cmocka_unit_test(test_break_glass_with_a_bad_configuration),
        cmocka_unit_test_setup_teardown(test_break_glass_events_name_the_person, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_break_glass_events_are_limited, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_overlong_lines, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_odd_lines, setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, enter_namespace, leave_namespace);
}
