/* The end of an account, to the microsecond. */
#define RULE "expiry"
#include "fixture.h"

static void term(void **state)
{
    (void)state;
    PASSES("no end", f->expires_at = 0);
    PASSES("last microsecond", f->expires_at = f->now_at + 1);
    DENIES("at the end", "E01", "DB-8.1.4.2c", "ended on 2026-05-20 09:00",
           f->expires_at = f->now_at);
    DENIES("after", "E01", NULL, NULL, f->expires_at = 1);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("expiry", PHASE_ACCOUNT | PHASE_SESSION | PHASE_CHANGE, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(term),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
