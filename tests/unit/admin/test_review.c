/* The auditor's periodic examination of the trail. */
#include "fixture.h"

static void a_period_is_signed_off(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topaud", "audit", "review", "from", "2020-01-01", "to", "2099-12-31",
                  "finding", "无异常"));
    assert_string_equal(field(f, 0, "state"), "signed");
    assert_ok(RUN(f, "topaud", "register", "list", "register", "trail-review"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "register.add"));
    assert_non_null(strstr(field(f, 0, "detail"), "trail-review: signed"));
}

static void a_finding_has_a_follow_up(void **state)
{
    struct fixture *f = *state;
    char id[32];
    assert_ok(RUN(f, "topaud", "audit", "review", "from", "2020-01-01", "to", "2099-12-31",
                  "finding", "越权", "follow-up", "核减", "follow-up-by", "2099-06-30"));
    snprintf(id, sizeof(id), "%s", field(f, 0, "id"));
    assert_ok(RUN(f, "topaud", "register", "list", "register", "trail-review"));
    assert_string_equal(field(f, 0, "state"), "outstanding");
    assert_refused(RUN(f, "topaud", "register", "move", "id", id, "state", "verified"),
                   GDPOP_ERR_REFUSED, "cannot become");
    assert_ok(
        RUN(f, "topaud", "register", "move", "id", id, "state", "mended", "field", "mended=done"));
    assert_ok(RUN(f, "topaud", "register", "move", "id", id, "state", "verified"));
}

static void what_is_wrong_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "audit", "review", "from", "2020-01-01", "to", "2099-12-31",
                       "finding", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "duty audit");
    assert_refused(RUN(f, "topaud", "audit", "review", "from", "2020-01-01", "to", "2020-02-01",
                       "finding", "x"),
                   GDPOP_ERR_NOT_FOUND, "no event");
    assert_refused(RUN(f, "topaud", "audit", "review", "from", "2020-02-01", "to", "2020-01-01",
                       "finding", "x"),
                   GDPOP_ERR_USAGE, "--to");
    assert_refused(RUN(f, "topaud", "audit", "review", "from", "2020-01-01", "to", "2099-12-31",
                       "finding", "x", "follow-up", "y"),
                   GDPOP_ERR_USAGE, "belong together");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_period_is_signed_off),
        ADMIN_TEST(a_finding_has_a_follow_up),
        ADMIN_TEST(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
