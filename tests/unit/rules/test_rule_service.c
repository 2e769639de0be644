/* What a class of service forbids. */
#define RULE "service"
#include "fixture.h"

static void autologin(void **state)
{
    (void)state;
    DENIES("personal", "C01", "SZ-20", "automatically", f->service_class = CLASS_AUTOLOGIN);
    DENIES("service account", "C01", NULL, NULL, f->service_class = CLASS_AUTOLOGIN,
           f->is_service = true);
    DENIES("administrator", "C01", NULL, NULL, f->service_class = CLASS_AUTOLOGIN,
           f->administers = true);
}

static void batch(void **state)
{
    (void)state;
    DENIES("personal", "C02", "DB-8.1.4.2d", "(cron)", f->service_class = CLASS_BATCH,
           f->service = "cron");
    PASSES("personal, allowed", f->service_class = CLASS_BATCH,
           set_number(s, SETTING_cron_personal, 1, "X"));
    PASSES("service account", f->service_class = CLASS_BATCH, f->is_service = true);
}

static void infrastructure(void **state)
{
    (void)state;
    DENIES("no session", "C03", NULL, "systemd-user may act for liuyang",
           f->service_class = CLASS_INFRASTRUCTURE, f->service = "systemd-user");
    PASSES("one session", f->service_class = CLASS_INFRASTRUCTURE, f->live_sessions_here = 1);
    PASSES("service account", f->service_class = CLASS_INFRASTRUCTURE, f->is_service = true);
}

static void interactive(void **state)
{
    (void)state;
    PASSES("person by ssh", );
    PASSES("person at the console", f->service_class = CLASS_CONSOLE);
    DENIES("service account by ssh", "C04", NULL, "liuyang is a service account",
           f->is_service = true);
    DENIES("service account at the console", "C04", NULL, NULL, f->is_service = true,
           f->service_class = CLASS_CONSOLE);
    PASSES("sudo to a service account", f->is_service = true, f->service_class = CLASS_ELEVATE);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("service", PHASE_ACCOUNT | PHASE_SESSION, CLASS_ANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(autologin), cmocka_unit_test(batch), cmocka_unit_test(infrastructure),
        cmocka_unit_test(interactive), cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
