/* The snapshot file: replaced as a whole or not at all, never by an older one, and refused when
 * unsafe. */
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/lock.h"

static char directory[64];
static char path[96], draft[112], lock_path[112];

static int set_up(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/gdpop-nss-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/snapshot", directory);
    snprintf(draft, sizeof draft, "%s.new", path);
    snprintf(lock_path, sizeof lock_path, "%s/publish.lock", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (unlink(path) != 0)
        rmdir(path);
    if (unlink(draft) != 0)
        rmdir(draft);
    unlink(lock_path);
    return rmdir(directory);
}

static int publish(uint64_t generation)
{
    struct snapshot_content content = sample_content(generation);
    return snapshot_publish(path, &content, 1000);
}

static uint64_t generation_now(void)
{
    uint64_t generation;
    assert_int_equal(snapshot_generation(path, &generation), SNAPSHOT_OK);
    return generation;
}

static void test_published_file(void **state)
{
    (void)state;
    struct snapshot *snap;
    struct snapshot_user user;
    struct stat st;
    mode_t before = umask(0077);
    assert_int_equal(publish(5), 0);
    umask(before);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(generation_now(), 5);
    assert_int_equal(access(draft, F_OK), -1);
    assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_OK);
    assert_true(snapshot_is_file(snap, &st));
    assert_int_equal(snapshot_by_name(snap, "bob", &user), SNAPSHOT_OK);
    assert_int_equal(user.uid, 5002);

    /* An open snapshot outlives its file. */
    assert_int_equal(publish(6), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_false(snapshot_is_file(snap, &st));
    assert_int_equal(snapshot_by_name(snap, "bob", &user), SNAPSHOT_OK);
    snapshot_close(snap);
}

static void test_generations(void **state)
{
    (void)state;
    static const struct {
        uint64_t publish, then;
    } cases[] = {{10, 10},        {9, 10}, {10, 10}, {0, 10}, {11, 11}, {UINT64_MAX, UINT64_MAX},
                 {12, UINT64_MAX}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(publish(cases[i].publish), 0);
        assert_int_equal(generation_now(), cases[i].then);
    }
}

static void test_older_leaves_the_file(void **state)
{
    (void)state;
    struct stat before, after;
    assert_int_equal(publish(10), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(publish(9), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void write_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void test_damaged_file_is_replaced(void **state)
{
    (void)state;
    uint64_t generation = 1;
    write_file(path, "GDPOPNSS, but not one");
    write_file(draft, "left by a crash");
    assert_int_equal(snapshot_generation(path, &generation), SNAPSHOT_DAMAGED);
    assert_int_equal(generation, 0);
    assert_int_equal(publish(1), 0);
    assert_int_equal(generation_now(), 1);
    assert_int_equal(access(draft, F_OK), -1);
}

static void test_unsafe_files(void **state)
{
    (void)state;
    struct snapshot *snap;
    char link_path[112];
    snprintf(link_path, sizeof link_path, "%s.link", path);
    assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_SYSTEM);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(publish(1), 0);
    assert_int_equal(snapshot_open(path, geteuid() + 1, &snap), SNAPSHOT_UNSAFE);
    assert_null(snap);
    static const mode_t modes[] = {0664, 0646, 0666};
    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_UNSAFE);
    }
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(symlink(path, link_path), 0);
    assert_int_equal(snapshot_open(link_path, geteuid(), &snap), SNAPSHOT_SYSTEM);
    unlink(link_path);
    assert_int_equal(mkfifo(link_path, 0644), 0);
    assert_int_equal(snapshot_open(link_path, geteuid(), &snap), SNAPSHOT_UNSAFE);
    unlink(link_path);
    assert_int_equal(snapshot_open(directory, geteuid(), &snap), SNAPSHOT_UNSAFE);
    assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_OK);
    snapshot_close(snap);
}

static void test_no_directory(void **state)
{
    (void)state;
    struct snapshot_content content = sample_content(1);
    assert_true(snapshot_publish("/nonexistent/gdpop/snapshot", &content, 100) < 0);
}

/* The file system takes only part of the draft. */
static void test_write_fails(void **state)
{
    (void)state;
    struct rlimit before, small;
    assert_int_equal(publish(1), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int r = publish(2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(r, GDPOP_ERR_SYSTEM);
    assert_int_equal(generation_now(), 1);
    assert_int_equal(access(draft, F_OK), -1);
    assert_int_equal(publish(2), 0);
    assert_int_equal(generation_now(), 2);
}

static void test_draft_cannot_be_made(void **state)
{
    (void)state;
    assert_int_equal(publish(1), 0);
    assert_int_equal(mkdir(draft, 0755), 0);
    assert_int_equal(publish(2), GDPOP_ERR_SYSTEM);
    assert_int_equal(generation_now(), 1);
}

static void test_rename_fails(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(publish(1), GDPOP_ERR_SYSTEM);
    assert_int_equal(access(draft, F_OK), -1);
}

static void test_bad_content_leaves_the_file(void **state)
{
    (void)state;
    struct snapshot_content content = sample_content(2);
    struct snapshot_user twice[2] = {sample_users[0], sample_users[0]};
    assert_int_equal(publish(1), 0);
    content.users = twice;
    content.user_count = 2;
    assert_int_equal(snapshot_publish(path, &content, 100), GDPOP_ERR_ARGUMENT);
    assert_int_equal(generation_now(), 1);
}

static void test_lock_has_a_deadline(void **state)
{
    (void)state;
    int held[2], done[2];
    char byte;
    assert_int_equal(publish(1), 0);
    assert_int_equal(pipe(held) | pipe(done), 0);
    pid_t holder = fork();
    if (holder == 0) {
        struct lock lock = LOCK_NONE;
        int r = lock_file(lock_path, 1000, &lock);
        _exit(r == 0 && write(held[1], "x", 1) == 1 && read(done[0], &byte, 1) == 1 ? 0 : 1);
    }
    assert_int_equal(read(held[0], &byte, 1), 1);
    struct snapshot_content content = sample_content(2);
    assert_int_equal(snapshot_publish(path, &content, 50), GDPOP_ERR_BUSY);
    assert_int_equal(generation_now(), 1);
    int status;
    assert_int_equal(write(done[1], "x", 1), 1);
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_int_equal(status, 0);
    assert_int_equal(publish(2), 0);
    assert_int_equal(generation_now(), 2);
    for (int i = 0; i < 2; i++) {
        close(held[i]);
        close(done[i]);
    }
}

/* Many publish at once: the newest is what stays. */
static void test_concurrent_publishers(void **state)
{
    (void)state;
    enum { PUBLISHERS = 8 };
    pid_t child[PUBLISHERS];
    for (uint64_t i = 0; i < PUBLISHERS; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            struct snapshot_content content = sample_content(100 + i);
            _exit(snapshot_publish(path, &content, 60000) == 0 ? 0 : 1);
        }
    }
    for (int i = 0; i < PUBLISHERS; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(generation_now(), 100 + PUBLISHERS - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_published_file),        TEST(test_generations),
        TEST(test_older_leaves_the_file), TEST(test_damaged_file_is_replaced),
        TEST(test_unsafe_files),          TEST(test_no_directory),
        TEST(test_write_fails),           TEST(test_draft_cannot_be_made),
        TEST(test_rename_fails),          TEST(test_bad_content_leaves_the_file),
        TEST(test_lock_has_a_deadline),   TEST(test_concurrent_publishers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
