/* Civil days between two changes. */
#define RULE "min_age"
#include "password_fixture.h"

static void limits(void **state)
{
    (void)state;
#define DAYS(n) set_number(s, SETTING_min_age_days, n, "X")
#define SET_AT INT64_C(1779206400) * CLOCK_SECOND /* 2026-05-20 00:00 in China */
    SKIPS("not asked", f->set_at = f->now_at);
    DENIES("the same day", "P42", "X", "again from 2026-05-21", DAYS(1), f->set_at = f->now_at);
    DENIES("last microsecond", "P42", NULL, "2026-05-21", DAYS(1), f->set_at = SET_AT,
           f->now_at = f->set_at + CLOCK_DAY - 1);
    PASSES("next day", DAYS(1), f->set_at = SET_AT, f->now_at = f->set_at + CLOCK_DAY);
    PASSES("set a microsecond before midnight", DAYS(1), f->set_at = SET_AT - 1,
           f->now_at = SET_AT);
    DENIES("three days", "P42", NULL, "2026-05-22", DAYS(3), f->set_at = SET_AT - 1,
           f->now_at = SET_AT + 2 * CLOCK_DAY - 1);
    PASSES("after three days", DAYS(3), f->set_at = SET_AT - 1, f->now_at = SET_AT + 2 * CLOCK_DAY);
}

static void changes_that_are_asked_for(void **state)
{
    (void)state;
    SKIPS("initial", DAYS(1), f->set_at = f->now_at, f->current_is_initial = true);
    SKIPS("forced", DAYS(1), f->set_at = f->now_at, f->forced = true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(limits),
                                       cmocka_unit_test(changes_that_are_asked_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
