/* The end of permits that live sessions rest on: told before, ended where the policy says so. */
#include "living.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>

/* A session's process as living.h's, on a terminal of the user's own; *master is its other side. */
static pid_t start_on_terminal(unsigned number, int *master)
{
    uid_t uid = FIRST_UID + number;
    int ready[2];
    char byte;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
    const char *name = ptsname(*master);
    assert_non_null(name);
    assert_int_equal(chown(name, uid, (gid_t)-1), 0);
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = setsid() < 0 ? -1 : open(name, O_RDWR);
        if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0 || setresuid(uid, uid, uid) != 0 ||
            write(ready[1], "", 1) != 1)
            _exit(99);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

/* What stands on the terminal by now. */
static const char *shown_on(int master)
{
    static char text[2048];
    struct pollfd p = {.fd = master, .events = POLLIN};
    ssize_t n = poll(&p, 1, 0) > 0 ? read(master, text, sizeof(text) - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    return text;
}

struct given {
    const char *id, *kind, *setting;
    int from_min, until_min; /* from now */
};

static int give(struct txn *t, void *arg)
{
    const struct given *g = arg;
    Model__Permit p = MODEL__PERMIT__INIT;
    p.id = T(g->id);
    p.kind = T(g->kind);
    p.subject = T("zhangsan");
    p.setting = T(g->setting);
    p.created_by = p.approver = T("secadm");
    p.from_at = clock_now() + g->from_min * 60 * CLOCK_SECOND;
    p.until_at = clock_now() + g->until_min * 60 * CLOCK_SECOND;
    return store_put_permit(t, &p);
}

static void give_permit(struct fixture *f, struct given g)
{
    with_store(f, give, &g);
}

static const char *ticked(struct fixture *f, const char *what)
{
    assert_ok(RUN(f, "sysadm", "tick", ""));
    return field(f, 0, what);
}

static void set_policy(struct fixture *f, const char *name, const char *value)
{
    assert_ok(RUN(f, "topsec", "policy", "set", "name", name, "value", value, "reason", "x"));
}

static int speak_english(struct txn *t, void *arg)
{
    Model__Person *p;
    int r = store_get_person(t, "P000005", &p);
    (void)arg;
    p->language = T("en");
    return r != 0 ? r : store_put_person(t, p);
}

static void the_terminal_is_told_once_and_in_time(void **state)
{
    static const struct {
        int until_min;
        const char *warned;
    } cases[] = {{12, "0"}, {9, "1"}, {8, "0"}};
    struct fixture *f = *state;
    int master;
    pid_t pid = start_on_terminal(5, &master);
    add_session(f, "s1", "zhangsan", "", pid);
    for (size_t i = 0; i < 3; i++) {
        if (i < 2)
            give_permit(f, (struct given){"X000001", "role", "query", -10, cases[i].until_min});
        assert_string_equal(ticked(f, "sessions_warned"), cases[i].warned);
        const char *text = shown_on(master);
        assert_int_equal(strstr(text, "gdpop X000001 query: 您的其他权限将于") != NULL,
                         strcmp(cases[i].warned, "1") == 0);
    }
    with_store(f, speak_english, NULL);
    set_policy(f, "permit_warn_min", "30");
    set_policy(f, "grant_end_sessions", "yes");
    give_permit(f, (struct given){"X000002", "window", "", -10, 25});
    assert_string_equal(ticked(f, "sessions_warned"), "1");
    assert_non_null(strstr(shown_on(master), "Save your work"));
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "window.warn"));
    assert_int_equal(f->result->count, 1);
    stop_living(pid);
    close(master);
}

/* Another's terminal, and one of the same number elsewhere, stay quiet. */
static void nobody_else_is_told(void **state)
{
    struct fixture *f = *state;
    int master, other;
    pid_t pid = start_on_terminal(5, &master), far = start_on_terminal(6, &other);
    assert_int_equal(chown(ptsname(master), 0, (gid_t)-1), 0); /* not the user's own */
    add_session(f, "s1", "zhangsan", "", pid);
    give_permit(f, (struct given){"X000001", "role", "query", -10, 5});
    assert_string_equal(ticked(f, "sessions_warned"), "1");
    assert_string_equal(shown_on(master), "");
    assert_string_equal(shown_on(other), "");
    stop_living(pid);
    stop_living(far);
    close(master);
    close(other);
}

static void who_is_not_logged_in_is_told_later(void **state)
{
    struct fixture *f = *state;
    give_permit(f, (struct given){"X000001", "role", "query", -10, 5});
    assert_string_equal(ticked(f, "sessions_warned"), "0");
    pid_t pid = start_living(5);
    add_session(f, "s1", "zhangsan", "", pid);
    assert_string_equal(ticked(f, "sessions_warned"), "1");
    stop_living(pid);
}

/* Kind, what the policy says of it, whether another one goes on, whether the session ends. */
static void sessions_end_where_the_policy_says_so(void **state)
{
    static const struct {
        const char *kind, *setting, *value;
        bool goes_on, ends;
    } cases[] = {
        {"role", NULL, NULL, false, false},
        {"role", "grant_end_sessions", "yes", false, true},
        {"role", "grant_end_sessions", "yes", true, false},
        {"exception", NULL, NULL, false, false},
        {"exception", "grant_end_sessions", "yes", false, true},
        {"exception", "grant_end_sessions", "yes", true, false},
        {"window", NULL, NULL, false, true},
        {"window", NULL, NULL, true, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        void *own;
        fixture_setup(&own);
        struct fixture *f = own;
        const char *kind = cases[i].kind, *setting = strcmp(kind, "role") == 0 ? "query" : "";
        pid_t pid = start_living(5);
        add_session(f, "s1", "zhangsan", "", pid);
        if (cases[i].setting)
            set_policy(f, cases[i].setting, cases[i].value);
        give_permit(f, (struct given){"X000001", kind, setting, -10, -1});
        if (cases[i].goes_on)
            give_permit(f, (struct given){"X000002", kind, setting, -5, 60});
        assert_string_equal(ticked(f, strcmp(kind, "role") == 0 ? "rights_ended" : "permits_ended"),
                            "1");
        if (cases[i].ends)
            assert_int_equal(ended_by(pid), SIGTERM);
        assert_ok(RUN(f, "topaud", "session", "list"));
        if ((f->result->count == 0) != cases[i].ends)
            fail_msg("case %zu", i);
        if (!cases[i].ends)
            stop_living(pid);
        fixture_teardown(&own);
    }
}

static int at_workplace(struct txn *t, void *arg)
{
    Model__Session **list;
    size_t count;
    int r = store_open_sessions(t, "zhangsan", &list, &count);
    (void)arg;
    assert_int_equal(count, 1);
    list[0]->organisation = T("county");
    return r != 0 ? r : store_put_session(t, list[0]);
}

static void an_exception_s_end_spares_the_workplace(void **state)
{
    struct fixture *f = *state;
    pid_t pid = start_living(5);
    add_session(f, "s1", "zhangsan", "", pid);
    with_store(f, at_workplace, NULL);
    set_policy(f, "grant_end_sessions", "yes");
    give_permit(f, (struct given){"X000001", "exception", "", -10, 5});
    assert_string_equal(ticked(f, "sessions_warned"), "0");
    give_permit(f, (struct given){"X000001", "exception", "", -10, -1});
    assert_string_equal(ticked(f, "permits_ended"), "1");
    assert_ok(RUN(f, "topaud", "session", "list"));
    assert_int_equal(f->result->count, 1);
    stop_living(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(the_terminal_is_told_once_and_in_time),
        ADMIN_TEST(nobody_else_is_told),
        ADMIN_TEST(who_is_not_logged_in_is_told_later),
        cmocka_unit_test(sessions_end_where_the_policy_says_so),
        ADMIN_TEST(an_exception_s_end_spares_the_workplace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
