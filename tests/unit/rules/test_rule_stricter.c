/* The rules a password has passed against those that hold. */
#define RULE "stricter"
#include "fixture.h"

static void fingerprints(void **state)
{
    (void)state;
    PASSES("the same", );
    CASE("longer asked", CHANGE, "T01", "GD-17", "stricter",
         set_number(s, SETTING_length_min, 9, "GD-17"));
    PASSES("shorter asked", set_number(s, SETTING_length_min, 7, "GD-17"));
    CASE("capital asked", CHANGE, "T01", NULL, NULL,
         set_number(s, SETTING_classes_upper, 1, "SZ-19"));
    PASSES("special no longer asked", set_number(s, SETTING_classes_special, 0, ""));
    CASE("judged by nothing", CHANGE, "T01", NULL, NULL, f->judged_by = "");
    CASE("judged by noise", CHANGE, "T01", NULL, NULL, f->judged_by = "sixteen letters!");
    SKIPS("key only", f->has_password = f->password_proved = false, f->judged_by = "");
    SKIPS("su by a daemon", f->service_class = CLASS_ELEVATE, f->actor = ACTOR_SYSTEM,
          f->judged_by = "");
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("stricter", PHASE_ACCOUNT, CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fingerprints),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
