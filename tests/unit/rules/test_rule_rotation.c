/* Calendar months, to the microsecond, and the days before. */
#define RULE "rotation"
#include "fixture.h"

static void due_day(void **state)
{
    (void)state;
#define SET(year, month, day) f->password_set_at = china(year, month, day, 10, 20, 30)
#define AT(year, month, day) f->now_at = china(year, month, day, 0, 0, 0)
    CASE("last microsecond", NOTICE, "R02", "GD-17", "2026-09-15", SET(2026, 3, 15),
         AT(2026, 9, 16), f->now_at--);
    CASE("due", CHANGE, "R01", "GD-17", "good through 2026-09-15", SET(2026, 3, 15),
         AT(2026, 9, 16));
    CASE("31 August, last microsecond", NOTICE, "R02", NULL, "2027-02-28", SET(2026, 8, 31),
         AT(2027, 3, 1), f->now_at--);
    CASE("31 August, due", CHANGE, "R01", NULL, "2027-02-28", SET(2026, 8, 31), AT(2027, 3, 1));
    CASE("31 August before a leap year", NOTICE, "R02", NULL, "2028-02-29", SET(2027, 8, 31),
         AT(2028, 2, 29));
    CASE("31 August before a leap year, due", CHANGE, "R01", NULL, NULL, SET(2027, 8, 31),
         AT(2028, 3, 1));
    CASE("29 February", CHANGE, "R01", NULL, "2028-08-29", SET(2028, 2, 29), AT(2028, 8, 30));
    CASE("never set", CHANGE, "R01", NULL, NULL, f->password_set_at = 0);
}

static void zone(void **state)
{
    (void)state;
    CASE("set on the 15th in China, the 14th in UTC", NOTICE, "R02", NULL, "2026-09-15",
         f->password_set_at = china(2026, 3, 15, 0, 30, 0), AT(2026, 9, 16), f->now_at--);
    CASE("due by China's midnight", CHANGE, "R01", NULL, NULL,
         f->password_set_at = china(2026, 3, 15, 0, 30, 0), AT(2026, 9, 16));
    CASE("by UTC's it was due a day before", CHANGE, "R01", NULL, "2026-09-14",
         f->password_set_at = china(2026, 3, 15, 0, 30, 0), f->utc_offset_min = 0,
         f->now_at = china(2026, 9, 15, 8, 0, 0));
}

static void warning(void **state)
{
    (void)state;
    PASSES("15 days before", SET(2026, 3, 15), AT(2026, 9, 2), f->now_at--);
    CASE("14 days before", NOTICE, "R02", NULL, "2026-09-15", SET(2026, 3, 15), AT(2026, 9, 2));
    PASSES("no warning set", set_number(s, SETTING_warn_days, 0, ""), SET(2026, 3, 15),
           AT(2026, 9, 16), f->now_at--);
    CASE("due without warning", CHANGE, "R01", NULL, NULL, set_number(s, SETTING_warn_days, 0, ""),
         SET(2026, 3, 15), AT(2026, 9, 16));
}

static void who_is_not_asked(void **state)
{
    (void)state;
    SKIPS("no rotation", set_number(s, SETTING_rotation_months, 0, ""), f->password_set_at = 0);
    SKIPS("key only", f->has_password = f->password_proved = false, f->password_set_at = 0);
    CASE("a proved password is one", CHANGE, "R01", NULL, NULL, f->has_password = false,
         f->password_set_at = 0);
    CASE("a key login of who has one", CHANGE, "R01", NULL, NULL, f->password_proved = false,
         f->password_set_at = 0);
    CASE("sudo", CHANGE, "R01", NULL, NULL, f->service_class = CLASS_ELEVATE,
         f->password_set_at = 0);
    SKIPS("su by a daemon", f->service_class = CLASS_ELEVATE, f->actor = ACTOR_SYSTEM,
          f->password_set_at = 0);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("rotation", PHASE_ACCOUNT | PHASE_SESSION,
                CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_day), cmocka_unit_test(zone), cmocka_unit_test(warning),
        cmocka_unit_test(who_is_not_asked), cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
