/* Approval, pledge and real-name data: which one is missing is told. */
#define RULE "approved"
#include "fixture.h"

static void missing(void **state)
{
    (void)state;
    PASSES("all on record", );
    DENIES("approval", "A01", "GD-7", "approval", f->approved = false);
    DENIES("pledge", "A02", "GD-5.4", "(A5)", f->pledged = false);
    DENIES("data", "A03", "DB-8.1.4.1a", "telephone", f->person_complete = false);
    DENIES("approval is told first", "A01", NULL, NULL, f->approved = f->pledged = false);
    DENIES("pledge before data", "A02", NULL, NULL, f->pledged = f->person_complete = false);
    DENIES("not activated", "A04", "GD-7", "not active yet", f->state = STATE_APPROVED);
    DENIES("approved but the pledge is missing", "A02", NULL, NULL, f->state = STATE_APPROVED,
           f->pledged = false);
}

static void settings(void **state)
{
    (void)state;
    PASSES("no approval asked", set_number(s, SETTING_approval_required, 0, ""),
           f->approved = false);
    PASSES("no pledge asked", set_number(s, SETTING_pledge_required, 0, ""), f->pledged = false);
    DENIES("another pledge", "A02", "SZ-12", "(sz-a3)", f->pledged = false,
           set_number(s, SETTING_pledge_required, 1, "SZ-12"),
           set_text(s, SETTING_pledge_kind, "sz-a3", "SZ-12"));
}

static void service_accounts(void **state)
{
    (void)state;
    PASSES("no person, no pledge", f->is_service = true, f->pledged = f->person_complete = false);
    DENIES("but an approval", "A01", NULL, NULL, f->is_service = true, f->approved = false);
}

static void suspension_that_is_over(void **state)
{
    (void)state;
    PASSES("in force again", f->state = STATE_FROZEN, f->suspended_until_at = f->now_at - 1);
    DENIES("a freeze without end is not active", "A04", NULL, NULL, f->state = STATE_FROZEN);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("approved", PHASE_ACCOUNT | PHASE_SESSION | PHASE_CHANGE, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing), cmocka_unit_test(settings), cmocka_unit_test(service_accounts),
        cmocka_unit_test(suspension_that_is_over), cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
