/* A writer that is killed when its commit stands in the file and LMDB's lock file does not tell of
 * it yet. Others have the store open, so that nobody sets the lock file up anew. */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static bool dies;

/* LMDB's commit ends with a meta page, through a descriptor that waits for the disk. */
__attribute__((visibility("default"))) ssize_t pwrite(int fd, const void *data, size_t len,
                                                      off_t at);
ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    ssize_t n = syscall(SYS_pwrite64, fd, data, len, at);
    if (dies && fcntl(fd, F_GETFL) & O_DSYNC)
        raise(SIGKILL);
    return n;
}

static int count_up(struct txn *t, void *arg)
{
    Model__Counter *c;
    int r = store_get_counter(t, arg, &c);
    if (r < 0)
        return r;
    c->failures_since_login++;
    return store_put_counter(t, arg, c);
}

static void count_up_and_die(struct fixture *f)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        dies = true;
        if (store_open(&f->conf, &s) == 0)
            store_update(s, f->arena, count_up, T("zhang"));
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static unsigned counted(struct store *s, struct fixture *f)
{
    struct txn *t;
    Model__Counter *c;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_get_counter(t, "zhang", &c));
    txn_abort(t);
    return c->failures_since_login;
}

/* A failure that is counted is counted for whoever compares the next password. */
static void test_the_next_reader_sees_it(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    for (unsigned i = 1; i <= 5; i++) {
        count_up_and_die(f);
        assert_int_equal(counted(s, f), i);
    }
    assert_ok(store_update(s, f->arena, count_up, T("zhang")));
    assert_int_equal(counted(s, f), 6);
    store_close(s);
    fixture_check_clean(f);
}

static void test_so_does_who_opens_it_then(void **state)
{
    struct fixture *f = *state;
    struct store *other = fixture_open(f);
    int status;
    count_up_and_die(f);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        _exit(store_open(&f->conf, &s) == 0 && counted(s, f) == 1 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    store_close(other);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_next_reader_sees_it),
        TEST(test_so_does_who_opens_it_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
