/* What a legal hold covers, on both sides of each limit; and months that end at the end of one. */
#include "../store/fixture.h"

#include "audit/archive.h"
#include "audit/hold.h"
#include "base/clock.h"

static void test_limits(void **state)
{
    static const struct {
        int64_t hold_from, hold_until, ended, from, to;
        bool covers;
    } cases[] = {
        {100, 200, 0, 50, 99, false},     {100, 200, 0, 50, 100, true},
        {100, 200, 0, 199, 300, true},    {100, 200, 0, 200, 300, false},
        {100, 200, 0, 120, 130, true},    {100, 200, 0, 50, 300, true},
        {100, 0, 0, 5000, 6000, true},    {100, 0, 0, 50, 99, false},
        {100, 200, 150, 120, 130, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Model__Permit p = MODEL__PERMIT__INIT;
        p.kind = T(TRAIL_HOLD_KIND);
        p.from_at = cases[i].hold_from;
        p.until_at = cases[i].hold_until;
        p.ended_at = cases[i].ended;
        if (trail_hold_covers(&p, cases[i].from, cases[i].to) != cases[i].covers)
            fail_msg("case %zu", i);
        p.kind = T("exception");
        assert_false(trail_hold_covers(&p, cases[i].from, cases[i].to));
    }
}

static int64_t instant(const char *day)
{
    int64_t at;
    assert_ok(clock_parse(day, 480, false, &at));
    return at;
}

/* Six calendar months by the day, to its end; a policy of fewer counts as six. */
static void test_months(void **state)
{
    static const struct {
        const char *before, *from;
    } cases[] = {
        {"2026-08-31", "2027-03-01"}, {"2026-08-28", "2027-03-01"}, {"2026-08-27", "2027-02-28"},
        {"2027-08-31", "2028-03-01"}, {"2027-08-29", "2028-03-01"}, {"2027-08-28", "2028-02-29"},
        {"2026-03-15", "2026-09-16"}, {"2026-03-31", "2026-10-01"}, {"2026-12-31", "2027-07-01"},
    };
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    uint64_t first, last;
    struct txn *t;
    assert_ok(store_read(s, f->arena, &t));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int months = 0; months <= 6; months += 3) {
            int64_t before_at = instant(cases[i].before), from_at = instant(cases[i].from);
            assert_fails(trail_prune_check(t, before_at, from_at - 1, 480, months, &first, &last),
                         GDPOP_ERR_REFUSED);
            assert_fails(trail_prune_check(t, before_at, from_at, 480, months, &first, &last),
                         GDPOP_ERR_NOT_FOUND);
        }
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_limits), TEST(test_months)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
