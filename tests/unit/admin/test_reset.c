/* The steps of a reset by telephone: who opens, who confirms, who tells the code, and for how long.
 */
#include "witness.h"

static int setup(void **state)
{
    int r = fixture_setup(state);
    if (r != 0)
        return r;
    give_password(*state, "zhangsan", RIGHT);
    give_password(*state, "sysadm", RIGHT);
    return 0;
}

#define RESET_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)
#define OPEN(f, actor, user) RUN(f, actor, "reset", "open", "user", user, "reason", "忘记密码")
#define SECOND(f, actor) RUN(f, actor, "reset", "confirm", "user", "zhangsan")
#define TELL(f, actor) RUN(f, actor, "reset", "code", "user", "zhangsan")

/* Refused attempts stand in the list too. */
static int find_done(const struct fixture *f, const char *action)
{
    for (size_t i = 0; i < f->result->count; i++)
        if (strcmp(field(f, i, "action"), action) == 0 &&
            strcmp(field(f, i, "outcome"), "done") == 0)
            return (int)i;
    return -1;
}

static void two_administrators_give_a_code(void **state)
{
    struct fixture *f = *state;
    assert_refused(TELL(f, "sysadm"), GDPOP_ERR_REFUSED, "no reset of zhangsan is open");
    assert_refused(SECOND(f, "secadm"), GDPOP_ERR_REFUSED, "no reset of zhangsan is open");
    assert_ok(OPEN(f, "sysadm", "zhangsan"));
    assert_string_equal(field(f, 0, "call_back"), "13800138000");
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_string_equal(field(f, 0, "id_number_end"), "0005");
    assert_refused(TELL(f, "sysadm"), GDPOP_ERR_REFUSED, "a second administrator confirms first");
    assert_refused(SECOND(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "another administrator does");
    assert_ok(SECOND(f, "secadm"));
    assert_refused(TELL(f, "secadm"), GDPOP_ERR_NOT_AUTHORISED, "system");
    assert_ok(TELL(f, "sysadm"));
    assert_int_equal(strlen(field(f, 0, "code")), 10);
    /* Once. */
    assert_refused(TELL(f, "sysadm"), GDPOP_ERR_REFUSED, "no reset of zhangsan is open");
    assert_ok(RUN(f, "audadm", "audit", "list", "account", "zhangsan"));
    static const char *const actions[] = {"reset.open", "reset.confirm", "reset.code"};
    for (size_t i = 0; i < 3; i++) {
        int row = find_done(f, actions[i]);
        assert_true(row >= 0);
        assert_ptr_equal(strstr(field(f, (size_t)row, "detail"), "忘记密码"),
                         field(f, (size_t)row, "detail"));
    }
    assert_non_null(
        strstr(field(f, (size_t)find_done(f, "reset.code"), "detail"), "reset.digest: - -> ***"));
}

static void who_may_not(void **state)
{
    struct fixture *f = *state;
    assert_refused(OPEN(f, "secadm", "zhangsan"), GDPOP_ERR_NOT_AUTHORISED, "system");
    assert_refused(OPEN(f, "sysadm", "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(OPEN(f, "sysadm", "wangwu"), GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(OPEN(f, "sysadm", "lisi"), GDPOP_ERR_REFUSED, "no password");
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", "x"));
    assert_refused(OPEN(f, "sysadm", "zhangsan"), GDPOP_ERR_REFUSED, "only an active account");
}

static int open_before(struct txn *t, void *arg)
{
    Model__Credential *c;
    int r = store_get_credential(t, "zhangsan", &c);
    c->reset->opened_at = clock_now() - *(int64_t *)arg;
    return r == 0 ? store_put_credential(t, "zhangsan", c) : r;
}

static void an_open_reset_lapses(void **state)
{
    struct fixture *f = *state;
    int64_t ago = 4 * 3600 * CLOCK_SECOND;
    assert_ok(OPEN(f, "sysadm", "zhangsan"));
    with_store(f, open_before, &ago);
    assert_refused(SECOND(f, "secadm"), GDPOP_ERR_REFUSED, "no reset");
    ago -= 60 * CLOCK_SECOND;
    with_store(f, open_before, &ago);
    assert_ok(SECOND(f, "secadm"));
}

static int phone_changed(struct txn *t, void *arg)
{
    Model__Person *p;
    int r = store_get_person(t, "P000005", &p);
    p->phone_at = clock_now() - *(int64_t *)arg;
    return r == 0 ? store_put_person(t, p) : r;
}

static void a_telephone_changed_lately_is_not_called(void **state)
{
    struct fixture *f = *state;
    int64_t ago = 7 * CLOCK_DAY - 60 * CLOCK_SECOND;
    with_store(f, phone_changed, &ago);
    assert_refused(OPEN(f, "sysadm", "zhangsan"), GDPOP_ERR_REFUSED, "comes here");
    ago = 7 * CLOCK_DAY;
    with_store(f, phone_changed, &ago);
    assert_ok(OPEN(f, "sysadm", "zhangsan"));
}

static int lock_account(struct txn *t, void *arg)
{
    Model__Counter *c;
    int r = store_get_counter(t, "zhangsan", &c);
    (void)arg;
    c->locked_until_at = clock_now() + CLOCK_DAY;
    return r == 0 ? store_put_counter(t, "zhangsan", c) : r;
}

static int is_unlocked(struct txn *t, void *arg)
{
    Model__Counter *c;
    Model__Credential *credential;
    int r = store_get_counter(t, "zhangsan", &c);
    (void)arg;
    assert_int_equal(c->locked_until_at, 0);
    assert_ok(store_get_credential(t, "zhangsan", &credential));
    assert_int_equal(credential->reset->digest.len, 32);
    assert_int_equal(credential->reset->tries, 3);
    int64_t left = credential->reset->until_at - clock_now();
    assert_true(left > 29 * 60 * CLOCK_SECOND && left <= 30 * 60 * CLOCK_SECOND);
    return r;
}

/* Who forgot the password has mostly locked the account by guessing. */
static void a_code_ends_the_lockout(void **state)
{
    struct fixture *f = *state;
    with_store(f, lock_account, NULL);
    assert_ok(OPEN(f, "sysadm", "zhangsan"));
    assert_ok(SECOND(f, "secadm"));
    assert_ok(TELL(f, "sysadm"));
    with_store(f, is_unlocked, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RESET_TEST(two_administrators_give_a_code),
        RESET_TEST(who_may_not),
        RESET_TEST(an_open_reset_lapses),
        RESET_TEST(a_telephone_changed_lately_is_not_called),
        RESET_TEST(a_code_ends_the_lockout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
