/* When only the reserve of the store's room is left. */
#define RULE "space"
#include "fixture.h"

static void stops_for_all_but_administrators(void **state)
{
    (void)state;
    PASSES("room", f->reserve_only = false);
    PASSES("short", f->room_short = true);
    DENIES("reserve", "K01", "DB-8.1.4.3c", "no room left", f->reserve_only = f->room_short = true);
    PASSES("administrator", f->reserve_only = f->administers = true);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("space", PHASE_ACCOUNT | PHASE_SESSION, CLASS_REMOTE | CLASS_CONSOLE | CLASS_BATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stops_for_all_but_administrators),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
