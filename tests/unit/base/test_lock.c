/* Locks between processes: exclusion, release by death, the deadline, and a stopped holder. */
#include "base/err.h"
#include "base/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/gdpop-lock-XXXXXX", path[64];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/lock", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static int no_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

/* A child that holds [start, start+len) until its input closes or a signal ends it. Returns when it
 * holds it. */
struct child {
    pid_t pid;
    int hold;
};

static struct child start_holder(off_t start, off_t len)
{
    int ready[2], hold[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(hold), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct lock l;
        close(hold[1]);
        if (lock_range(path, start, len, 1000, &l) < 0 || write(ready[1], "r", 1) != 1)
            _exit(1);
        if (read(hold[0], &byte, 1) < 0)
            _exit(1);
        lock_release(&l);
        _exit(0);
    }
    close(hold[0]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (struct child){pid, hold[1]};
}

static int end_child(struct child *c)
{
    int status;
    close(c->hold);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    return status;
}

static void test_file_is_private_and_closed_on_exec(void **state)
{
    struct lock l = LOCK_NONE;
    struct stat st;
    (void)state;
    mode_t before = umask(0);
    assert_int_equal(lock_file(path, 0, &l), 0);
    umask(before);
    assert_int_equal(fstat(l.fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(fcntl(l.fd, F_GETFD) & FD_CLOEXEC);
    lock_release(&l);
    assert_int_equal(l.fd, -1);
    lock_release(&l);
}

static void test_one_at_a_time_even_in_one_process(void **state)
{
    struct lock first, second;
    (void)state;
    assert_int_equal(lock_file(path, 0, &first), 0);
    assert_int_equal(lock_file(path, 5, &second), GDPOP_ERR_BUSY);
    assert_int_equal(second.fd, -1);
    lock_release(&first);
    assert_int_equal(lock_file(path, 0, &second), 0);
    lock_release(&second);
}

static void test_busy_names_the_holder_and_leaves_it_alone(void **state)
{
    char pid[32];
    struct lock l;
    (void)state;
    struct child c = start_holder(0, 0);
    snprintf(pid, sizeof(pid), "process %d ", (int)c.pid);
    assert_int_equal(lock_file(path, 5, &l), GDPOP_ERR_BUSY);
    assert_non_null(strstr(err_sentence(), path));
    assert_non_null(strstr(err_sentence(), pid));
    assert_int_equal(end_child(&c), 0); /* it was not killed */
    assert_int_equal(lock_file(path, 0, &l), 0);
    lock_release(&l);
}

static void test_dead_holder_is_no_holder(void **state)
{
    struct lock l;
    (void)state;
    struct child c = start_holder(0, 0);
    kill(c.pid, SIGKILL);
    end_child(&c);
    assert_int_equal(lock_file(path, 0, &l), 0);
    lock_release(&l);
}

static void test_waits_for_the_release(void **state)
{
    struct lock l;
    (void)state;
    struct child c = start_holder(0, 0);
    pid_t releaser = fork();
    if (releaser == 0) { /* both ends of the pipe must close */
        close(c.hold);
        _exit(0);
    }
    close(c.hold);
    assert_int_equal(lock_file(path, 30000, &l), 0);
    lock_release(&l);
    assert_int_equal(waitpid(releaser, NULL, 0), releaser);
    assert_int_equal(waitpid(c.pid, NULL, 0), c.pid);
}

static void check_stopped(off_t start, off_t len, bool is_killed)
{
    struct lock l;
    int status;
    struct child c = start_holder(start, len);
    kill(c.pid, SIGSTOP);
    assert_int_equal(waitpid(c.pid, &status, WUNTRACED), c.pid);
    assert_true(WIFSTOPPED(status));
    int r = lock_range(path, start, len, 5, &l);
    if (is_killed) {
        assert_int_equal(r, 0);
        status = end_child(&c);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    } else {
        assert_int_equal(r, GDPOP_ERR_BUSY);
        kill(c.pid, SIGCONT);
        assert_int_equal(end_child(&c), 0);
    }
    lock_release(&l);
}

static void test_stopped_holder_is_killed_at_the_deadline(void **state)
{
    (void)state;
    check_stopped(0, 0, true);
    check_stopped(64000, 32, true);
    check_stopped(64000, 31, false); /* no room for the holder's name */
}

static void test_stopped_process_that_released_is_left_alone(void **state)
{
    struct lock l, other;
    int status, ready[2];
    char byte;
    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct lock mine;
        if (lock_file(path, 0, &mine) < 0)
            _exit(1);
        lock_release(&mine);
        if (write(ready[1], "r", 1) != 1)
            _exit(1);
        raise(SIGSTOP);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_int_equal(lock_file(path, 0, &l), 0);
    assert_int_equal(lock_file(path, 0, &other), GDPOP_ERR_BUSY);
    lock_release(&l);
    kill(pid, SIGCONT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    close(ready[0]);
    close(ready[1]);
}

static void test_reused_process_number_is_not_killed(void **state)
{
    int status;
    char forged[64];
    struct lock holder, l;
    (void)state;
    pid_t stranger = fork();
    if (stranger == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    assert_int_equal(waitpid(stranger, &status, WUNTRACED), stranger);
    assert_int_equal(lock_file(path, 0, &holder), 0);
    snprintf(forged, sizeof(forged), "%-10d %-20d\n", (int)stranger, 1);
    assert_int_equal(pwrite(holder.fd, forged, 32, 0), 32);
    assert_int_equal(lock_file(path, 0, &l), GDPOP_ERR_BUSY);
    lock_release(&holder);
    kill(stranger, SIGCONT);
    assert_int_equal(waitpid(stranger, &status, 0), stranger);
    assert_true(WIFEXITED(status));
}

static void test_ranges_do_not_meet(void **state)
{
    struct lock a, b, c;
    (void)state;
    assert_int_equal(lock_range(path, 0, 32, 0, &a), 0);
    assert_int_equal(lock_range(path, 32, 32, 0, &b), 0);
    assert_int_equal(lock_range(path, 31, 1, 0, &c), GDPOP_ERR_BUSY);
    assert_int_equal(lock_range(path, 63, 33, 0, &c), GDPOP_ERR_BUSY);
    assert_int_equal(lock_range(path, 64, 32, 0, &c), 0);
    lock_release(&a);
    lock_release(&b);
    lock_release(&c);
}

static void test_refuses_what_is_no_file(void **state)
{
    struct lock l;
    (void)state;
    assert_int_equal(lock_file("/nonexistent/lock", 0, &l), GDPOP_ERR_NOT_FOUND);
    assert_int_equal(l.fd, -1);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(lock_file(path, 0, &l), GDPOP_ERR_SYSTEM);
    assert_non_null(strstr(err_sentence(), "it is a symbolic link"));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(lock_file(path, 0, &l), GDPOP_ERR_SYSTEM);
    unlink(path);
    assert_int_equal(lock_file(dir, 0, &l), GDPOP_ERR_SYSTEM);
}

static void test_process_start(void **state)
{
    (void)state;
    uint64_t mine = lock_process_start(getpid());
    assert_true(mine > 0);
    assert_true(lock_process_start(getpid()) == mine);
    assert_true(lock_process_start(getppid()) <= mine);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(lock_process_start(pid) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_file_is_private_and_closed_on_exec, no_file),
        cmocka_unit_test(test_one_at_a_time_even_in_one_process),
        cmocka_unit_test(test_busy_names_the_holder_and_leaves_it_alone),
        cmocka_unit_test(test_dead_holder_is_no_holder),
        cmocka_unit_test(test_waits_for_the_release),
        cmocka_unit_test(test_stopped_holder_is_killed_at_the_deadline),
        cmocka_unit_test(test_stopped_process_that_released_is_left_alone),
        cmocka_unit_test(test_reused_process_number_is_not_killed),
        cmocka_unit_test(test_ranges_do_not_meet),
        cmocka_unit_test_setup_teardown(test_refuses_what_is_no_file, no_file, no_file),
        cmocka_unit_test(test_process_start),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
