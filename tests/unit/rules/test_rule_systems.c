/* Systems granted against systems of the host. */
#define RULE "systems"
#include "fixture.h"

static void grants(void **state)
{
    (void)state;
    static char cme[] = "cme", births[] = "births";
    static char *only_cme[] = {cme}, *two[] = {cme, births};
    PASSES("one in common", );
    PASSES("the last of both", f->host_systems = two, f->host_system_count = 2);
    DENIES("none in common", "S03", "DB-8.1.4.2a", "runs cme,", f->host_systems = only_cme);
    DENIES("nothing granted", "S03", NULL, NULL, f->account_system_count = 0);
    DENIES("host without system", "S02", NULL, "runs no system", f->host_system_count = 0);
    DENIES("neither", "S02", NULL, NULL, f->host_system_count = f->account_system_count = 0);
}

static void hosts(void **state)
{
    (void)state;
    DENIES("not registered", "S01", NULL, "not registered", f->host_registered = false);
    DENIES("not for administrators either", "S01", NULL, NULL, f->host_registered = false,
           f->administers = true);
    DENIES("nor service accounts", "S01", NULL, NULL, f->host_registered = false,
           f->is_service = true);
}

static void others(void **state)
{
    (void)state;
    PASSES("administrator", f->administers = true, f->account_system_count = 0);
    PASSES("administrator on a host without system", f->administers = true,
           f->host_system_count = 0);
    PASSES("service account", f->is_service = true, f->account_system_count = 0);
}

static void long_lists(void **state)
{
    (void)state;
    static char name[] = "a-system-with-a-rather-long-name";
    static char *many[] = {name, name, name, name, name, name, name, name};
    DENIES("fits", "S03", NULL, "runs a-system", f->host_systems = many, f->host_system_count = 8);
}

static void asked_where_it_should(void **state)
{
    (void)state;
    check_reach("systems", PHASE_ACCOUNT | PHASE_SESSION,
                CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE | CLASS_BATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grants), cmocka_unit_test(hosts),
                                       cmocka_unit_test(others), cmocka_unit_test(long_lists),
                                       cmocka_unit_test(asked_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
