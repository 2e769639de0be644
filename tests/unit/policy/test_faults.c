/* Each call of the library while the machine refuses it something: the n-th write or flush fails
 * (or every one from the n-th on, as on a full disk), the n-th file cannot be opened, the n-th
 * piece of memory is not to be had, no process can be made. Whatever fails: no signal, no login
 * that is not recorded, nothing acknowledged that is not there, nothing half done, and a sound
 * store afterwards.
 *
 *   test_faults [STEPS]   at most so many places of each kind are tried for each call (default 12);
 *                         0: all of them, some minutes */
#undef _FORTIFY_SOURCE /* its inline functions have the names of some of these */
#include "fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define SECOND_PASSWORD "Winter#2026-Zhuhai"
#define WRONG_PASSWORD "Autumn#2026-Huizhou"
enum { CALLER = 60001 };

enum kind { DISK, FILES, MEMORY, PROCESSES, KINDS };
static const char *const kind_names[] = {"disk", "files", "memory", "processes"};

/* Seen by the process that armed it and by those it forks. */
static struct {
    long left[KINDS]; /* the how manieth from now fails; 0: none */
    bool on_and_on;   /* and all after it */
    long fired, met[KINDS];
} * plan;

static bool fails(enum kind kind, int error)
{
    if (!plan)
        return false;
    plan->met[kind]++;
    if (plan->left[kind] == 0 || (plan->left[kind] > 1 && plan->left[kind]--))
        return false;
    plan->left[kind] = plan->on_and_on;
    plan->fired++;
    errno = error;
    return true;
}

/* These stand before the C library's, for liblmdb, libcrypto and libcrypt too. */
#define SHOWN __attribute__((visibility("default")))

/* Only files are on the disk; what goes through a pipe is the answer of a child. */
static bool is_file(int fd)
{
    struct stat st;
    return syscall(SYS_fstat, fd, &st) == 0 && S_ISREG(st.st_mode);
}

SHOWN ssize_t write(int fd, const void *bytes, size_t len)
{
    return is_file(fd) && fails(DISK, ENOSPC) ? -1 : syscall(SYS_write, fd, bytes, len);
}

SHOWN ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return fails(DISK, ENOSPC) ? -1 : syscall(SYS_pwrite64, fd, bytes, len, at);
}

SHOWN ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

SHOWN ssize_t pwritev64(int fd, const struct iovec *v, int count, off_t at)
{
    return fails(DISK, ENOSPC) ? -1 : syscall(SYS_pwritev, fd, v, count, at, 0);
}

SHOWN ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    return pwritev64(fd, v, count, at);
}

SHOWN ssize_t writev(int fd, const struct iovec *v, int count)
{
    return is_file(fd) && fails(DISK, ENOSPC) ? -1 : syscall(SYS_writev, fd, v, count);
}

SHOWN int fdatasync(int fd)
{
    return fails(DISK, EIO) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

SHOWN int fsync(int fd)
{
    return fails(DISK, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

SHOWN int rename(const char *from, const char *to)
{
    return fails(DISK, ENOSPC) ? -1 : (int)syscall(SYS_rename, from, to);
}

SHOWN int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = va_arg(arguments, int);
    va_end(arguments);
    return fails(FILES, EMFILE) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

SHOWN int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = va_arg(arguments, int);
    va_end(arguments);
    return open64(path, flags, mode);
}

SHOWN int pipe2(int fd[2], int flags)
{
    return fails(FILES, EMFILE) ? -1 : (int)syscall(SYS_pipe2, fd, flags);
}

SHOWN void *mmap64(void *address, size_t len, int rights, int flags, int fd, off_t at)
{
    return fails(MEMORY, ENOMEM) ? MAP_FAILED
                                 : (void *)syscall(SYS_mmap, address, len, rights, flags, fd, at);
}

SHOWN void *mmap(void *address, size_t len, int rights, int flags, int fd, off_t at)
{
    return mmap64(address, len, rights, flags, fd, at);
}

#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *p, size_t bytes);

SHOWN void *malloc(size_t bytes)
{
    return fails(MEMORY, ENOMEM) ? NULL : __libc_malloc(bytes);
}

SHOWN void *calloc(size_t count, size_t bytes)
{
    return fails(MEMORY, ENOMEM) ? NULL : __libc_calloc(count, bytes);
}

SHOWN void *realloc(void *p, size_t bytes)
{
    return fails(MEMORY, ENOMEM) ? NULL : __libc_realloc(p, bytes);
}
#endif

pid_t __fork(void);

SHOWN pid_t fork(void)
{
    return fails(PROCESSES, EAGAIN) ? -1 : __fork();
}

/* ---- The calls ---- */

static struct gdpop_evidence by(uid_t caller)
{
    struct gdpop_evidence ev = evidence();
    if (caller != 0) {
        ev.service = "su";
        ev.auth_info = ev.address = NULL;
        ev.caller_uid = caller;
    }
    return ev;
}

static void right(struct fixture *f, uid_t caller, struct gdpop_verdict *v)
{
    struct gdpop_evidence ev = by(caller);
    gdpop_authenticate(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), v);
}

static void wrong(struct fixture *f, uid_t caller, struct gdpop_verdict *v)
{
    struct gdpop_evidence ev = by(caller);
    gdpop_authenticate(f->g, &ev, WRONG_PASSWORD, strlen(WRONG_PASSWORD), v);
}

static void account(struct fixture *f, uid_t caller, struct gdpop_verdict *v)
{
    struct gdpop_evidence ev = by(caller);
    gdpop_account(f->g, &ev, v);
}

static void session(struct fixture *f, uid_t caller, struct gdpop_verdict *v)
{
    struct gdpop_evidence ev = by(caller);
    gdpop_session_open(f->g, &ev, v);
    if (v->outcome == GDPOP_ALLOWED && plan->fired == 0)
        gdpop_session_close(f->g, &ev, v->session);
}

static void change(struct fixture *f, uid_t caller, struct gdpop_verdict *v)
{
    struct gdpop_evidence ev = by(caller);
    ev.service = "passwd";
    ev.auth_info = ev.address = NULL;
    ev.caller_uid = USER_UID; /* root sets nobody's password */
    gdpop_password_change(f->g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), SECOND_PASSWORD,
                          strlen(SECOND_PASSWORD), v);
}

static const struct operation {
    const char *name;
    void (*run)(struct fixture *f, uid_t caller, struct gdpop_verdict *v);
    enum gdpop_outcome sound; /* when nothing fails */
    const char *action;       /* of its event; NULL: what is limited leaves none after a while */
} operations[] = {
    {"right password", right, GDPOP_ALLOWED, "login.auth"},
    {"wrong password", wrong, GDPOP_DENIED_CREDENTIAL, NULL},
    {"account", account, GDPOP_ALLOWED, "login.account"},
    {"session", session, GDPOP_ALLOWED, "login.session"},
    {"change", change, GDPOP_ALLOWED, "password.change"},
};

/* ---- What is there afterwards ---- */

struct state {
    unsigned failures, events;
    bool first, second; /* which password is the account's */
};

static int count_action(const Model__Event *e, void *arg)
{
    struct count_events *c = arg;
    c->n += c->action && strcmp(e->action, c->action) == 0;
    return 0;
}

static void note(const char *sentence, void *arg)
{
    (void)arg;
    fprintf(stderr, "%s\n", sentence);
}

static bool matches(const char *password, const char *hash)
{
    struct secret secret = {0};
    bool same = false;
    assert_ok(secret_set(&secret, password, strlen(password)));
    assert_ok(phash_verify(&secret, hash, &same));
    secret_wipe(&secret);
    return same;
}

/* Where a guess is counted: at the account, or where the account could not log in from. */
static int each_counter(struct txn *t, unsigned *failures, bool clear)
{
    char name[2][SOURCE_BYTES];
    struct gdpop_evidence by_root = by(0), by_user = by(CALLER);
    source_name(&by_root, CLASS_REMOTE, name[0]);
    source_name(&by_user, CLASS_ELEVATE, name[1]);
    *failures = 0;
    for (int i = 0; i < 3; i++) {
        Model__Counter *c;
        int r = i < 2 ? store_get_source(t, name[i], &c) : store_get_counter(t, USER, &c);
        if (r != 0)
            return r;
        *failures += (unsigned)c->n_failures;
        c->n_failures = 0;
        c->locked_until_at = 0;
        if (clear &&
            (r = i < 2 ? store_put_source(t, name[i], c) : store_put_counter(t, USER, c)) != 0)
            return r;
    }
    return 0;
}

/* Checks the store from a process that met no failure, and looks. */
static struct state look(struct fixture *f, const char *action)
{
    struct count_events c = {.action = action};
    struct trail_report report;
    struct state s = {0};
    Model__Credential *credential;
    struct call call;
    size_t problems;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(store_check(call.txn, note, NULL, &problems));
    assert_int_equal(problems, 0);
    assert_ok(trail_verify(call.txn, &report));
    assert_ok(trail_walk(call.txn, 1, 0, count_action, &c));
    assert_ok(store_get_credential(call.txn, USER, &credential));
    assert_ok(each_counter(call.txn, &s.failures, false));
    s.events = c.n;
    s.first = matches(FIRST_PASSWORD, credential->hash);
    s.second = matches(SECOND_PASSWORD, credential->hash);
    call_close(&call);
    return s;
}

static int begin_anew(struct txn *t, void *arg)
{
    unsigned failures;
    int r = each_counter(t, &failures, true);
    (void)arg;
    return r == 0 ? put_credential(t) : r;
}

struct trial {
    const struct operation *operation;
    uid_t caller;
    enum kind kind;
    long at;
    bool on_and_on;
};

/* In a child, so that a signal would be seen. Its verdict comes back through shared memory. */
static struct gdpop_verdict attempt(struct fixture *f, const struct trial *trial)
{
    static struct gdpop_verdict *v;
    int status;
    if (!v)
        v = mmap(NULL, sizeof(*v), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(v, 0x7f, sizeof(*v));
    memset(plan, 0, sizeof(*plan));
    pid_t pid = fork();
    if (pid == 0) {
        if (trial->caller != 0 && setresuid(trial->caller, 0, 0) != 0)
            _exit(90);
        plan->on_and_on = trial->on_and_on;
        plan->left[trial->kind] = trial->at;
        trial->operation->run(f, trial->caller, v);
        memset(plan->left, 0, sizeof(plan->left));
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    memset(plan->left, 0, sizeof(plan->left));
    if (status != 0)
        fail_msg("%s by %u with %s %ld%s: status %x", trial->operation->name,
                 (unsigned)trial->caller, kind_names[trial->kind], trial->at,
                 trial->on_and_on ? " and on" : "", (unsigned)status);
    return *v;
}

static void judge(const struct trial *trial, const struct gdpop_verdict *v, struct state before,
                  struct state after)
{
    const struct operation *o = trial->operation;
    const char *problem = NULL;
    /* What could not be looked up or judged is refused by the rule that needed it. */
    bool refused = plan->fired > 0 && v->outcome == GDPOP_DENIED &&
                   (trial->kind == FILES || trial->kind == MEMORY);
    if (v->outcome != o->sound && v->outcome != GDPOP_DENIED_UNAVAILABLE && !refused)
        problem = "an outcome that it may not have";
    else if (o->action && v->outcome == o->sound && after.events == before.events)
        problem = "an answer without its event";
    else if (v->outcome == GDPOP_DENIED_UNAVAILABLE && plan->fired == 0)
        problem = "denied, and nothing failed";
    else if (v->outcome == GDPOP_DENIED_UNAVAILABLE && v->error == 0)
        problem = "no decision, and no error";
    else if (v->outcome == GDPOP_DENIED_CREDENTIAL && after.failures != 1)
        problem = "a guess was compared and not counted";
    else if (after.first == after.second)
        problem = "no password, or two";
    else if (o->run == change && v->outcome == GDPOP_ALLOWED && !after.second)
        problem = "an acknowledged change is not there";
    if (problem)
        fail_msg("%s by %u with %s %ld%s: %s (outcome %d %s, error %d, %u events before, %u "
                 "after, %u failures)",
                 o->name, (unsigned)trial->caller, kind_names[trial->kind], trial->at,
                 trial->on_and_on ? " and on" : "", problem, (int)v->outcome, v->sentence, v->error,
                 before.events, after.events, after.failures);
}

static bool try_one(struct fixture *f, const struct trial *trial)
{
    struct state before = look(f, trial->operation->action);
    struct gdpop_verdict v = attempt(f, trial);
    bool fired = plan->fired > 0;
    memset(plan->left, 0, sizeof(plan->left));
    struct state after = look(f, trial->operation->action);
    judge(trial, &v, before, after);
    with_store(f, begin_anew, NULL);
    return fired;
}

static long steps = 12;

static void try_kind(struct fixture *f, enum kind kind, bool on_and_on)
{
    static const uid_t callers[] = {0, CALLER};
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        for (size_t c = 0; c < 2; c++) {
            struct trial trial = {&operations[i], callers[c], kind, 0, on_and_on};
            long tried = 0, met;
            assert_false(try_one(f, &trial)); /* nothing fails; how many could */
            met = plan->met[kind];
            long stride = steps > 0 && met > steps ? met / steps : 1;
            for (trial.at = 1; trial.at <= met; trial.at += stride)
                tried += try_one(f, &trial);
            if (kind != PROCESSES)
                assert_true(tried > 0);
        }
}

static void test_a_write_fails(void **state)
{
    try_kind(*state, DISK, false);
}

static void test_all_writes_fail_from_some_point_on(void **state)
{
    try_kind(*state, DISK, true);
}

static void test_a_file_cannot_be_opened(void **state)
{
    try_kind(*state, FILES, false);
}

static void test_no_file_can_be_opened_from_some_point_on(void **state)
{
    try_kind(*state, FILES, true);
}

static void test_memory_is_refused_once(void **state)
{
    try_kind(*state, MEMORY, false);
}

static void test_memory_ends(void **state)
{
    try_kind(*state, MEMORY, true);
}

static void test_no_process_can_be_made(void **state)
{
    try_kind(*state, PROCESSES, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_write_fails),           TEST(test_all_writes_fail_from_some_point_on),
        TEST(test_a_file_cannot_be_opened), TEST(test_no_file_can_be_opened_from_some_point_on),
        TEST(test_memory_is_refused_once),  TEST(test_memory_ends),
        TEST(test_no_process_can_be_made),
    };
    steps = argc > 1 ? atol(argv[1]) : steps;
    plan = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
