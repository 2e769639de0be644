#include "../store/fixture.h"

#include "audit/trail.h"
#include "base/clock.h"

static void append(struct store *s, struct arena *a, const char *action)
{
    struct txn *t;
    Model__Event e = MODEL__EVENT__INIT;
    e.action = (char *)(uintptr_t)action;
    assert_ok(store_write(s, a, &t));
    assert_ok(trail_append(t, &e));
    assert_ok(txn_commit(t));
}

static void test_append_and_verify(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct trail_report report;
    struct txn *t;
    for (int i = 0; i < 20; i++)
        append(s, f->arena, "login.auth");
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_verify(t, &report));
    assert_int_equal(report.first, 1);
    assert_int_equal(report.last, 20);
    assert_int_equal(report.bad, 0);
    txn_abort(t);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_append_and_verify, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
