/* Life of an account: which states come in, and until when. */
#define RULE "freeze"
#include "fixture.h"

#include "base/text.h"

static void states(void **state)
{
    (void)state;
    PASSES("active", f->state = STATE_ACTIVE);
    PASSES("approved: the rule approved tells what is missing", f->state = STATE_APPROVED);
    DENIES("no account", "F06", "GD-7", "no such account", f->state = STATE_NONE);
    DENIES("applied", "F04", "GD-7", "not approved yet", f->state = STATE_APPLIED);
    DENIES("closed", "F01", "GD-10", "apply for it anew", f->state = STATE_CLOSED,
           f->frozen_tag = "GD-10");
    DENIES("closed without article", "F01", "DB-8.1.4.2c", NULL, f->state = STATE_CLOSED);
    DENIES("a state from a newer store", "F06", NULL, NULL, f->state = (enum account_state)77);
}

static void frozen(void **state)
{
    (void)state;
    DENIES("frozen", "F07", "DB-8.1.4.2c", "is frozen.", f->state = STATE_FROZEN);
    DENIES("frozen with reason", "F02", "GD-9", "frozen: lent to a colleague.",
           f->state = STATE_FROZEN, f->frozen_reason = "lent to a colleague",
           f->frozen_tag = "GD-9");
    DENIES("closed wins over a suspension", "F01", NULL, NULL, f->state = STATE_CLOSED,
           f->suspended_until_at = f->now_at + 1);
    DENIES("organisation", "F05", "GD-A3.4", "organisation are suspended",
           f->organisation_suspended = true);
}

/* The reasons that gdpop itself gives are told in the person's language, others' as they wrote. */
static void reasons_of_rules(void **state)
{
    (void)state;
    const char *before = text_language("zh");
    DENIES("lending", "F02", NULL, "本账号已冻结：出借账号。", f->state = STATE_FROZEN,
           f->frozen_reason = "lending");
    DENIES("sharing", "F02", NULL, "本账号已冻结：多人共用账号。", f->state = STATE_FROZEN,
           f->frozen_reason = "sharing");
    DENIES("an administrator's", "F02", NULL, "本账号已冻结：离岗。", f->state = STATE_FROZEN,
           f->frozen_reason = "离岗");
    text_language(before);
}

static void suspended_until(void **state)
{
    (void)state;
    DENIES("last microsecond", "F03", "GD-10", "suspended until 2026-05-20 09:00",
           f->state = STATE_FROZEN, f->frozen_tag = "GD-10", f->suspended_until_at = f->now_at,
           f->now_at--);
    PASSES("over at that instant", f->state = STATE_FROZEN, f->suspended_until_at = f->now_at);
    DENIES("an end ahead denies whatever the state", "F03", NULL, NULL,
           f->suspended_until_at = f->now_at + 1);
    PASSES("an old end of an active account", f->suspended_until_at = f->now_at - 1);
}

static void password_change(void **state)
{
    (void)state;
    DENIES("frozen", "F07", NULL, NULL, f->phase = PHASE_CHANGE, f->service_class = CLASS_REVERIFY,
           f->state = STATE_FROZEN);
    DENIES("closed", "F01", NULL, NULL, f->phase = PHASE_CHANGE, f->service_class = CLASS_REMOTE,
           f->state = STATE_CLOSED);
    PASSES("active", f->phase = PHASE_CHANGE, f->service_class = CLASS_REVERIFY);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("freeze", PHASE_ACCOUNT | PHASE_SESSION | PHASE_CHANGE, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),           cmocka_unit_test(frozen),
        cmocka_unit_test(reasons_of_rules), cmocka_unit_test(suspended_until),
        cmocka_unit_test(password_change),  cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
