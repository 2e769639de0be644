/* One account on one device at a time. */
#define RULE "sharing"
#include "fixture.h"

static void sessions(void **state)
{
    (void)state;
    PASSES("alone", );
    PASSES("same device", f->other_sessions = 2);
    DENIES("another device", "H01", "GD-9", "on another device: phone-3", f->other_sessions = 1,
           f->other_device = true, f->other_session_text = "phone-3, 10.77.1.9, since 08:30");
    DENIES("another place", "H02", NULL, "at another place", f->other_sessions = 1,
           f->other_place = true);
    DENIES("a device counts before a place", "H01", NULL, NULL,
           f->other_place = f->other_device = true);
    DENIES("in the session phase", "H01", NULL, NULL, f->phase = PHASE_SESSION,
           f->other_device = true);
    SKIPS("not checked", set_number(s, SETTING_sharing_check, 0, ""), f->other_device = true);
}

static void end_other(void **state)
{
    (void)state;
    CASE("the caller ends it", NOTICE, "H03", "GD-9", "being ended", f->other_device = true,
         f->other_will_end = true);
    PASSES("nothing to end", f->other_will_end = true);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("sharing", PHASE_ACCOUNT | PHASE_SESSION, CLASS_REMOTE | CLASS_CONSOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sessions), cmocka_unit_test(end_other),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
