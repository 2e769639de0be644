/* At the workplace, away from it, and without evidence. */
#define RULE "workplace"
#include "fixture.h"

static void places(void **state)
{
    (void)state;
    PASSES("network of the organisation", );
    DENIES("nobody's network", "W02", "GD-16", "192.0.2.2 is not a network of your organisation",
           f->at_workplace = false, f->place_organisation = "", f->place_text = "192.0.2.2");
    DENIES("another organisation's", "W03", NULL, "another organisation (440104)",
           f->at_workplace = false, f->place_organisation = "440104");
    DENIES("no evidence", "W01", NULL, "unknown", f->place_by = PLACE_NONE);
    DENIES("a console is no evidence for ssh", "W01", NULL, NULL, f->place_by = PLACE_CONSOLE);
    DENIES("a session is no evidence for ssh", "W01", NULL, NULL, f->place_by = PLACE_SESSION);
    SKIPS("not required", set_number(s, SETTING_workplace_required, 0, ""),
          f->place_by = PLACE_NONE);
    DENIES("tag of the profile", "W02", "CQ-1", NULL, f->at_workplace = false,
           f->place_organisation = "", set_number(s, SETTING_workplace_required, 1, "CQ-1"));
}

static void console(void **state)
{
    (void)state;
    PASSES("own host", f->service_class = CLASS_CONSOLE, f->place_by = PLACE_CONSOLE);
    DENIES("another organisation's host", "W05", NULL, "this host does not belong",
           f->service_class = CLASS_CONSOLE, f->place_by = PLACE_CONSOLE, f->at_workplace = false);
    DENIES("an address is no console", "W01", NULL, NULL, f->service_class = CLASS_CONSOLE);
}

static void exceptions(void **state)
{
    (void)state;
#define AWAY f->at_workplace = false, f->exception = true, f->exception_id = "X000012"
    CASE("in force", NOTICE, "W04", "GD-16", "exception X000012, which ends on 2026-05-21 18:00",
         AWAY, f->exception_until_at = china(2026, 5, 21, 18, 0, 0));
    CASE("first microsecond", NOTICE, "W04", NULL, NULL, AWAY, f->exception_from_at = f->now_at,
         f->exception_until_at = f->now_at + 1);
    DENIES("before it", "W03", NULL, NULL, AWAY, f->exception_from_at = f->now_at + 1,
           f->exception_until_at = f->now_at + 2);
    DENIES("at its end", "W03", NULL, NULL, AWAY, f->exception_until_at = f->now_at);
    DENIES("none", "W03", NULL, NULL, AWAY, f->exception = false,
           f->exception_until_at = f->now_at + 1);
    DENIES("an unknown address even so", "W01", NULL, NULL, AWAY, f->place_by = PLACE_NONE,
           f->exception_until_at = f->now_at + 1);
    PASSES("at the workplace nothing is said", AWAY, f->at_workplace = true,
           f->exception_until_at = f->now_at + 1);
}

static void vpn(void **state)
{
    (void)state;
    PASSES("with a device key", f->place_is_vpn = true);
    DENIES("without", "W06", "GD-16", "only together with your device key", f->place_is_vpn = true,
           f->device_by = DEVICE_BY_HOST);
    SKIPS("the key is known later", f->place_is_vpn = true, f->device_by = DEVICE_BY_NOTHING,
          f->key_known_later = true);
    DENIES("and then it must be there", "W06", NULL, NULL, f->place_is_vpn = true,
           f->device_by = DEVICE_BY_NOTHING, f->key_known_later = true, f->phase = PHASE_SESSION);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("workplace", PHASE_ACCOUNT | PHASE_SESSION, CLASS_REMOTE | CLASS_CONSOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(places), cmocka_unit_test(console),
                                       cmocka_unit_test(exceptions), cmocka_unit_test(vpn),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
