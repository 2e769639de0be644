#include "workflow.h"

static void a_list_holds_the_unit_s_accounts_masked(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "audadm", "account", "sheet", "org", "county", "out", "x"));
    int row = find_row(f, "user", "zhangsan");
    assert_true(row >= 0);
    assert_string_equal(field(f, (size_t)row, "organisation_name"), "county");
    assert_string_equal(field(f, (size_t)row, "name"), "zhangsan");
    assert_non_null(strchr(field(f, (size_t)row, "id_number"), '*'));
    assert_non_null(strchr(field(f, (size_t)row, "phone"), '*'));
    assert_string_equal(shown(f, (size_t)row, "state"), "active");
    for (size_t i = 0; i < f->result->count; i++)
        assert_string_equal(field(f, i, "organisation"), "county");
    size_t own = f->result->count;
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "account.sheet"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "object"), "county");

    assert_ok(RUN(f, "topaud", "account", "sheet", "org", "province", "out", "x", "below", "yes"));
    assert_true(f->result->count > own);
    for (size_t i = 1; i < f->result->count; i++)
        assert_true(strcmp(field(f, i - 1, "organisation"), field(f, i, "organisation")) <= 0);
}

static void who_is_closed_or_elsewhere_is_not_on_it(void **state)
{
    struct fixture *f = *state;
    assert_ok(
        RUN(f, "sysadm", "account", "close", "user", "lisi", "reason", "x", "confirm", "lisi"));
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", "x"));
    assert_ok(RUN(f, "audadm", "account", "sheet", "org", "county", "out", "x"));
    assert_int_equal(find_row(f, "user", "lisi"), -1);
    assert_string_equal(field(f, (size_t)find_row(f, "user", "zhangsan"), "state"), "frozen");
    assert_refused(RUN(f, "audadm", "account", "sheet", "org", "elsewhere", "out", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(
        RUN(f, "audadm", "account", "sheet", "org", "county", "out", "x", "format", "pdf"),
        GDPOP_ERR_USAGE, "xlsx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKFLOW_TEST(a_list_holds_the_unit_s_accounts_masked),
        WORKFLOW_TEST(who_is_closed_or_elsewhere_is_not_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
