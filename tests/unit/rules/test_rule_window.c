/* Vendors and their windows. */
#define RULE "window"
#include "fixture.h"

static void vendors_only_within_a_window(void **state)
{
    (void)state;
    PASSES("staff", f->is_vendor = false);
    PASSES("within", f->is_vendor = f->window = true);
    DENIES("vendor", "M01", "GD-A1.3", "written notice", f->is_vendor = true);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("window", PHASE_ACCOUNT | PHASE_SESSION, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(vendors_only_within_a_window),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
