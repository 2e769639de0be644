#include "living.h"

static void add(struct fixture *f, const char *name, const char *key)
{
    if (key)
        assert_ok(RUN(f, "sysadm", "device", "add", "kind", "computer", "name", name, "responsible",
                      "P000005", "key", key));
    else
        assert_ok(RUN(f, "sysadm", "device", "add", "kind", "computer", "name", name, "responsible",
                      "P000005"));
}

static const char *state_of(struct fixture *f, const char *id)
{
    assert_ok(RUN(f, "audadm", "device", "show", "id", id));
    return field(f, 0, "state");
}

static void a_device_is_registered_with_its_keys(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", "# from the desk\n\n" KEY " zhang@desk\r\n");
    assert_string_equal(field(f, 0, "id"), "D000001");
    assert_ok(RUN(f, "audadm", "device", "show", "id", "D000001"));
    assert_string_equal(field(f, 0, "state"), "registered");
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_string_equal(field(f, 0, "keys"), KEY);
}

static void bad_registrations_are_refused(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", KEY);
    assert_refused(RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible",
                       "P000005", "key", KEY " other comment\n"),
                   GDPOP_ERR_EXISTS, "D000001");
    assert_refused(RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible",
                       "P000005", "key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"),
                   GDPOP_ERR_FORMAT, "public key");
    assert_refused(RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible",
                       "P000005", "key", "\n"),
                   GDPOP_ERR_FORMAT, "no further public key");
    assert_refused(
        RUN(f, "sysadm", "device", "add", "kind", "key", "name", "n", "responsible", "P000005"),
        GDPOP_ERR_USAGE, "--key");
    assert_refused(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000007"),
        GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000002"),
        GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(
        RUN(f, "secadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000005"),
        GDPOP_ERR_NOT_AUTHORISED, "system");
}

static void a_binding_begins_and_ends(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"));
    assert_string_equal(state_of(f, "D000001"), "bound");
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"),
                   GDPOP_ERR_EXISTS, "already");
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "lisi"));
    assert_ok(RUN(f, "audadm", "device", "list", "account", "lisi"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "accounts"), "zhangsan lisi");
    assert_ok(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "zhangsan"));
    assert_string_equal(state_of(f, "D000001"), "bound");
    assert_ok(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "lisi"));
    assert_string_equal(state_of(f, "D000001"), "registered");
    assert_refused(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "lisi"),
                   GDPOP_ERR_NOT_FOUND, "not bound");
    assert_ok(RUN(f, "audadm", "device", "list", "account", "lisi"));
    assert_int_equal(f->result->count, 0);
}

static void nobody_binds_their_own_account_or_beyond_their_scope(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "sysadm"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "wangwu"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(RUN(f, "secadm", "device", "bind", "id", "D000001", "user", "zhangsan"),
                   GDPOP_ERR_NOT_AUTHORISED, "system");
    /* Of administrators it is the other way round. */
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "audadm"),
                   GDPOP_ERR_NOT_AUTHORISED, "the duty security binds");
    assert_ok(RUN(f, "secadm", "device", "bind", "id", "D000001", "user", "audadm"));
    assert_ok(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "audadm"));
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000009", "user", "zhangsan"),
                   GDPOP_ERR_NOT_FOUND, "D000009");
}

static int grant_cme(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    char *systems[] = {T("cme")};
    if (r != 0)
        return r;
    x->systems = systems;
    x->n_systems = 1;
    return store_put_account(t, x);
}

/* SZ-21: whoever came first, the device of one who may not share it serves one account. */
static void an_exclusive_device_serves_one_account(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    add(f, "desk-2", NULL);
    with_store(f, grant_cme, T("lisi"));
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "lisi"));
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"),
                   GDPOP_ERR_REFUSED, "SZ-21 the device D000001 is bound to lisi");
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000002", "user", "zhangsan"));
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000002", "user", "lisi"),
                   GDPOP_ERR_REFUSED, "SZ-21 the device D000002 is bound to zhangsan");
    assert_ok(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "lisi"));
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"));
}

static void a_lost_device_ends_the_sessions_that_use_it(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    add(f, "desk-2", NULL);
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"));
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "lisi"));
    pid_t user = start_living(5), other = start_living(6);
    add_session(f, "s1", "zhangsan", "D000001", user);
    add_session(f, "s2", "lisi", "D000002", other);
    assert_ok(RUN(f, "secadm", "device", "lost", "id", "D000001"));
    assert_int_equal(ended_by(user), SIGTERM);
    assert_ok(RUN(f, "audadm", "session", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "account"), "lisi");
    stop_living(other);
    assert_string_equal(state_of(f, "D000001"), "lost");
    assert_ok(RUN(f, "audadm", "audit", "list", "account", "zhangsan", "action", "session.end"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "actor"), "secadm");
}

static void a_lost_device_is_found_by_the_security_duty_only(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"));
    assert_refused(RUN(f, "secadm", "device", "found", "id", "D000001"), GDPOP_ERR_REFUSED,
                   "not reported lost");
    assert_refused(RUN(f, "audadm", "device", "lost", "id", "D000001"), GDPOP_ERR_NOT_AUTHORISED,
                   "system, security or duty-officer");
    assert_ok(RUN(f, "sysadm", "device", "lost", "id", "D000001"));
    assert_refused(RUN(f, "sysadm", "device", "lost", "id", "D000001"), GDPOP_ERR_EXISTS,
                   "already");
    assert_refused(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "lisi"),
                   GDPOP_ERR_REFUSED, "lost");
    assert_refused(RUN(f, "sysadm", "device", "found", "id", "D000001"), GDPOP_ERR_NOT_AUTHORISED,
                   "security");
    assert_ok(RUN(f, "secadm", "device", "found", "id", "D000001"));
    assert_string_equal(state_of(f, "D000001"), "bound");
}

static void lists_pass_over_other_scopes(void **state)
{
    struct fixture *f = *state;
    add(f, "desk-1", NULL);
    assert_ok(RUN(f, "topaud", "device", "list", "org", "elsewhere"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "topaud", "device", "list", "org", "city"));
    assert_int_equal(f->result->count, 1);
    assert_refused(RUN(f, "audadm", "device", "list", "org", "elsewhere"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
    assert_refused(RUN(f, "audadm", "device", "list", "org", "city", "account", "lisi"),
                   GDPOP_ERR_USAGE, "exclude");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_device_is_registered_with_its_keys),
        ADMIN_TEST(bad_registrations_are_refused),
        ADMIN_TEST(a_binding_begins_and_ends),
        ADMIN_TEST(nobody_binds_their_own_account_or_beyond_their_scope),
        ADMIN_TEST(an_exclusive_device_serves_one_account),
        ADMIN_TEST(a_lost_device_ends_the_sessions_that_use_it),
        ADMIN_TEST(a_lost_device_is_found_by_the_security_duty_only),
        ADMIN_TEST(lists_pass_over_other_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
