#include "fixture.h"

#include "store/private.h"

static int runs;

static int step(struct txn *t)
{
    Model__Organisation o = MODEL__ORGANISATION__INIT;
    o.id = arena_printf(txn_arena(t), "step%d", ++runs);
    return store_put_organisation(t, &o);
}

static int failing_step(struct txn *t)
{
    (void)t;
    return err_fail(GDPOP_ERR_STORE, "this step fails");
}

static void assert_state(struct fixture *f, struct store *s, uint32_t schema, uint64_t records)
{
    Model__Meta *meta;
    struct txn *t;
    uint64_t count;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_meta(t, &meta));
    assert_int_equal(meta->schema, schema);
    assert_ok(store_records(t, &table_organisation, &count));
    assert_int_equal(count, records);
    txn_abort(t);
}

static void test_steps(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const struct migration good[] = {{2, step}, {3, step}}, gap[] = {{2, step}, {4, step}},
                           bad[] = {{2, step}, {3, failing_step}};
    runs = 0;
    assert_ok(migrate_with(s, good, 2, 1)); /* nothing to do */
    assert_state(f, s, 1, 0);
    assert_fails(migrate_with(s, bad, 2, 3), GDPOP_ERR_STORE); /* all or nothing */
    assert_state(f, s, 1, 0);
    assert_fails(migrate_with(s, gap, 2, 4), GDPOP_ERR_STORE);
    assert_non_null(strstr(err_sentence(), "no way from schema 2"));
    assert_state(f, s, 1, 0);
    runs = 0;
    assert_ok(migrate_with(s, good, 2, 3));
    assert_state(f, s, 3, 2);
    assert_ok(migrate_with(s, good, 2, 3)); /* once only */
    assert_state(f, s, 3, 2);
    assert_fails(migrate_with(s, good, 2, 2), GDPOP_ERR_STORE);
    store_close(s);
}

/* A store of schema 0 does not exist; one that says so must not be taken for new. */
static void test_older_without_a_step(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Meta *meta;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_meta(t, &meta));
    meta->schema = 0;
    assert_ok(store_put_meta(t, meta));
    assert_ok(txn_commit(t));
    store_close(s);
    assert_fails(store_open(&f->conf, &s), GDPOP_ERR_STORE);
    assert_null(s);
}

static void test_reindex(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const struct index *index = table_account.indexes[1];
    Model__Account x = MODEL__ACCOUNT__INIT;
    struct txn *t;
    size_t problems;
    char *name;
    x.name = T("zhang");
    x.uid = 20001;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_put_account(t, &x));
    assert_int_equal(mdb_drop(t->mdb, env_database(s->env, index), 0), 0);
    assert_fails(store_account_by_uid(t, 20001, &name), GDPOP_ERR_NOT_FOUND);
    assert_ok(migrate_reindex(t, &table_account, index));
    assert_ok(store_account_by_uid(t, 20001, &name));
    assert_string_equal(name, "zhang");
    assert_ok(store_check(t, count_problem, NULL, &problems));
    assert_int_equal(problems, 0);
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_steps),
        TEST(test_older_without_a_step),
        TEST(test_reindex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
