/* Work for a caller who is not root, who may stop, kill, limit or slow whatever runs under the same
 * user id. Each caller here is a forked child with the ids of su: real 60001, effective 0. */
#include "fixture.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CALLER = 60001 };

/* A host whose store nobody has left. */
static const struct gdpop anywhere = {.conf_error = GDPOP_ERR_CONFIG};

/* What a piece of work sees of the process that it runs in. */
struct footing {
    uid_t real, effective, saved;
    gid_t group;
    pid_t session, self;
    bool all_blocked, dumpable, at_root, has_standard_files;
    int nice, policy;
    mode_t mask;
    rlim_t file_bytes, memory_bytes, cpu_sec, files, core_bytes;
};

static int look_around(void *arg)
{
    struct footing *f = arg;
    struct rlimit limit;
    sigset_t blocked;
    char cwd[16] = "";
    gid_t real, effective;
    getresuid(&f->real, &f->effective, &f->saved);
    getresgid(&real, &effective, &f->group);
    f->session = getsid(0);
    f->self = getpid();
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    f->all_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGTSTP) &&
                     sigismember(&blocked, SIGXFSZ) && sigismember(&blocked, SIGPIPE);
    f->dumpable = prctl(PR_GET_DUMPABLE) == 1;
    f->at_root = getcwd(cwd, sizeof(cwd)) && strcmp(cwd, "/") == 0;
    f->has_standard_files =
        fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
    f->nice = getpriority(PRIO_PROCESS, 0);
    f->policy = sched_getscheduler(0);
    f->mask = umask(0);
    getrlimit(RLIMIT_FSIZE, &limit);
    f->file_bytes = limit.rlim_cur;
    getrlimit(RLIMIT_AS, &limit);
    f->memory_bytes = limit.rlim_cur;
    getrlimit(RLIMIT_CPU, &limit);
    f->cpu_sec = limit.rlim_cur;
    getrlimit(RLIMIT_NOFILE, &limit);
    f->files = limit.rlim_cur;
    getrlimit(RLIMIT_CORE, &limit);
    f->core_bytes = limit.rlim_cur;
    return 0;
}

/* Runs the part of a caller in a child of its own; its exit status. */
static int as_caller(int (*part)(void *arg), void *arg)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (setresgid(CALLER, 0, 0) != 0 || setresuid(CALLER, 0, 0) != 0)
            _exit(90);
        _exit(part(arg));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The soft limit alone: not every container lets root go beyond a hard one. */
static int lower(int resource, rlim_t soft)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        return -1;
    limit.rlim_cur = soft;
    return setrlimit(resource, &limit);
}

static int under_hard_conditions(void *arg)
{
    struct footing f = {0};
    (void)arg;
    lower(RLIMIT_FSIZE, 0);
    lower(RLIMIT_CPU, 60);
    lower(RLIMIT_NOFILE, 16);
    lower(RLIMIT_AS, UINT64_C(1) << 33);
    setpriority(PRIO_PROCESS, 0, 19);
    sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
    umask(0777);
    if (chdir("/tmp") != 0)
        return 80;
    close(0);
    close(1);
    if (apart_run(&anywhere, getuid(), look_around, &f, &f, sizeof(f)) != 0)
        return 81;
    return f.real != 0 || f.effective != 0 || f.saved != 0 || f.group != 0 ? 1
           : f.self == getpid() || f.session != f.self                     ? 2
           : !f.all_blocked                                                ? 3
           : f.dumpable                                                    ? 4
           : !f.at_root                                                    ? 5
           : !f.has_standard_files                                         ? 6
           : f.nice != 0 || f.policy != SCHED_OTHER                        ? 7
           : f.mask != 077                                                 ? 8
           : f.file_bytes != RLIM_INFINITY || f.memory_bytes != RLIM_INFINITY ||
                   f.cpu_sec != RLIM_INFINITY
               ? 9
           : f.files < 256     ? 10
           : f.core_bytes != 0 ? 11
                               : 0;
}

static void test_the_work_stands_on_its_own(void **state)
{
    (void)state;
    assert_int_equal(as_caller(under_hard_conditions, NULL), 0);
}

static void test_root_works_in_its_own_process(void **state)
{
    struct footing f = {0};
    (void)state;
    assert_ok(apart_run(&anywhere, 0, look_around, &f, &f, sizeof(f)));
    umask(f.mask);
    assert_int_equal(f.self, getpid());
}

static int write_to_streams(void *arg)
{
    int fd = open("/dev/null", O_RDONLY);
    *(int *)arg = fd;
    close(fd);
    return dprintf(2, "lost") == 4 ? 0 : GDPOP_ERR_SYSTEM;
}

/* A file that the work opens never gets the number of a stream that its program has closed. */
static int without_streams(void *arg)
{
    (void)arg;
    for (int closed = 1; closed < 8; closed++) {
        int copy[3], got = -1;
        for (int i = 0; i < 3; i++) {
            copy[i] = fcntl(i, F_DUPFD, 10);
            if (closed & 1 << i)
                close(i);
        }
        int r = apart_run(&anywhere, 0, write_to_streams, &got, &got, sizeof(got));
        for (int i = 0; i < 3; i++) {
            bool open = fcntl(i, F_GETFD) >= 0;
            dup2(copy[i], i);
            close(copy[i]);
            if (open != !(closed & 1 << i))
                return 3;
        }
        if (r != 0 || got < 3)
            return r != 0 ? 1 : 2;
    }
    return 0;
}

static void test_streams_are_no_files_of_the_store(void **state)
{
    (void)state;
    assert_int_equal(as_caller(without_streams, NULL), 0);
}

static int fail_with_a_sentence(void *arg)
{
    snprintf(arg, 16, "half an answer");
    return err_fail(GDPOP_ERR_FULL, "the disk is full of letters");
}

static int vanish(void *arg)
{
    (void)arg;
    _exit(0);
}

static int report_errors(void *arg)
{
    char answer[16] = "";
    (void)arg;
    if (apart_run(&anywhere, CALLER, fail_with_a_sentence, answer, answer, sizeof(answer)) !=
            GDPOP_ERR_FULL ||
        strcmp(err_sentence(), "the disk is full of letters") != 0)
        return 1;
    return apart_run(&anywhere, CALLER, vanish, answer, answer, sizeof(answer)) == GDPOP_ERR_SYSTEM
               ? 0
               : 2;
}

static void test_errors_cross_with_their_sentence(void **state)
{
    (void)state;
    assert_int_equal(as_caller(report_errors, NULL), 0);
}

static volatile sig_atomic_t reaped;

static void reap(int sig)
{
    (void)sig;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        reaped++;
}

static int answer_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int with_sigchld(void *arg)
{
    void (**handler)(int) = arg;
    struct sigaction before;
    signal(SIGCHLD, *handler);
    if (apart_run(&anywhere, CALLER, answer_nothing, NULL, NULL, 0) != 0 || reaped)
        return 1;
    sigaction(SIGCHLD, NULL, &before);
    return before.sa_handler == *handler && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0
                                                                                              : 2;
}

/* Programs that ignore SIGCHLD, or reap whatever ends, do not lose the answer; they get their
 * handling back, and no child is left. */
static void test_sigchld_of_the_program(void **state)
{
    void (*ignore)(int) = SIG_IGN, (*handler)(int) = reap;
    (void)state;
    assert_int_equal(as_caller(with_sigchld, &ignore), 0);
    assert_int_equal(as_caller(with_sigchld, &handler), 0);
}

/* ---- On a store ---- */

struct attempt {
    struct fixture *f;
    const char *password;
    int resource;
    rlim_t limit;
    bool hard;
    int go[2], done[2]; /* pipes */
};

static struct gdpop_evidence su_evidence(void)
{
    struct gdpop_evidence ev = evidence();
    ev.service = "su";
    ev.auth_info = ev.address = NULL;
    ev.caller_uid = getuid();
    return ev;
}

static int limited_attempt(void *arg)
{
    const struct attempt *a = arg;
    struct gdpop_evidence ev = su_evidence();
    struct gdpop_verdict v;
    if (a->resource == RLIMIT_NOFILE)
        for (int fd = 3; fd < 64; fd++)
            close(fd);
    if (a->hard ? setrlimit(a->resource, &(struct rlimit){a->limit, a->limit}) != 0
                : lower(a->resource, a->limit) != 0)
        return 70;
    gdpop_authenticate(a->f->g, &ev, a->password, strlen(a->password), &v);
    return (int)v.outcome;
}

static int take_failures(struct txn *t, void *arg)
{
    Model__Counter *counter;
    int r = store_get_counter(t, USER, &counter);
    if (r != 0)
        return r;
    *(unsigned *)arg = (unsigned)counter->n_failures;
    counter->n_failures = 0;
    return store_put_counter(t, USER, counter);
}

/* How many were counted since the last call. */
static unsigned failures(struct fixture *f)
{
    unsigned n;
    with_store(f, take_failures, &n);
    return n;
}

/* A guess is counted whatever limits its caller has set, or is never compared. */
static void test_limits_of_the_caller(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int resource;
        rlim_t limit;
        bool counted;
    } cases[] = {
        {RLIMIT_FSIZE, 0, true},    {RLIMIT_FSIZE, 4096, true}, {RLIMIT_NOFILE, 8, true},
        {RLIMIT_NOFILE, 3, false},  {RLIMIT_CPU, 30, true},     {RLIMIT_CORE, 0, true},
        {RLIMIT_AS, 1 << 20, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct attempt a = {.f = f, .password = "wrong", cases[i].resource, cases[i].limit};
        int outcome = as_caller(limited_attempt, &a);
        unsigned counted = failures(f);
        if (outcome != (cases[i].counted ? GDPOP_DENIED_CREDENTIAL : GDPOP_DENIED_UNAVAILABLE) ||
            counted != cases[i].counted)
            fail_msg("case %zu: outcome %d, %u counted", i, outcome, counted);
    }
    struct attempt good = {.f = f, .password = FIRST_PASSWORD, RLIMIT_FSIZE, 0};
    assert_int_equal(as_caller(limited_attempt, &good), GDPOP_ALLOWED);
    assert_int_equal(events(f, "account.lockout", "done"), 0);
}

/* Hard limits too low for the work may end in no answer, never in one that is not counted. */
static void test_hard_limits_of_the_caller(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int resource;
        rlim_t limit;
    } cases[] = {{RLIMIT_FSIZE, 0},    {RLIMIT_FSIZE, 65536}, {RLIMIT_NOFILE, 5},
                 {RLIMIT_NOFILE, 7},   {RLIMIT_NOFILE, 9},    {RLIMIT_CPU, 1},
                 {RLIMIT_AS, 80 << 20}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct attempt a = {
            .f = f, .password = "wrong", cases[i].resource, cases[i].limit, .hard = true};
        int outcome = as_caller(limited_attempt, &a);
        unsigned counted = failures(f);
        if ((outcome != GDPOP_DENIED_CREDENTIAL && outcome != GDPOP_DENIED_UNAVAILABLE) ||
            counted != (outcome == GDPOP_DENIED_CREDENTIAL))
            fail_msg("case %zu: outcome %d, %u counted", i, outcome, counted);
    }
    struct gdpop_evidence ev = evidence();
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_ALLOWED); /* the store is sound */
}

/* Waits until the parent has said so, for a moment while nothing can be missed. */
static int slow_work(void *arg)
{
    const struct attempt *a = arg;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    char c = 'x';
    if (write(a->done[1], &c, 1) != 1 || read(a->go[0], &c, 1) != 1)
        return GDPOP_ERR_SYSTEM;
    gdpop_authenticate(a->f->g, &ev, "wrong", 5, &v);
    return write(a->done[1], &c, 1) == 1 ? 0 : GDPOP_ERR_SYSTEM;
}

static int run_slow_work(void *arg)
{
    return apart_run(&anywhere, CALLER, slow_work, arg, NULL, 0);
}

/* The user kills or stops the program in the middle: what was begun is finished. */
static void test_the_caller_is_killed_or_stopped(void **state)
{
    struct fixture *f = *state;
    static const int signals[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGHUP};
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct attempt a = {.f = f};
        char c;
        int status;
        assert_int_equal(pipe(a.go), 0);
        assert_int_equal(pipe(a.done), 0);
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);
            if (setresuid(CALLER, 0, 0) != 0)
                _exit(90);
            run_slow_work(&a);
            _exit(0);
        }
        assert_int_equal(read(a.done[0], &c, 1), 1);
        kill(-pid, signals[i]); /* its whole process group, as a terminal does */
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        assert_int_equal(write(a.go[1], "x", 1), 1);
        struct pollfd p = {.fd = a.done[0], .events = POLLIN};
        assert_int_equal(poll(&p, 1, 30000), 1);
        assert_int_equal(read(a.done[0], &c, 1), 1);
        assert_int_equal(failures(f), 1);
        if (WIFSTOPPED(status)) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
        }
        close(a.go[0]);
        close(a.go[1]);
        close(a.done[0]);
        close(a.done[1]);
    }
}

static int kill_by_user(void *arg)
{
    const struct footing *f = arg;
    return setresuid(CALLER, CALLER, CALLER) != 0          ? 70
           : kill(f->self, SIGSTOP) == 0 || errno != EPERM ? 1
           : kill(f->self, SIGKILL) == 0 || errno != EPERM ? 2
                                                           : 0;
}

static int try_to_kill_it(void *arg)
{
    struct footing f = {.self = getpid()};
    int status;
    (void)arg;
    pid_t pid = fork();
    if (pid == 0)
        _exit(kill_by_user(&f));
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? 0
               : GDPOP_ERR_SYSTEM;
}

static int run_kill(void *arg)
{
    (void)arg;
    return apart_run(&anywhere, CALLER, try_to_kill_it, NULL, NULL, 0) == 0 ? 0 : 1;
}

static void test_the_user_cannot_signal_it(void **state)
{
    (void)state;
    assert_int_equal(as_caller(run_kill, NULL), 0);
}

static void test_the_callers_language_stays(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    text_language("zh");
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_string_equal(v.language, "en");
    assert_string_equal(gdpop_language("en"), "zh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_work_stands_on_its_own),
        cmocka_unit_test(test_root_works_in_its_own_process),
        cmocka_unit_test(test_streams_are_no_files_of_the_store),
        cmocka_unit_test(test_errors_cross_with_their_sentence),
        cmocka_unit_test(test_sigchld_of_the_program),
        cmocka_unit_test(test_the_user_cannot_signal_it),
        cmocka_unit_test_setup_teardown(test_limits_of_the_caller, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_hard_limits_of_the_caller, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_caller_is_killed_or_stopped, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_callers_language_stays, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
