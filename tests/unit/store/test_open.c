#include "fixture.h"

#include "store/private.h"

#include <dirent.h>
#include <sys/wait.h>

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;
    while (d && readdir(d))
        n++;
    closedir(d);
    return n;
}

/* In a child, so that a signal would be seen and not end the tests. */
static void assert_refused(struct fixture *f, int code, const char *words)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s;
        int r = store_open(&f->conf, &s);
        if (r == code && s == NULL && strstr(err_sentence(), words))
            _exit(0);
        fprintf(stderr, "store_open: %d %s, expected %d ...%s...\n", r, err_sentence(), code,
                words);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void copy(const char *from, const char *to)
{
    char command[512];
    snprintf(command, sizeof(command), "cp --preserve=all '%.200s' '%.200s'", from, to);
    assert_int_equal(system(command), 0);
}

static void test_create_twice(void **state)
{
    struct fixture *f = *state;
    assert_fails(store_create(&f->conf), GDPOP_ERR_EXISTS);
    fixture_check_clean(f);
}

static void test_files(void **state)
{
    struct fixture *f = *state;
    const char *names[] = {STORE_DATA_FILE,  STORE_LOCK_FILE, STORE_WRITE_LOCK,
                           STORE_COUNT_LOCK, STORE_OPEN_LOCK, STORE_TURN_LOCK};
    struct stat st;
    assert_int_equal(stat(f->conf.store_dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(stat(fixture_file(f, names[i]), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(st.st_uid, geteuid());
    }
    assert_int_equal(stat(fixture_file(f, STORE_LOCK_FILE), &st), 0);
    assert_int_equal(st.st_size, STORE_LOCK_BYTES);
    assert_true(st.st_blocks * 512 >= st.st_size);
    assert_int_equal(stat(fixture_file(f, STORE_DATA_FILE), &st), 0);
    assert_true(st.st_blocks * 512 >= 1 << 20); /* the whole map */
    assert_int_not_equal(stat(fixture_file(f, "new"), &st), 0);
}

static void test_readers_are_as_many_everywhere(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct store_stat st;
    struct txn *t;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_stat(s, &st));
    assert_int_equal(st.readers_max, STORE_READERS_MAX);
    assert_true(st.readers >= 1 && st.readers <= 2);
    assert_int_equal(st.map_bytes, 1 << 20);
    assert_true(st.used_bytes > 0 && st.used_bytes <= st.file_bytes);
    txn_abort(t);
    store_close(s);
}

/* What an interrupted attempt left is no obstacle. */
static void test_leftovers(void **state)
{
    struct fixture *f = *state;
    char command[512];
    snprintf(command, sizeof(command),
             "cd '%s' && rm -r store/* && mkdir -m 700 store/new && echo x >store/new/data.mdb && "
             "echo y >store/lock.mdb",
             f->dir);
    assert_int_equal(system(command), 0);
    assert_ok(store_create(&f->conf)); /* with the keys that are there */
    fixture_check_clean(f);
}

static void test_create_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;
    struct fixture g;
    struct stat st;
    char dir[80];
    snprintf(dir, sizeof(dir), "%.50s/other", f->dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    fixture_names(&g, dir);
    /* A key directory that cannot be made: its parent is a file. */
    snprintf(g.conf.key_dir, sizeof(g.conf.key_dir), "/proc/self/comm/keys");
    assert_true(store_create(&g.conf) < 0);
    assert_true(strlen(err_sentence()) > 0);
    assert_int_not_equal(stat(g.conf.store_dir, &st), 0);
    /* The key is made, the data file does not fit. */
    fixture_names(&g, dir);
    g.conf.map_size_mib = 1u << 30;
    assert_true(store_create(&g.conf) < 0);
    assert_true(strlen(err_sentence()) > 0);
    assert_int_not_equal(stat(g.conf.store_dir, &st), 0);
    assert_int_not_equal(stat(g.conf.key_dir, &st), 0);
}

static void test_missing_files(void **state)
{
    struct fixture *f = *state;
    const char *names[] = {STORE_DATA_FILE, STORE_LOCK_FILE};
    for (size_t i = 0; i < 2; i++) {
        char away[PATH_MAX];
        snprintf(away, sizeof(away), "%.64s/away", f->dir);
        assert_int_equal(rename(fixture_file(f, names[i]), away), 0);
        assert_refused(f, GDPOP_ERR_STORE, names[i]);
        assert_int_equal(rename(away, fixture_file(f, names[i])), 0);
    }
    fixture_check_clean(f);
    snprintf(f->conf.store_dir, sizeof(f->conf.store_dir), "/nowhere");
    assert_refused(f, GDPOP_ERR_STORE, "/nowhere is missing");
}

static void test_lock_file_short_or_with_holes(void **state)
{
    struct fixture *f = *state;
    const off_t sizes[] = {0, 100, 4096, STORE_LOCK_BYTES - 1};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(truncate(fixture_file(f, STORE_LOCK_FILE), sizes[i]), 0);
        assert_refused(f, GDPOP_ERR_STORE, STORE_LOCK_FILE);
    }
    assert_int_equal(truncate(fixture_file(f, STORE_LOCK_FILE), 0), 0);
    assert_int_equal(truncate(fixture_file(f, STORE_LOCK_FILE), STORE_LOCK_BYTES), 0);
    assert_refused(f, GDPOP_ERR_STORE, STORE_LOCK_FILE);
}

static void test_data_file_damaged(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct store_stat st;
    assert_ok(store_stat(s, &st));
    store_close(s);
    const off_t sizes[] = {0, 1, 151, 4096, 4096 + 100, 8192, 12288, (off_t)st.file_bytes - 1};
    char saved[PATH_MAX], garbage[4096];
    snprintf(saved, sizeof(saved), "%.64s/saved", f->dir);
    copy(fixture_file(f, STORE_DATA_FILE), saved);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        copy(saved, fixture_file(f, STORE_DATA_FILE));
        assert_int_equal(truncate(fixture_file(f, STORE_DATA_FILE), sizes[i]), 0);
        assert_refused(f, GDPOP_ERR_STORE, STORE_DATA_FILE);
    }
    memset(garbage, 0xa5, sizeof(garbage));
    for (off_t at = 0; at <= 4096; at += 4096) { /* each of the two first pages */
        copy(saved, fixture_file(f, STORE_DATA_FILE));
        int fd = open(fixture_file(f, STORE_DATA_FILE), O_WRONLY);
        assert_int_equal(pwrite(fd, garbage, sizeof(garbage), at), sizeof(garbage));
        close(fd);
        assert_refused(f, GDPOP_ERR_STORE, STORE_DATA_FILE);
    }
    copy(saved, fixture_file(f, STORE_DATA_FILE));
    fixture_check_clean(f);
}

static uint64_t number_in(struct fixture *f, off_t at)
{
    uint64_t v = 0;
    int fd = open(fixture_file(f, STORE_DATA_FILE), O_RDONLY);
    assert_int_equal(pread(fd, &v, sizeof(v), at), sizeof(v));
    close(fd);
    return v;
}

static void set_number(struct fixture *f, off_t at, uint64_t v)
{
    int fd = open(fixture_file(f, STORE_DATA_FILE), O_WRONLY);
    assert_int_equal(pwrite(fd, &v, sizeof(v), at), sizeof(v));
    close(fd);
}

/* Where the disk refused the last write of a commit, LMDB leaves the older of the two first pages
 * with the roots that the commit would have had: the newer one counts. */
static void test_first_page_after_a_commit_that_failed(void **state)
{
    enum { PAGE = 4096, MAIN_ROOT_AT = 128, TXN_AT = 144 };
    struct fixture *f = *state;
    off_t newer = number_in(f, TXN_AT) > number_in(f, PAGE + TXN_AT) ? 0 : PAGE;
    set_number(f, PAGE - newer + MAIN_ROOT_AT, 1 << 20);
    fixture_check_clean(f);
    set_number(f, newer + MAIN_ROOT_AT, 1 << 20);
    assert_refused(f, GDPOP_ERR_STORE, "first pages are damaged");
}

static void test_another_byte_order(void **state)
{
    enum { MAGIC_AT = 16, PAGE = 4096 };
    struct fixture *f = *state;
    uint64_t words[2];
    for (int i = 0; i < 2; i++) {
        words[i] = number_in(f, i * PAGE + MAGIC_AT);
        set_number(f, i * PAGE + MAGIC_AT,
                   (words[i] & ~UINT64_C(0xffffffff)) | __builtin_bswap32((uint32_t)words[i]));
    }
    assert_refused(f, GDPOP_ERR_STORE, "another byte order");
    for (int i = 0; i < 2; i++)
        set_number(f, i * PAGE + MAGIC_AT, words[i]);
    fixture_check_clean(f);
}

static void test_rights(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *name;
        mode_t bad, good;
    } cases[] = {{"", 0750, 0700},
                 {"", 0701, 0700},
                 {STORE_DATA_FILE, 0640, 0600},
                 {STORE_DATA_FILE, 0602, 0600},
                 {STORE_LOCK_FILE, 0660, 0600}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(chmod(fixture_file(f, cases[i].name), cases[i].bad), 0);
        assert_refused(f, GDPOP_ERR_STORE, "may be used by others");
        assert_int_equal(chmod(fixture_file(f, cases[i].name), cases[i].good), 0);
    }
    assert_int_equal(geteuid(), 0); /* the rest of these tests needs root */
    const char *names[] = {"", STORE_DATA_FILE, STORE_LOCK_FILE};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(chown(fixture_file(f, names[i]), 65534, 65534), 0);
        assert_refused(f, GDPOP_ERR_STORE, "belongs to user 65534");
        assert_int_equal(chown(fixture_file(f, names[i]), 0, 0), 0);
    }
    assert_int_equal(chmod(f->dir, 0711), 0);
    assert_int_equal(seteuid(65534), 0);
    assert_refused(f, GDPOP_ERR_NOT_AUTHORISED, "belongs to root: use sudo");
    assert_int_equal(seteuid(0), 0);
    fixture_check_clean(f);
}

static void test_links_and_other_files(void **state)
{
    struct fixture *f = *state;
    char away[PATH_MAX];
    snprintf(away, sizeof(away), "%.64s/away", f->dir);
    assert_int_equal(rename(fixture_file(f, STORE_DATA_FILE), away), 0);
    assert_int_equal(symlink(away, fixture_file(f, STORE_DATA_FILE)), 0);
    assert_refused(f, GDPOP_ERR_STORE, "not a regular file");
    assert_int_equal(unlink(fixture_file(f, STORE_DATA_FILE)), 0);
    assert_int_equal(mkfifo(fixture_file(f, STORE_DATA_FILE), 0600), 0);
    assert_refused(f, GDPOP_ERR_STORE, "not a regular file");
}

static void test_keys(void **state)
{
    struct fixture *f = *state;
    char away[PATH_MAX];
    snprintf(away, sizeof(away), "%.64s/away", f->dir);
    assert_int_equal(rename(f->conf.key_dir, away), 0);
    assert_refused(f, GDPOP_ERR_KEY, f->conf.key_dir);
    /* The keys of another store. */
    struct keyring *k;
    assert_ok(keyring_create(f->conf.key_dir));
    assert_ok(keyring_open(f->conf.key_dir, &k));
    keyring_free(k);
    assert_refused(f, GDPOP_ERR_SEAL, "meta");
}

static int touch_meta(struct txn *t, void *arg)
{
    Model__Meta *meta;
    assert_ok(store_meta(t, &meta));
    meta->generation = *(uint64_t *)arg;
    return store_put_meta(t, meta);
}

/* Keys are rotated while a login has the store open. */
static void test_a_key_made_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct store *before = fixture_open(f);
    Model__Meta *meta;
    struct txn *t;
    uint64_t generation = 17;
    assert_ok(keyring_create(f->conf.key_dir));
    struct store *after = fixture_open(f);
    assert_ok(store_update(after, f->arena, touch_meta, &generation));
    store_close(after);
    assert_ok(store_read(before, f->arena, &t));
    assert_ok(store_meta(t, &meta));
    assert_int_equal(meta->generation, generation);
    txn_abort(t);
    generation++;
    assert_ok(store_update(before, f->arena, touch_meta, &generation)); /* by the older key */
    store_close(before);
    after = fixture_open(f);
    assert_ok(store_read(after, f->arena, &t));
    assert_ok(store_meta(t, &meta));
    assert_int_equal(meta->generation, generation);
    txn_abort(t);
    store_close(after);
}

static void test_foreign_lmdb(void **state)
{
    struct fixture *f = *state;
    MDB_env *env;
    assert_int_equal(unlink(fixture_file(f, STORE_DATA_FILE)), 0);
    mdb_env_create(&env);
    mdb_env_set_maxreaders(env, STORE_READERS_MAX);
    assert_int_equal(mdb_env_open(env, f->conf.store_dir, 0, 0600), 0);
    mdb_env_close(env);
    assert_refused(f, GDPOP_ERR_STORE, "no account store");
}

static int set_schema(struct txn *t, void *arg)
{
    Model__Meta *meta;
    assert_ok(store_meta(t, &meta));
    meta->schema = *(uint32_t *)arg;
    return store_put_meta(t, meta);
}

static void test_newer_schema(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    uint32_t schema = STORE_SCHEMA + 1;
    assert_ok(store_update(s, f->arena, set_schema, &schema));
    store_close(s);
    assert_refused(f, GDPOP_ERR_STORE, "install the newer version");
}

static void test_missing_table(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_int_equal(mdb_drop(t->mdb, env_database(s->env, &table_permit), 1), 0);
    assert_ok(txn_commit(t));
    store_close(s);
    assert_refused(f, GDPOP_ERR_STORE, "a table is missing");
}

static void test_no_descriptor_stays(void **state)
{
    struct fixture *f = *state;
    int before = descriptors();
    for (int i = 0; i < 3; i++) {
        struct store *s = fixture_open(f), *same = fixture_open(f);
        struct txn *t, *reader;
        struct lock l;
        uint32_t schema = STORE_SCHEMA;
        assert_ok(store_read(same, f->arena, &reader));
        assert_ok(store_write(s, f->arena, &t));
        assert_ok(set_schema(t, &schema));
        assert_ok(txn_commit(t));
        assert_ok(store_write(s, f->arena, &t));
        txn_abort(t);
        txn_abort(reader);
        assert_ok(store_count_lock(&f->conf, "zhang", &l));
        lock_release(&l);
        store_close(s);
        store_close(same);
        assert_int_equal(descriptors(), before);
        close_range(3, ~0U, 0); /* as programs do */
        before = descriptors();
    }
    snprintf(f->conf.key_dir, sizeof(f->conf.key_dir), "/nowhere");
    struct store *s;
    assert_true(store_open(&f->conf, &s) < 0);
    assert_int_equal(descriptors(), before);
    snprintf(f->conf.key_dir, sizeof(f->conf.key_dir), "%.64s/keys", f->dir);
}

/* Takes the lock in a child; its exit status says whether it got it at once. */
static int child_count_lock(const struct fixture *f, const char *account)
{
    struct conf conf = f->conf;
    int status;
    pid_t pid = fork();
    conf.store_wait_sec = 0;
    if (pid == 0) {
        struct lock l;
        int r = store_count_lock(&conf, account, &l);
        _exit(r == 0 ? 0 : r == GDPOP_ERR_BUSY ? 1 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void test_count_lock(void **state)
{
    struct fixture *f = *state;
    struct lock l;
    assert_ok(store_count_lock(&f->conf, "zhang", &l));
    assert_int_equal(child_count_lock(f, "zhang"), 1);
    assert_int_equal(child_count_lock(f, "li"), 0);
    lock_release(&l);
    assert_int_equal(child_count_lock(f, "zhang"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_create_twice),
        TEST(test_files),
        TEST(test_readers_are_as_many_everywhere),
        TEST(test_leftovers),
        TEST(test_create_leaves_nothing_behind),
        TEST(test_missing_files),
        TEST(test_lock_file_short_or_with_holes),
        TEST(test_data_file_damaged),
        TEST(test_first_page_after_a_commit_that_failed),
        TEST(test_another_byte_order),
        TEST(test_rights),
        TEST(test_links_and_other_files),
        TEST(test_keys),
        TEST(test_a_key_made_meanwhile),
        TEST(test_foreign_lmdb),
        TEST(test_newer_schema),
        TEST(test_missing_table),
        TEST(test_no_descriptor_stays),
        TEST(test_count_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
