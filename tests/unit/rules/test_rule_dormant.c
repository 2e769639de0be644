/* 90 civil days without use. */
#define RULE "dormant"
#include "fixture.h"

static void limits(void **state)
{
    (void)state;
    PASSES("used lately", );
    PASSES("last microsecond of day 90", f->last_login_at = china(2026, 1, 10, 15, 0, 0),
           f->now_at = china(2026, 4, 11, 0, 0, 0) - 1);
    DENIES("day 91", "D01", "DB-8.1.4.2c", "more than 90 days",
           f->last_login_at = china(2026, 1, 10, 15, 0, 0),
           f->now_at = china(2026, 4, 11, 0, 0, 0));
    PASSES("another limit", set_number(s, SETTING_dormant_days, 1, "X"));
    DENIES("the day after tomorrow", "D01", "X", NULL, set_number(s, SETTING_dormant_days, 1, "X"),
           f->now_at = china(2026, 5, 21, 0, 0, 0));
}

static void what_counts_as_use(void **state)
{
    (void)state;
    PASSES("activated, never logged in", f->last_login_at = 0,
           f->activated_at = china(2026, 5, 1, 0, 0, 0));
    DENIES("activated long ago", "D01", NULL, NULL, f->last_login_at = 0,
           f->activated_at = china(2025, 5, 1, 0, 0, 0));
    PASSES("reviewed", f->last_login_at = china(2025, 1, 1, 0, 0, 0),
           f->reviewed_at = china(2026, 5, 1, 0, 0, 0));
    DENIES("nothing at all", "D01", NULL, NULL, f->last_login_at = f->activated_at = 0);
}

static void who_is_not_dormant(void **state)
{
    (void)state;
    SKIPS("no limit", set_number(s, SETTING_dormant_days, 0, ""), f->last_login_at = 0);
    SKIPS("service account", f->is_service = true, f->last_login_at = 0);
    PASSES("sudo in a long session", f->service_class = CLASS_ELEVATE, f->last_login_at = 1,
           f->live_sessions_here = 1);
    PASSES("unlocking the screen of one", f->service_class = CLASS_REVERIFY, f->last_login_at = 1,
           f->live_sessions_here = 1);
    DENIES("su without one", "D01", NULL, NULL, f->service_class = CLASS_ELEVATE,
           f->activated_at = f->last_login_at = 1);
    DENIES("a forgotten session does not keep the door open", "D01", NULL, NULL,
           f->activated_at = f->last_login_at = 1, f->live_sessions_here = 1);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("dormant", PHASE_ACCOUNT,
                CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE | CLASS_REVERIFY | CLASS_BATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits), cmocka_unit_test(what_counts_as_use),
        cmocka_unit_test(who_is_not_dormant), cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
