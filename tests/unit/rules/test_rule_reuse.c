/* The caller compares hashes; the rule says what follows. */
#define RULE "reuse"
#include "password_fixture.h"

static void depth(void **state)
{
    (void)state;
    PASSES("new", );
    DENIES("used before", "P41", "DB-8.1.4.1a", "one of your last 5", f->reused = true);
    DENIES("of another depth", "P41", "X", "one of your last 12", f->reused = true,
           set_number(s, SETTING_reuse_depth, 12, "X"));
    SKIPS("not asked", set_number(s, SETTING_reuse_depth, 0, ""), f->reused = true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(depth)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
