#include "fixture.h"

#include "store/private.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

/* Each test has a small disk of its own: a tmpfs in a private mount namespace. Needs root. */

enum { DISK_MIB = 4 };

static void mount_disk(struct fixture *f)
{
    assert_int_equal(geteuid(), 0);
    assert_int_equal(unshare(CLONE_NEWNS), 0);
    assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    char dir[80], options[32];
    snprintf(dir, sizeof(dir), "%.50s/disk", f->dir);
    snprintf(options, sizeof(options), "size=%dm,mode=0700", DISK_MIB);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(mount("small", dir, "tmpfs", 0, options), 0);
    fixture_names(f, dir);
}

static int setup(void **state)
{
    char dir[] = "/tmp/gdpop-test-XXXXXX";
    struct fixture *f = malloc(sizeof(*f));
    if (!f || !mkdtemp(dir))
        return -1;
    fixture_names(f, dir);
    mount_disk(f);
    f->arena = arena_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    umount2(f->dir, MNT_DETACH);
    rmdir(f->dir);
    *strrchr(f->dir, '/') = '\0';
    arena_free(f->arena);
    int r = rmdir(f->dir);
    free(f);
    return r;
}

static void fill_disk(const struct fixture *f)
{
    char path[96];
    static char block[4096];
    snprintf(path, sizeof(path), "%s/filler", f->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof(block)) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void free_disk(const struct fixture *f)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/filler", f->dir);
    assert_int_equal(unlink(path), 0);
}

static int put_large(struct txn *t, void *arg)
{
    int *number = arg;
    Model__Organisation o = MODEL__ORGANISATION__INIT;
    o.id = arena_printf(txn_arena(t), "org-%06d", *number);
    o.name = arena_printf(txn_arena(t), "%02000d", *number);
    return store_put_organisation(t, &o);
}

/* Until it fails; *count is how many were acknowledged. */
static int write_until_full(struct fixture *f, int limit, int *count)
{
    struct store *s = fixture_open(f);
    int r = 0;
    for (; r == 0 && *count < limit; *count += r == 0) {
        struct arena *a = arena_new();
        r = store_update(s, a, put_large, count);
        arena_free(a);
    }
    store_close(s);
    return r;
}

static void assert_all_there(struct fixture *f, int count)
{
    struct store *s = fixture_open(f);
    struct txn *t;
    uint64_t records;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_records(t, &table_organisation, &records));
    assert_int_equal(records, count);
    txn_abort(t);
    store_close(s);
    fixture_check_clean(f);
}

static void test_no_room_to_create(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    f->conf.map_size_mib = DISK_MIB + 1;
    assert_fails(store_create(&f->conf), GDPOP_ERR_FULL);
    assert_non_null(strstr(err_sentence(), STORE_DATA_FILE));
    assert_int_not_equal(stat(f->conf.store_dir, &st), 0);
    assert_int_not_equal(stat(f->conf.key_dir, &st), 0);
    f->conf.map_size_mib = 1;
    assert_ok(store_create(&f->conf));
}

/* Others fill the disk: what the store has taken from it is still good for writing. */
static void test_reserved_blocks(void **state)
{
    struct fixture *f = *state;
    int count = 0;
    assert_ok(store_create(&f->conf));
    fill_disk(f);
    assert_int_equal(write_until_full(f, 100, &count), 0);
    assert_fails(write_until_full(f, 10000, &count), GDPOP_ERR_FULL);
    assert_true(count > 150);
    assert_all_there(f, count);
    free_disk(f);
    assert_int_equal(write_until_full(f, count + 200, &count), 0);
    assert_all_there(f, count);
}

/* A store on a file system that reserves nothing, or copied there: the commit itself fails. */
static void test_commit_fails(void **state)
{
    struct fixture *f = *state;
    char command[512];
    int count = 0;
    assert_ok(store_create(&f->conf));
    snprintf(command, sizeof(command), "cd '%s' && cp -p data.mdb data2 && mv data2 data.mdb",
             f->conf.store_dir);
    assert_int_equal(system(command), 0);
    fill_disk(f);
    assert_fails(write_until_full(f, 10000, &count), GDPOP_ERR_FULL);
    assert_non_null(strstr(err_sentence(), "no space left for the store")); /* not: to grow */
    assert_all_there(f, count);
    free_disk(f);
    assert_int_equal(write_until_full(f, count + 200, &count), 0);
    assert_all_there(f, count);
}

static void test_lock_file_missing_on_a_full_disk(void **state)
{
    struct fixture *f = *state;
    assert_ok(store_create(&f->conf));
    assert_int_equal(unlink(fixture_file(f, STORE_LOCK_FILE)), 0);
    fill_disk(f);
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        _exit(store_open(&f->conf, &s) == GDPOP_ERR_STORE ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0); /* no signal */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_room_to_create),
        TEST(test_reserved_blocks),
        TEST(test_commit_fails),
        TEST(test_lock_file_missing_on_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
