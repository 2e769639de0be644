/* Sessions: opened and closed, alone or beside others, on a real store. */
#include "fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

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

static int set_sharing_action(struct txn *t, void *arg)
{
    Model__Override o = MODEL__OVERRIDE__INIT;
    o.setting = T("sharing_action");
    o.value = arg;
    int r = store_put_override(t, &o);
    return r == 0 ? policy_compile(t) : r;
}

static struct gdpop_evidence on_second_device(void)
{
    struct gdpop_evidence ev = evidence();
    ev.auth_info = "publickey " SECOND_KEY "\n";
    return ev;
}

static unsigned open_sessions(struct fixture *f)
{
    struct call call;
    Model__Session **list;
    size_t count;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(store_open_sessions(call.txn, USER, &list, &count));
    call_close(&call);
    return (unsigned)count;
}

static struct gdpop_verdict open_one(struct fixture *f, const struct gdpop_evidence *ev)
{
    struct gdpop_verdict v;
    gdpop_session_open(f->g, ev, &v);
    return v;
}

static void expect(struct gdpop_verdict v, enum gdpop_outcome outcome, const char *code)
{
    if (v.outcome != outcome || strcmp(v.code, code) != 0)
        fail_msg("outcome %d, \"%s\", error %d %s", (int)v.outcome, v.sentence, v.error,
                 err_sentence());
    assert_int_equal(v.session[0] != '\0', outcome == GDPOP_ALLOWED);
}

/* A process that waits to be ended; real uid, and its login uid where the kernel lets it be set. */
static pid_t start_process(uid_t uid, uid_t login_uid)
{
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        FILE *file = login_uid ? fopen("/proc/self/loginuid", "we") : NULL;
        if (file) {
            fprintf(file, "%u", (unsigned)login_uid);
            fclose(file);
        }
        if (uid && setresuid(uid, uid, uid) != 0)
            _exit(90);
        if (write(ready[1], "x", 1) != 1)
            _exit(91);
        pause();
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    return pid;
}

static uint32_t audit_session_of(pid_t pid)
{
    char path[64];
    unsigned number = UINT32_MAX;
    snprintf(path, sizeof(path), "/proc/%d/sessionid", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%u", &number) != 1)
        number = UINT32_MAX;
    if (file)
        fclose(file);
    return number;
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Which signal it died of. */
static int how_it_ended(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* ---- One session ---- */

static void test_close(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence(), elsewhere = evidence();
    struct gdpop_verdict first = open_one(f, &ev), second = open_one(f, &ev);
    expect(first, GDPOP_ALLOWED, "");
    expect(second, GDPOP_ALLOWED, "");
    assert_string_not_equal(first.session, second.session);
    assert_int_equal(first.idle_sec, 1800);
    assert_int_equal(open_sessions(f), 2);
    assert_ok(gdpop_session_close(f->g, &ev, "no such session"));
    assert_int_equal(open_sessions(f), 2);
    assert_ok(gdpop_session_close(f->g, &ev, first.session));
    assert_int_equal(open_sessions(f), 1);
    assert_ok(gdpop_session_close(f->g, &ev, first.session)); /* once is enough */
    assert_int_equal(events(f, "session.close", "done"), 1);
    elsewhere.leader_pid = 1;
    if (ev.leader_pid == 1)
        elsewhere.leader_pid = 2;
    assert_ok(gdpop_session_close(f->g, &elsewhere, NULL)); /* another process leads none */
    assert_int_equal(open_sessions(f), 1);
    assert_ok(gdpop_session_close(f->g, &ev, ""));
    assert_int_equal(open_sessions(f), 0);
    ev.user = "root";
    assert_ok(gdpop_session_close(f->g, &ev, second.session));
    assert_int_equal(events(f, "session.close", "done"), 2);
}

/* A refusal is an event and nothing else: no session, no login. */
static void test_a_refusal_leaves_no_session(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence cases[] = {evidence(), evidence(), evidence(), evidence()};
    static const char *const codes[] = {"W02", "V02", "F06", "C01"};
    cases[0].address = OUTSIDE;
    cases[1].auth_info = NULL;
    cases[2].user = "nobody-knows";
    cases[3].service = "gdm-autologin";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(open_one(f, &cases[i]), GDPOP_DENIED, codes[i]);
    assert_int_equal(open_sessions(f), 0);
    assert_int_equal(events(f, "login.session", "denied"), 4);
    assert_int_equal(events(f, "login.session", "allowed"), 0);
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v = open_one(f, &ev);
    assert_null(strstr(v.notice, "Last login")); /* it is the first */
}

/* A leader that has gone would be a session that never was. */
static void test_the_leader_must_live(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    ev.leader_pid = start_process(0, 0);
    end_process(ev.leader_pid);
    expect(open_one(f, &ev), GDPOP_DENIED_UNAVAILABLE, "");
    ev.leader_pid = 0;
    expect(open_one(f, &ev), GDPOP_DENIED_UNAVAILABLE, "");
    assert_int_equal(open_sessions(f), 0);
}

static void test_the_notice_tells_of_failures(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    expect(open_one(f, &ev), GDPOP_ALLOWED, "");
    struct gdpop_verdict v = open_one(f, &ev);
    assert_non_null(strstr(v.notice, "Last login: "));
    assert_non_null(strstr(v.notice, " from " WORKPLACE "."));
    assert_null(strstr(v.notice, "failed"));
    for (int i = 0; i < 3; i++)
        try_password(f, &ev, "wrong");
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED);
    v = open_one(f, &ev);
    assert_non_null(strstr(v.notice, "3 failed attempts since then"));
    v = open_one(f, &ev);
    assert_null(strstr(v.notice, "failed"));
}

static int make_old(struct txn *t, void *arg)
{
    Model__Credential *c;
    int r = store_get_credential(t, USER, &c);
    (void)arg;
    c->set_at = clock_now() - 400 * CLOCK_DAY;
    return r == 0 ? store_put_credential(t, USER, c) : r;
}

/* A password that is due was spoken of in the account phase. */
static void test_a_due_password_opens(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    with_store(f, make_old, NULL);
    struct gdpop_verdict v;
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_int_equal(open_sessions(f), 1);
}

/* su and jobs are no logins: they open nothing and change no last login. */
static void test_only_logins_are_sessions(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    ev.service = "su";
    ev.login_uid = USER_UID;
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_string_equal(v.session, "");
    ev.service = "systemd-user"; /* no session lives */
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_string_equal(v.code, "C03");
    assert_int_equal(open_sessions(f), 0);
    ev = evidence();
    expect(open_one(f, &ev), GDPOP_ALLOWED, "");
    ev.service = "systemd-user";
    assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_int_equal(open_sessions(f), 1);
}

/* ---- Evidence of place and device ---- */

static int bind_console(struct txn *t, void *arg)
{
    Model__Host *h;
    char id[33];
    host_machine_id(id);
    int r = store_get_host(t, id, &h);
    h->device = arg;
    return r == 0 ? store_put_host(t, h) : r;
}

/* A terminal of this host is a place and a device, unless the login comes over a network. */
static void test_console(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *tty, *address, *code;
    } cases[] = {
        {"tty1", NULL, ""},          {"/dev/tty1", NULL, ""},    {"tty1", "127.0.0.1", ""},
        {"tty1", OUTSIDE, "W01"},    {"tty1", WORKPLACE, "W01"}, {"tty1", "desk.example", "W01"},
        {"pts/1", NULL, "W01"},      {NULL, NULL, "W01"},        {"tty", NULL, "W01"},
        {"/dev/pts/1", NULL, "W01"},
    };
    with_store(f, bind_console, T("D000001"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gdpop_evidence ev = evidence();
        ev.service = "login";
        ev.auth_info = NULL;
        ev.tty = cases[i].tty;
        ev.address = cases[i].address;
        struct gdpop_verdict v = open_one(f, &ev);
        if (strcmp(v.code, cases[i].code) != 0 ||
            v.outcome != (cases[i].code[0] ? GDPOP_DENIED : GDPOP_ALLOWED))
            fail_msg("case %zu: \"%s\"", i, v.sentence);
    }
}

struct span {
    int64_t from_at, until_at;
};

static int put_binding_span(struct txn *t, void *arg)
{
    const struct span *s = arg;
    Model__Binding b = MODEL__BINDING__INIT;
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_account(t, USER, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        list[i]->until_at = 1;
        r = store_put_binding(t, list[i]);
    }
    b.device = T("D000001");
    b.account = T(USER);
    b.from_at = s->from_at;
    b.until_at = s->until_at;
    return r == 0 ? store_put_binding(t, &b) : r;
}

static void test_a_binding_holds_in_its_time(void **state)
{
    int64_t now = clock_now();
    const struct {
        struct span span;
        const char *code;
    } cases[] = {
        {{now - CLOCK_DAY, 0}, ""},
        {{now - CLOCK_DAY, now + CLOCK_DAY}, ""},
        {{now - CLOCK_DAY, now - 1}, "V06"},
        {{now + CLOCK_DAY, 0}, "V06"}, /* the first one is over, the next has not begun */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;
        struct gdpop_evidence ev = evidence();
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_store(f, put_binding_span, (void *)(uintptr_t)&cases[i].span);
        struct gdpop_verdict v = open_one(f, &ev);
        if (strcmp(v.code, cases[i].code) != 0)
            fail_msg("case %zu: \"%s\"", i, v.sentence);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

/* ---- Beside others ---- */

/* A session whose process is gone, whose number is another's by now or that is of an earlier boot
 * stands in nobody's way. */
static int spoil_sessions(struct txn *t, void *arg)
{
    Model__Session **list;
    size_t count;
    int r = store_open_sessions(t, USER, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (arg)
            list[i]->boot_id = T("an earlier boot");
        else
            list[i]->leader_start++;
        r = store_put_session(t, list[i]);
    }
    return r;
}

static void test_dead_sessions(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        struct fixture *f;
        struct gdpop_evidence first = evidence(), second = on_second_device();
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_store(f, put_second_device, NULL);
        first.leader_pid = start_process(0, 0);
        expect(open_one(f, &first), GDPOP_ALLOWED, "");
        expect(open_one(f, &second), GDPOP_DENIED, "H01");
        if (way == 0)
            end_process(first.leader_pid);
        else
            with_store(f, spoil_sessions, way == 1 ? NULL : T("boot"));
        expect(open_one(f, &second), GDPOP_ALLOWED, "");
        if (way != 0)
            end_process(first.leader_pid);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

/* A web server leads the sessions of all who use it: that its process is the same says nothing. */
static void test_one_process_with_two_devices(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence first = evidence(), second = on_second_device();
    with_store(f, put_second_device, NULL);
    expect(open_one(f, &first), GDPOP_ALLOWED, "");
    expect(open_one(f, &first), GDPOP_ALLOWED, "");
    expect(open_one(f, &second), GDPOP_DENIED, "H01");
    assert_int_equal(open_sessions(f), 2);
}

/* The newer session wins: the one on the other device ends, those on the same device stay. Where
 * the kernel does not tell sessions apart, nothing could be ended, and the newer one is refused. */
static void test_end_other(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence same = evidence(), other = on_second_device(), third = evidence();
    with_store(f, put_second_device, NULL);
    with_store(f, set_sharing_action, T("end_other"));
    other.leader_pid = start_process(0, USER_UID);
    other.audit_session = audit_session_of(other.leader_pid);
    other.login_uid = USER_UID;
    bool told_apart = other.audit_session != UINT32_MAX;
    expect(open_one(f, &other), GDPOP_ALLOWED, "");
    same.leader_pid = start_process(0, 0);
    third.leader_pid = start_process(0, 0);
    struct gdpop_verdict v = open_one(f, &same);
    if (!told_apart) {
        expect(v, GDPOP_DENIED, "H01");
        end_process(other.leader_pid);
    } else {
        expect(v, GDPOP_ALLOWED, "");
        assert_non_null(strstr(v.notice, "H03"));
        assert_int_equal(how_it_ended(other.leader_pid), SIGTERM);
        assert_int_equal(events(f, "session.end", "done"), 1);
        expect(open_one(f, &third), GDPOP_ALLOWED, "");
        assert_int_equal(open_sessions(f), 2);
        assert_int_equal(events(f, "session.end", "done"), 1);
    }
    end_process(same.leader_pid);
    end_process(third.leader_pid);
}

static void test_end_other_without_a_session_number(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence first = evidence(), second = on_second_device();
    struct gdpop_verdict v;
    with_store(f, put_second_device, NULL);
    with_store(f, set_sharing_action, T("end_other"));
    first.leader_pid = start_process(0, 0);
    expect(open_one(f, &first), GDPOP_ALLOWED, "");
    second.password_proved = true;
    assert_ok(gdpop_account(f->g, &second, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    expect(open_one(f, &second), GDPOP_DENIED, "H01");
    assert_int_equal(open_sessions(f), 1);
    end_process(first.leader_pid);
}

static int read_account(struct txn *t, void *arg)
{
    char(*text)[32] = arg;
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    if (r == 0) {
        snprintf(text[0], sizeof(text[0]), "%s", x->state);
        snprintf(text[1], sizeof(text[1]), "%s", x->frozen_reason);
        snprintf(text[2], sizeof(text[2]), "%s", x->frozen_tag);
    }
    return r;
}

/* A second device freezes where the policy says so, in whichever phase it is seen first, and the
 * account's processes end, a stubborn one too. */
static void test_freeze(void **state)
{
    (void)state;
    for (int phase = 0; phase < 2; phase++) {
        struct fixture *f;
        struct gdpop_evidence first = evidence(), second = on_second_device();
        struct gdpop_verdict v;
        char text[3][32];
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_store(f, put_second_device, NULL);
        with_store(f, set_sharing_action, T("freeze"));
        first.leader_pid = start_process(USER_UID, 0);
        pid_t another = start_process(USER_UID + 1, 0);
        expect(open_one(f, &first), GDPOP_ALLOWED, "");
        second.password_proved = true;
        if (phase == 0)
            assert_ok(gdpop_account(f->g, &second, &v));
        else
            v = open_one(f, &second);
        expect(v, GDPOP_DENIED, "H01");
        with_store(f, read_account, text);
        assert_string_equal(text[0], "frozen");
        assert_string_equal(text[1], "sharing");
        assert_string_equal(text[2], "GD-9");
        assert_int_equal(open_sessions(f), 0);
        assert_int_equal(how_it_ended(first.leader_pid), SIGTERM);
        assert_int_equal(waitpid(another, NULL, WNOHANG), 0);
        end_process(another);
        assert_int_equal(events(f, "account.freeze", "done"), 1);
        assert_ok(gdpop_account(f->g, &second, &v));
        assert_string_equal(v.code, "F02");
        assert_int_equal(events(f, "account.freeze", "done"), 1);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

static int let_suspension_pass(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    (void)arg;
    x->state = T("frozen");
    x->suspended_until_at = clock_now() - 1;
    return r == 0 ? store_put_account(t, x) : r;
}

/* An account that is back from a suspension is in force, and can be frozen like any. */
static void test_freeze_after_a_suspension(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence first = evidence(), second = on_second_device();
    char text[3][32];
    with_store(f, put_second_device, NULL);
    with_store(f, set_sharing_action, T("freeze"));
    with_store(f, let_suspension_pass, NULL);
    first.leader_pid = start_process(0, 0);
    expect(open_one(f, &first), GDPOP_ALLOWED, "");
    expect(open_one(f, &second), GDPOP_DENIED, "H01");
    with_store(f, read_account, text);
    assert_string_equal(text[1], "sharing");
    expect(open_one(f, &second), GDPOP_DENIED, "F02");
    end_process(first.leader_pid);
}

/* ---- Ending ---- */

static pid_t start_stubborn(void)
{
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGTERM, SIG_IGN);
        if (setresuid(USER_UID, USER_UID, USER_UID) != 0 || write(ready[1], "x", 1) != 1)
            _exit(90);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void test_stubborn_and_ended_processes(void **state)
{
    (void)state;
    pid_t zombie = start_process(USER_UID, 0), stubborn = start_stubborn();
    siginfo_t info;
    kill(zombie, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT), 0);
    assert_ok(ending_kill(USER_UID));
    assert_int_equal(how_it_ended(stubborn), SIGKILL);
    assert_int_equal(how_it_ended(zombie), SIGKILL);
    assert_ok(ending_kill(USER_UID)); /* none is left */
    assert_int_equal(ending_kill(0), GDPOP_ERR_ARGUMENT);
}

/* Forks for ever, five seconds at most, each process ending as soon as its child lives. */
static void start_runaway(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        time_t end = time(NULL) + 5;
        signal(SIGTERM, SIG_IGN);
        if (setsid() < 0 || setresuid(USER_UID, USER_UID, USER_UID) != 0)
            _exit(90);
        while (time(NULL) < end)
            if (fork() > 0)
                _exit(0);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The pipe's other end is closed when the last of them is gone. */
static void test_processes_that_run_away(void **state)
{
    enum { MANY = 8 };
    int held[2];
    char c;
    (void)state;
    assert_int_equal(pipe(held), 0);
    for (int i = 0; i < MANY; i++)
        start_runaway();
    close(held[1]);
    assert_ok(ending_kill(USER_UID));
    struct pollfd end = {.fd = held[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 1000), 1);
    assert_int_equal(read(held[0], &c, 1), 0);
    close(held[0]);
}

/* Who cannot look must not say that all have ended. */
static void test_ending_without_descriptors(void **state)
{
    struct rlimit before, none;
    (void)state;
    pid_t pid = start_process(USER_UID, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int r = ending_kill(USER_UID);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(r, GDPOP_ERR_SYSTEM);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    assert_ok(ending_kill(USER_UID));
    assert_int_equal(how_it_ended(pid), SIGTERM);
}

/* More processes than one round holds. */
static void test_many_processes(void **state)
{
    enum { MANY = 300 };
    pid_t pid[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        pid[i] = start_process(USER_UID, 0);
    assert_ok(ending_kill(USER_UID));
    for (int i = 0; i < MANY; i++)
        assert_int_not_equal(how_it_ended(pid[i]), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_close),
        TEST(test_a_refusal_leaves_no_session),
        TEST(test_the_leader_must_live),
        TEST(test_the_notice_tells_of_failures),
        TEST(test_a_due_password_opens),
        TEST(test_only_logins_are_sessions),
        TEST(test_console),
        cmocka_unit_test(test_a_binding_holds_in_its_time),
        cmocka_unit_test(test_dead_sessions),
        TEST(test_one_process_with_two_devices),
        TEST(test_end_other),
        TEST(test_end_other_without_a_session_number),
        cmocka_unit_test(test_freeze),
        TEST(test_freeze_after_a_suspension),
        cmocka_unit_test(test_stubborn_and_ended_processes),
        cmocka_unit_test(test_processes_that_run_away),
        cmocka_unit_test(test_ending_without_descriptors),
        cmocka_unit_test(test_many_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_among_themselves(run);
}
