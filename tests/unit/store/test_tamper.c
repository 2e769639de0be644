#include "fixture.h"

#include "store/private.h"

/* Records and entries changed behind the store's back, by LMDB itself. */

static void enrol(struct fixture *f)
{
    struct store *s = fixture_open(f);
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    Model__Account x = MODEL__ACCOUNT__INIT;
    struct txn *t;
    d.type = T("resident");
    d.number = T("11010519491231002X");
    p.document = &d;
    p.id = T("P000001");
    p.name = T("张三");
    x.name = T("zhang");
    x.person = p.id;
    x.state = T("active");
    x.uid = 20001;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_put_person(t, &p));
    assert_ok(store_put_account(t, &x));
    x.name = T("li");
    x.person = T("P000002");
    x.uid = 20002;
    assert_ok(store_put_account(t, &x));
    assert_ok(txn_commit(t));
    store_close(s);
}

static MDB_val raw_get(struct fixture *f, struct txn *t, const void *owner, const char *key)
{
    MDB_val k = {strlen(key), T(key)}, v;
    assert_int_equal(mdb_get(t->mdb, env_database(t->store->env, owner), &k, &v), 0);
    return (MDB_val){v.mv_size, memcpy(arena_alloc(f->arena, v.mv_size), v.mv_data, v.mv_size)};
}

static void raw_put(struct txn *t, const void *owner, const char *key, MDB_val v)
{
    MDB_val k = {strlen(key), T(key)};
    assert_int_equal(mdb_put(t->mdb, env_database(t->store->env, owner), &k, &v, 0), 0);
}

static void note(const char *sentence, void *arg)
{
    char *seen = arg;
    size_t len = strlen(seen);
    snprintf(seen + len, 2048 - len, "%s\n", sentence);
}

static void assert_problem(struct txn *t, size_t expected, const char *words)
{
    char seen[2048] = "";
    size_t problems;
    assert_ok(store_check(t, note, seen, &problems));
    if (problems != expected || !strstr(seen, words))
        fail_msg("%zu problems, expected %zu with '%s':\n%s", problems, expected, words, seen);
}

static void test_flipped_bytes(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    Model__Account *x;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    MDB_val v = raw_get(f, t, &table_account, "zhang");
    for (size_t i = 0; i < v.mv_size; i++) {
        ((uint8_t *)v.mv_data)[i] ^= 0x40;
        raw_put(t, &table_account, "zhang", v);
        ((uint8_t *)v.mv_data)[i] ^= 0x40;
        assert_fails(store_get_account(t, "zhang", &x), GDPOP_ERR_SEAL);
        assert_null(x);
        assert_non_null(strstr(err_sentence(), "account"));
        assert_non_null(strstr(err_sentence(), "zhang"));
    }
    for (size_t len = 0; len < v.mv_size; len++) {
        raw_put(t, &table_account, "zhang", (MDB_val){len, v.mv_data});
        assert_fails(store_get_account(t, "zhang", &x), GDPOP_ERR_SEAL);
    }
    txn_abort(t);
    store_close(s);
}

/* The same in the file itself. */
static void test_flipped_in_the_file(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    Model__Account *x;
    struct txn *t;
    assert_ok(store_read(s, f->arena, &t));
    MDB_val v = raw_get(f, t, &table_account, "zhang");
    txn_abort(t);
    store_close(s);
    static char file[1 << 20];
    int fd = open(fixture_file(f, STORE_DATA_FILE), O_RDWR);
    ssize_t len = pread(fd, file, sizeof(file), 0);
    char *at = memmem(file, (size_t)len, v.mv_data, v.mv_size);
    assert_non_null(at);
    at[v.mv_size / 2] ^= 1;
    assert_int_equal(pwrite(fd, at, v.mv_size, at - file), v.mv_size);
    close(fd);
    s = fixture_open(f);
    assert_ok(store_read(s, f->arena, &t));
    assert_fails(store_get_account(t, "zhang", &x), GDPOP_ERR_SEAL);
    assert_ok(store_get_account(t, "li", &x));
    assert_problem(t, 3, "account zhang: "); /* the record, and the entries that lead to it */
    txn_abort(t);
    store_close(s);
}

static void test_nothing_readable_in_the_file(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    static char file[1 << 20];
    int fd = open(fixture_file(f, STORE_DATA_FILE), O_RDONLY);
    ssize_t len = pread(fd, file, sizeof(file), 0);
    close(fd);
    assert_null(memmem(file, (size_t)len, "张三", strlen("张三")));
    assert_null(memmem(file, (size_t)len, "11010519491231002X", 18));
    assert_null(memmem(file, (size_t)len, "resident", 8));
    assert_non_null(memmem(file, (size_t)len, "zhang", 5)); /* keys are plain */
}

static void test_moved(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    Model__Account *x;
    Model__Person *p;
    char *name;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    raw_put(t, &table_account, "zhang", raw_get(f, t, &table_account, "li"));
    assert_fails(store_get_account(t, "zhang", &x), GDPOP_ERR_SEAL);
    raw_put(t, &table_person, "li", raw_get(f, t, &table_account, "li"));
    assert_fails(store_get_person(t, "li", &p), GDPOP_ERR_SEAL);
    raw_put(t, table_account.indexes[0], "P000001",
            raw_get(f, t, table_account.indexes[0], "P000002"));
    assert_fails(store_account_of_person(t, "P000001", &name), GDPOP_ERR_SEAL);
    assert_non_null(strstr(err_sentence(), "account.person"));
    txn_abort(t);
    store_close(s);
}

static void test_index_without_record(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_problem(t, 0, "");
    assert_ok(value_delete(t, &table_account, "account", bytes_of_text("zhang")));
    assert_problem(t, 2, "account.person P000001: it names a record that is not there");
    txn_abort(t);
    store_close(s);
}

static void test_record_without_index(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    struct txn *t;
    const struct index *index = table_account.indexes[0];
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(value_delete(t, index, index->name, bytes_of_text("P000001")));
    assert_problem(t, 1, "account zhang: the index account.person lacks its entry");
    txn_abort(t);
    store_close(s);
}

static void test_index_to_another_record(void **state)
{
    struct fixture *f = *state;
    enrol(f);
    struct store *s = fixture_open(f);
    struct txn *t;
    const struct index *index = table_account.indexes[0];
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(
        value_put(t, index, index->name, false, bytes_of_text("P000001"), bytes_of_text("li")));
    assert_problem(t, 2, "account zhang: the index account.person names another record");
    assert_problem(t, 2, "account.person P000001: its record does not belong under it");
    txn_abort(t);
    store_close(s);
}

static void test_network_not_marked(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Workplace w = MODEL__WORKPLACE__INIT;
    uint8_t prefix[16] = {0x20, 1};
    Model__Meta *meta;
    struct txn *t;
    w.organisation = T("o");
    w.prefix.data = prefix;
    w.prefix.len = 16;
    w.prefix_length = 16;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_put_workplace(t, &w));
    assert_problem(t, 0, "");
    assert_ok(store_meta(t, &meta));
    meta->prefix_lengths.len = 0;
    assert_ok(store_put_meta(t, meta));
    assert_problem(t, 1, "workplace ");
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_flipped_bytes),
        TEST(test_flipped_in_the_file),
        TEST(test_nothing_readable_in_the_file),
        TEST(test_moved),
        TEST(test_index_without_record),
        TEST(test_record_without_index),
        TEST(test_index_to_another_record),
        TEST(test_network_not_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
