/* A password that somebody else set. */
#define RULE "initial"
#include "fixture.h"

static void change(void **state)
{
    (void)state;
#define INITIAL f->password_initial = true, f->initial_until_at = f->now_at + 1
    PASSES("own password", );
    CASE("last microsecond", CHANGE, "I01", "DB-8.1.4.2b", "initial password", INITIAL);
    DENIES("expired", "I02", "DB-8.1.4.2b", "good until 2026-05-20 09:00",
           f->password_initial = true, f->initial_until_at = f->now_at);
    DENIES("no end on record", "I02", NULL, NULL, f->password_initial = true);
    CASE("tag of the profile", CHANGE, "I01", "SZ-19", NULL, INITIAL,
         set_number(s, SETTING_initial_change, 1, "SZ-19"));
    CASE("key login", CHANGE, "I01", NULL, NULL, INITIAL, f->password_proved = false);
    SKIPS("key only", INITIAL, f->has_password = f->password_proved = false);
}

static void no_change_asked(void **state)
{
    (void)state;
    PASSES("good", INITIAL, set_number(s, SETTING_initial_change, 0, ""));
    DENIES("but not for ever", "I02", NULL, NULL, set_number(s, SETTING_initial_change, 0, ""),
           f->password_initial = true, f->initial_until_at = f->now_at);
}

static void changing_it(void **state)
{
    (void)state;
#define CHANGING f->phase = PHASE_CHANGE, f->service_class = CLASS_REVERIFY
    PASSES("passwd", CHANGING, INITIAL);
    PASSES("forced by sshd", f->phase = PHASE_CHANGE, INITIAL);
    DENIES("expired", "I02", NULL, NULL, CHANGING, f->password_initial = true,
           f->initial_until_at = f->now_at);
    SKIPS("passwd asks who it is", f->service_class = CLASS_REVERIFY, INITIAL);
    SKIPS("su by a daemon", f->service_class = CLASS_ELEVATE, f->actor = ACTOR_SYSTEM, INITIAL);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("initial", PHASE_ACCOUNT | PHASE_CHANGE,
                CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE | CLASS_REVERIFY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(change), cmocka_unit_test(no_change_asked),
                                       cmocka_unit_test(changing_it),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
