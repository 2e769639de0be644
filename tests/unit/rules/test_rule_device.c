/* Devices in every state, by every evidence. */
#define RULE "device"
#include "fixture.h"

static void states(void **state)
{
    (void)state;
    PASSES("bound", );
    DENIES("lost", "V03", "SZ-22", "PC-17 is reported lost", f->device_state = DEVICE_LOST);
    DENIES("in repair", "V04", NULL, "in repair", f->device_state = DEVICE_REPAIR);
    DENIES("retired", "V05", NULL, "retired", f->device_state = DEVICE_RETIRED);
    DENIES("unknown state", "V08", NULL, NULL, f->device_state = DEVICE_UNKNOWN);
    DENIES("bound to others", "V07", NULL, "not bound to this account",
           f->device_bound_here = false);
    DENIES("registered only", "V07", NULL, NULL, f->device_state = DEVICE_REGISTERED,
           f->device_bound_here = false);
    DENIES("registered against its binding", "V07", NULL, NULL,
           f->device_state = DEVICE_REGISTERED);
    DENIES("unbound", "V06", NULL, "no longer bound", f->device_bound_here = false,
           f->device_bound_before = true);
    DENIES("unbound and registered", "V06", NULL, NULL, f->device_state = DEVICE_REGISTERED,
           f->device_bound_here = false, f->device_bound_before = true);
    PASSES("bound again", f->device_bound_before = true);
}

static void evidence(void **state)
{
    (void)state;
    DENIES("none", "V02", "SZ-22", "none was shown", f->device_by = DEVICE_BY_NOTHING,
           f->device_id = "", f->key_presented = false);
    DENIES("a key of no device", "V01", NULL, "not that of a registered device",
           f->device_by = DEVICE_BY_NOTHING, f->device_id = "");
    DENIES("an id without evidence", "V02", NULL, NULL, f->device_by = DEVICE_BY_NOTHING,
           f->key_presented = false);
    PASSES("a trusted statement", f->device_by = DEVICE_BY_STATEMENT);
    PASSES("the host itself", f->device_by = DEVICE_BY_HOST, f->service_class = CLASS_CONSOLE);
}

static void key_known_later(void **state)
{
    (void)state;
    SKIPS("account", f->key_known_later = true, f->device_by = DEVICE_BY_NOTHING,
          f->device_id = "");
    DENIES("session without key", "V02", NULL, NULL, f->key_known_later = true,
           f->phase = PHASE_SESSION, f->device_by = DEVICE_BY_NOTHING, f->device_id = "",
           f->key_presented = false);
    DENIES("session with a lost one", "V03", NULL, NULL, f->key_known_later = true,
           f->phase = PHASE_SESSION, f->device_state = DEVICE_LOST);
    PASSES("session", f->key_known_later = true, f->phase = PHASE_SESSION);
}

static void not_required(void **state)
{
    (void)state;
#define FREE set_number(s, SETTING_device_required, 0, "DB")
    SKIPS("no device", FREE, f->device_by = DEVICE_BY_NOTHING, f->device_id = "",
          f->key_presented = false);
    SKIPS("a key of no device", FREE, f->device_by = DEVICE_BY_NOTHING, f->device_id = "");
    SKIPS("another's by statement", FREE, f->device_by = DEVICE_BY_STATEMENT,
          f->device_bound_here = false);
    DENIES("lost by key", "V03", "DB", NULL, FREE, f->device_state = DEVICE_LOST);
    DENIES("lost by statement", "V03", NULL, NULL, FREE, f->device_state = DEVICE_LOST,
           f->device_by = DEVICE_BY_STATEMENT);
    DENIES("unbound key", "V06", NULL, NULL, FREE, f->device_bound_here = false,
           f->device_bound_before = true);
    DENIES("another's key", "V07", NULL, NULL, FREE, f->device_bound_here = false);
    PASSES("own key", FREE);
}

static void exclusive(void **state)
{
    (void)state;
    PASSES("shared computer", f->device_other_accounts = 3);
    PASSES("exclusive and alone", set_number(s, SETTING_device_exclusive, 1, "SZ-21"));
    DENIES("exclusive and shared", "V09", "SZ-21", "one person only",
           set_number(s, SETTING_device_exclusive, 1, "SZ-21"), f->device_other_accounts = 1);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("device", PHASE_ACCOUNT | PHASE_SESSION, CLASS_REMOTE | CLASS_CONSOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),          cmocka_unit_test(evidence),
        cmocka_unit_test(key_known_later), cmocka_unit_test(not_required),
        cmocka_unit_test(exclusive),       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
