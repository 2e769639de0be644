/* The initial password is not chosen. */
#define RULE "not_initial"
#include "password_fixture.h"

static void choice(void **state)
{
    (void)state;
    PASSES("another", );
    DENIES("the same", "P43", "DB-8.1.4.2b", "initial one", f->is_initial = true);
    DENIES("whatever is asked", "P43", "SZ-19", NULL, f->is_initial = true,
           set_number(s, SETTING_initial_change, 0, "SZ-19"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(choice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
