/* Locked until an instant, and what is told where. */
#define RULE "lockout"
#include "fixture.h"

static void limits(void **state)
{
    (void)state;
    PASSES("never", f->failures = 4);
    DENIES("last microsecond", "L01", "DB-8.1.4.1b", "until 09:00", f->locked_until_at = f->now_at,
           f->now_at--);
    PASSES("over at that instant", f->locked_until_at = f->now_at);
    DENIES("password of a locked account", "L01", NULL, NULL, f->locked_until_at = f->now_at + 1,
           f->password_proved = true);
    DENIES("key of a locked account", "L01", NULL, NULL, f->locked_until_at = f->now_at + 1,
           f->password_proved = false);
}

static void civil_time(void **state)
{
    (void)state;
    DENIES("minutes are rounded up", "L01", NULL, "until 09:16 ",
           f->locked_until_at = f->now_at + 15 * 60 * CLOCK_SECOND + 1);
    DENIES("another day has its date", "L01", NULL, "until 2026-05-21 00:05 ",
           f->locked_until_at = china(2026, 5, 21, 0, 5, 0));
    DENIES("for ever", "L01", NULL, NULL, f->locked_until_at = INT64_MAX);
}

static void phases(void **state)
{
    (void)state;
    static struct fixture own;
    static const struct {
        enum rule_phase phase;
        bool hidden;
    } cases[] = {{PHASE_AUTH, true}, {PHASE_ACCOUNT, false}, {PHASE_CHANGE, false}};
    for (size_t i = 0; i < 3; i++) {
        fixture_init(&own);
        own.facts.phase = cases[i].phase;
        own.facts.locked_until_at = own.facts.now_at + 1;
        struct finding f = judge_in_walk(RULE, &own.facts);
        check_finding("phase", &f, FINDING_DENY, "L01", NULL, NULL);
        assert_int_equal(f.hidden, cases[i].hidden);
    }
    SKIPS("a job of a locked account", f->service_class = CLASS_BATCH,
          f->locked_until_at = f->now_at + 1);
    SKIPS("its user manager", f->service_class = CLASS_INFRASTRUCTURE,
          f->locked_until_at = f->now_at + 1);
    DENIES("whoever asks for a password", "L01", NULL, NULL, f->phase = PHASE_AUTH,
           f->service_class = CLASS_BATCH, f->locked_until_at = f->now_at + 1);
    DENIES("nobody", "L02", NULL, NULL, f->phase = PHASE_AUTH, f->state = STATE_NONE);
    PASSES("a frozen account passes auth", f->phase = PHASE_AUTH, f->state = STATE_FROZEN);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("lockout", PHASE_AUTH | PHASE_ACCOUNT | PHASE_CHANGE, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(limits), cmocka_unit_test(civil_time),
                                       cmocka_unit_test(phases),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
