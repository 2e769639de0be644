/* What the trail costs at the disk: an event adds no flush to the commit it rides on, the end of an
 * epoch two, one for each of the seal's slots. */
#include "flushes.h"

#include "../store/fixture.h"

#include "audit/trail.h"

/* Flushes of a commit with so many events. */
static unsigned commit(struct store *s, struct fixture *f, int events)
{
    Model__Meta *meta;
    struct txn *t;
    flushes = 0;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_meta(t, &meta));
    assert_ok(store_put_meta(t, meta));
    for (int i = 0; i < events; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        assert_ok(trail_append(t, &e));
    }
    assert_ok(txn_commit(t));
    return flushes;
}

static unsigned end_epoch(struct store *s, struct fixture *f)
{
    const struct trail_limits now = {0, 1};
    struct txn *t;
    bool ended;
    flushes = 0;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_end_epoch(t, &now, &ended));
    assert_true(ended);
    assert_ok(txn_commit(t));
    return flushes;
}

static void test_flushes(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    commit(s, f, 1); /* makes the seal */
    unsigned bare = commit(s, f, 0);
    assert_true(bare > 0);
    assert_int_equal(commit(s, f, 1), bare);
    assert_int_equal(commit(s, f, 10), bare);
    assert_int_equal(end_epoch(s, f), bare + 2);
    assert_int_equal(commit(s, f, 1), bare);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_flushes, fixture_setup, fixture_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
