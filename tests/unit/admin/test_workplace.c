#include "fixture.h"

/* Both sides of each limit. */
static void a_workplace_is_no_half_of_the_world(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *network;
        bool good;
    } cases[] = {
        {"0.0.0.0/1", false},      {"128.0.0.0/1", false}, {"10.0.0.0/7", false},
        {"10.0.0.0/8", true},      {"10.77.2.2/32", true}, {"2000::/3", false},
        {"2408:8000::/15", false}, {"2408::/16", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = RUN(f, "secadm", "workplace", "add", "org", "county", "network", cases[i].network);
        if (cases[i].good)
            assert_ok(r);
        else
            assert_true(r == GDPOP_ERR_REFUSED || r == GDPOP_ERR_FORMAT);
    }
}

/* Who binds devices does not say from where they count too. */
static void the_system_duty_adds_no_network(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "workplace", "add", "org", "city", "network", "10.9.0.0/24"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_ok(RUN(f, "sysadm", "workplace", "remove", "org", "county", "network", "10.77.1.0/24"));
}

static void lists_pass_over_other_scopes(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "workplace", "add", "org", "elsewhere", "network", "10.9.0.0/24"));
    assert_ok(RUN(f, "audadm", "workplace", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_ok(RUN(f, "topaud", "workplace", "list"));
    assert_int_equal(f->result->count, 2);
    assert_ok(RUN(f, "audadm", "host", "list"));
    assert_int_equal(f->result->count, 1);
}

static int add_system_elsewhere(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "wangwu", &x);
    (void)arg;
    x->name = T("fremd");
    x->person = T("");
    x->uid = 0;
    x->duties = GDPOP_DUTY_SYSTEM;
    return r != 0 ? r : store_put_account(t, x);
}

/* The sessions, events and devices of a host's record are those of whoever had it. */
static void a_retired_host_stays_with_who_supervises_it(void **state)
{
    struct fixture *f = *state;
    static const char id[] = "0123456789abcdef0123456789abcdef";
    assert_ok(RUN(f, "sysadm", "host", "add", "id", id, "name", "app9", "org", "county", "system",
                  "population"));
    with_store(f, add_system_elsewhere, NULL);
    assert_refused(RUN(f, "fremd", "host", "add", "id", id, "name", "app9", "org", "elsewhere",
                       "system", "population"),
                   GDPOP_ERR_EXISTS, "registered already");
    assert_ok(RUN(f, "sysadm", "host", "retire", "id", id));
    assert_refused(RUN(f, "fremd", "host", "add", "id", id, "name", "app9", "org", "elsewhere",
                       "system", "population"),
                   GDPOP_ERR_NOT_AUTHORISED, "registered by county");
    with_store(f, add_topsys, NULL);
    assert_ok(RUN(f, "topsys", "host", "add", "id", id, "name", "app9", "org", "elsewhere",
                  "system", "population"));
    assert_refused(RUN(f, "sysadm", "host", "show", "id", id), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_workplace_is_no_half_of_the_world),
        ADMIN_TEST(a_retired_host_stays_with_who_supervises_it),
        ADMIN_TEST(the_system_duty_adds_no_network),
        ADMIN_TEST(lists_pass_over_other_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
