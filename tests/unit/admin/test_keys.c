/* A new key for the store, while it is in use. */
#include "witness.h"

#include "audit/trail.h"

static uint64_t values_of(struct fixture *f, const char *id)
{
    assert_ok(RUN(f, "audadm", "keys", "list"));
    int row = find_row(f, "id", id);
    return row < 0 ? 0 : strtoull(field(f, (size_t)row, "values"), NULL, 10);
}

static int add_many(struct txn *t, void *arg)
{
    struct gdpop_admin a = {.call.txn = t, .now_at = clock_now()};
    char name[16];
    (void)arg;
    for (unsigned i = 100; i < 900; i++) { /* more than one transaction re-seals */
        snprintf(name, sizeof(name), "user%u", i);
        add_account(&a, i, T(name), "county", 0);
    }
    return 0;
}

static void check_sound(struct fixture *f)
{
    struct trail_report report;
    struct call call;
    size_t problems;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(store_check(call.txn, NULL, NULL, &problems));
    assert_int_equal(problems, 0);
    assert_ok(trail_verify(call.txn, &report));
    call_close(&call);
}

static void rotated(void **state)
{
    struct fixture *f = *state;
    with_store(f, add_many, NULL);
    assert_refused(RUN(f, "sysadm", "keys", "rotate"), GDPOP_ERR_NOT_AUTHORISED, "security");
    uint64_t before = values_of(f, "1");
    assert_true(before > 800);
    assert_ok(RUN(f, "secadm", "keys", "rotate"));
    assert_int_equal(values_of(f, "1"), 0);
    assert_true(values_of(f, "2") >= before);
    assert_ok(RUN(f, "audadm", "account", "show", "user", "user899"));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "keys.resealed"));
    assert_true(find_row(f, "outcome", "done") >= 0);
    check_sound(f);
}

/* Who opened the store before goes on with the older key; resume brings in what he wrote. */
static void with_an_older_ring(void **state)
{
    struct fixture *f = *state;
    struct call early;
    struct txn *t;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(call_open(&early, f->g));
    assert_ok(RUN(f, "secadm", "keys", "rotate"));
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(store_write(early.store, early.arena, &t));
    Model__Counter c = MODEL__COUNTER__INIT;
    assert_ok(store_put_counter(t, "zhangsan", &c));
    assert_ok(txn_commit(t));
    call_close(&early);
    assert_int_equal(values_of(f, "1"), 1);
    assert_ok(RUN(f, "secadm", "keys", "rotate", "resume", "yes"));
    assert_int_equal(values_of(f, "1"), 0);
    assert_int_equal(values_of(f, "3"), 0); /* no other key was made */
    check_sound(f);
}

/* One key more than can be read would lock everybody out. */
static void a_full_ring_is_refused(void **state)
{
    struct fixture *f = *state;
    gdpop_admin_end(f->a);
    f->a = NULL;
    for (int i = 1; i < 64; i++)
        assert_ok(keyring_create(f->g->conf.key_dir));
    assert_refused(RUN(f, "secadm", "keys", "rotate"), GDPOP_ERR_REFUSED, "not the oldest");
    assert_ok(RUN(f, "secadm", "keys", "rotate", "resume", "yes"));
    assert_true(values_of(f, "64") > 0);
    assert_int_equal(values_of(f, "1"), 0);
    check_sound(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rotated, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(with_an_older_ring, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_full_ring_is_refused, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
