/* Accounts that are suspended, and those that are back. */
#include "fixture.h"

static int end_suspension(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->suspended_until_at = clock_now() - 1;
    return r == 0 ? store_put_account(t, x) : r;
}

static int suspend(struct fixture *f, const char *user, const char *until)
{
    return RUN(f, "secadm", "account", "suspend", "user", user, "until", until, "reason", "leave");
}

/* A breach that comes out during a leave: the freeze outlasts the leave. */
static void the_suspended_can_be_frozen(void **state)
{
    struct fixture *f = *state;
    assert_ok(suspend(f, "zhangsan", "2990-01-01"));
    assert_refused(suspend(f, "zhangsan", "2980-01-01"), GDPOP_ERR_REFUSED, "frozen"); /* shorter */
    assert_ok(suspend(f, "zhangsan", "2999-01-01"));
    assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "zhangsan", "reason", "breach"));
    assert_ok(RUN(f, "secadm", "account", "show", "user", "zhangsan"));
    assert_string_equal(field(f, 0, "suspended_until"), "");
    assert_string_equal(field(f, 0, "frozen_reason"), "breach");
    assert_refused(suspend(f, "zhangsan", "2999-01-01"), GDPOP_ERR_REFUSED, "frozen");
}

static void who_is_back_is_in_force(void **state)
{
    struct fixture *f = *state;
    char path[96];
    snprintf(path, sizeof(path), "%s/password", f->dir);
    assert_ok(suspend(f, "zhangsan", "2990-01-01"));
    assert_refused(RUN(f, "sysadm", "account", "initial-password", "user", "zhangsan", "to", path),
                   GDPOP_ERR_REFUSED, "frozen");
    with_store(f, end_suspension, T("zhangsan"));
    assert_ok(RUN(f, "sysadm", "account", "initial-password", "user", "zhangsan", "to", path));
    assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "zhangsan", "reason", "breach"));
    assert_ok(RUN(f, "topsec", "account", "suspend", "user", "secadm", "until", "2990-01-01",
                  "reason", "leave"));
    assert_refused(RUN(f, "secadm", "account", "unlock", "user", "lisi"), GDPOP_ERR_NOT_AUTHORISED,
                   "not an active administrator");
    with_store(f, end_suspension, T("secadm"));
    assert_ok(RUN(f, "secadm", "account", "unlock", "user", "lisi"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(the_suspended_can_be_frozen),
        ADMIN_TEST(who_is_back_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
