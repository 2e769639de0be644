/* Who would be locked out by a change, told before it is made. */
#include "fixture.h"

#include "model/address.h"

/* Two people of the county with a computer each, one of which has logged in from the office. */
static int log_in(struct txn *t, void *arg)
{
    Model__Account *x;
    Model__Counter *c;
    int r = store_get_counter(t, arg, &c);
    c->last_login_at = clock_now() - 40 * CLOCK_DAY;
    c->last_login_from = strcmp(arg, "wangwu") == 0 ? T("10.88.1.9") : T("10.77.1.9");
    if (r != 0 || (r = store_put_counter(t, arg, c)) != 0 ||
        (r = store_get_account(t, arg, &x)) != 0)
        return r;
    x->activated_at = clock_now() - 50 * CLOCK_DAY;
    return store_put_account(t, x);
}

static int add_elsewhere(struct txn *t, void *arg)
{
    Model__Workplace w = MODEL__WORKPLACE__INIT;
    struct network n;
    (void)arg;
    assert_ok(network_parse("10.88.1.0/24", &n));
    w.organisation = T("elsewhere");
    w.kind = T("lan");
    w.prefix = (ProtobufCBinaryData){sizeof(n.base.byte), n.base.byte};
    w.prefix_length = n.length;
    return store_put_workplace(t, &w);
}

static int forget_computers(struct txn *t, void *arg)
{
    static const char *const names[] = {"gd-population", "db-3"};
    (void)arg;
    for (int i = 0; i < 2; i++) {
        Model__Profile *p;
        assert_ok(store_get_profile(t, names[i], &p));
        char *text = arena_alloc(txn_arena(t), p->text.len + 1);
        memcpy(text, p->text.data, p->text.len);
        memcpy(strstr(text, "device_required = yes"), "device_required = no ", 21);
        p->text.data = (uint8_t *)text;
        assert_ok(store_put_profile(t, p));
    }
    return policy_compile(t);
}

static void settle(struct fixture *f)
{
    static const char *const names[] = {"zhangsan", "lisi"};
    static const char *const keys[] = {
        KEY, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"};
    static const char *const devices[] = {"D000001", "D000002"};
    static const char *const persons[] = {"P000005", "P000006"};
    for (int i = 0; i < 2; i++) {
        assert_ok(RUN(f, "sysadm", "device", "add", "kind", "computer", "name", names[i],
                      "responsible", persons[i], "key", keys[i]));
        assert_ok(RUN(f, "sysadm", "device", "bind", "id", devices[i], "user", names[i]));
    }
    with_store(f, log_in, T("zhangsan"));
}

/* The calls of an act of one operation, then the question; the answer is f->result, NULL: none. */
static int question(struct fixture *f, const char *actor, const char *noun, const char *verb, ...)
{
    va_list list;
    const struct gdpop_result *result;
    gdpop_admin_end(f->a);
    f->a = NULL;
    int r = gdpop_admin_begin(f->g, actor, actor ? 0 : GDPOP_ADMIN_RECOVER, &f->a);
    if (r != 0)
        return r;
    va_start(list, verb);
    r = call_list(f->a, noun, verb, list, &result);
    va_end(list);
    return r != 0 ? r : gdpop_admin_locked_out(f->a, &f->result);
}
#define ASK(...) question(__VA_ARGS__, (const char *)NULL)

static void a_network_that_goes_locks_out_whose_it_is(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_ok(ASK(f, "sysadm", "workplace", "remove", "org", "county", "network", "10.77.1.0/24"));
    assert_int_equal(f->result->count, 2);
    assert_true(f->result->list);
    int row = find_row(f, "account", "zhangsan");
    assert_in_range(row, 0, 1);
    assert_string_equal(field(f, (size_t)row, "from"), "10.77.1.9");
    assert_string_equal(field(f, (size_t)row, "rule"), "workplace");
    assert_string_equal(field(f, (size_t)row, "tag"), "GD-16");
    assert_string_equal(shown(f, (size_t)row, "host"), "app1");
    assert_non_null(strstr(field(f, (size_t)row, "sentence"), "10.77.1.9"));
    assert_string_equal(f->result->message, "2 accounts that can log in now could not any more");
}

/* Nothing of the trial is left, and others may write while it goes on. */
static void the_trial_writes_nothing(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_ok(ASK(f, "sysadm", "workplace", "remove", "org", "county", "network", "10.77.1.0/24"));
    assert_null(f->a->call.txn);
    assert_int_not_equal(gdpop_admin_commit(f->a), 0);
    assert_ok(RUN(f, "sysadm", "workplace", "list"));
    assert_int_equal(f->result->count, 1);
}

static void who_has_another_network_is_not_locked_out(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_ok(RUN(f, "secadm", "workplace", "add", "org", "county", "network", "10.79.1.0/24"));
    assert_ok(ASK(f, "sysadm", "workplace", "remove", "org", "county", "network", "10.77.1.0/24"));
    assert_int_equal(f->result->count, 1); /* who was there; lisi may come from the other one */
    assert_string_equal(field(f, 0, "account"), "zhangsan");
    assert_ok(ASK(f, "sysadm", "workplace", "remove", "org", "county", "network", "10.79.1.0/24"));
    assert_int_equal(f->result->count, 0);
    assert_string_equal(f->result->message, "");
}

static void what_locks_out_nobody_says_so(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_ok(ASK(f, "secadm", "workplace", "add", "org", "county", "network", "10.80.1.0/24"));
    assert_int_equal(f->result->count, 0);
    /* An act that concerns no login goes on. */
    assert_ok(ASK(f, "sysadm", "device", "lost", "id", "D000001"));
    assert_null(f->result);
    assert_ok(gdpop_admin_commit(f->a));
}

static void a_stricter_setting(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_ok(
        ASK(f, "topsec", "policy", "set", "name", "dormant_days", "value", "41", "reason", "x"));
    assert_int_equal(f->result->count, 0);
    assert_ok(
        ASK(f, "topsec", "policy", "set", "name", "dormant_days", "value", "39", "reason", "x"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "account"), "zhangsan");
    assert_string_equal(field(f, 0, "rule"), "dormant");
}

static void a_host_that_goes(void **state)
{
    struct fixture *f = *state;
    char id[33];
    host_machine_id(id);
    settle(f);
    assert_ok(ASK(f, "sysadm", "host", "retire", "id", id));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 0, "rule"), "systems");
}

static void a_host_of_other_systems(void **state)
{
    struct fixture *f = *state;
    char id[33];
    host_machine_id(id);
    settle(f);
    assert_ok(ASK(f, "sysadm", "host", "set", "id", id, "system", "awards"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 0, "rule"), "systems");
    assert_ok(
        ASK(f, "sysadm", "host", "set", "id", id, "system", "awards", "system", "population"));
    assert_int_equal(f->result->count, 0);
}

static void a_host_is_changed(void **state)
{
    struct fixture *f = *state;
    char id[33];
    host_machine_id(id);
    settle(f);
    assert_ok(RUN(f, "sysadm", "host", "set", "id", id, "name", "app2", "system", "awards",
                  "system", "population", "console", "ttyS*", "device", "D000001"));
    assert_ok(RUN(f, "sysadm", "host", "show", "id", id));
    assert_string_equal(field(f, 0, "name"), "app2");
    assert_string_equal(field(f, 0, "systems"), "awards population");
    assert_string_equal(field(f, 0, "consoles"), "ttyS*");
    assert_string_equal(field(f, 0, "device"), "D000001");
    assert_ok(RUN(f, "sysadm", "host", "set", "id", id, "console", "none", "device", "none"));
    assert_ok(RUN(f, "sysadm", "host", "show", "id", id));
    assert_string_equal(field(f, 0, "name"), "app2");
    assert_string_equal(field(f, 0, "systems"), "awards population");
    assert_string_equal(field(f, 0, "consoles"), "");
    assert_string_equal(field(f, 0, "device"), "");
    assert_refused(RUN(f, "sysadm", "host", "set", "id", id), GDPOP_ERR_USAGE, "nothing");
    assert_refused(RUN(f, "sysadm", "host", "set", "id", id, "system", "none"), GDPOP_ERR_REFUSED,
                   "must run a system");
    assert_refused(RUN(f, "sysadm", "host", "set", "id", id, "system", "weather"),
                   GDPOP_ERR_REFUSED, "no loaded profile");
    assert_refused(RUN(f, "sysadm", "host", "set", "id", id, "device", "D000099"),
                   GDPOP_ERR_NOT_FOUND, "D000099");
    assert_refused(RUN(f, "secadm", "host", "set", "id", id, "name", "x"), GDPOP_ERR_NOT_AUTHORISED,
                   "system");
    assert_ok(RUN(f, "sysadm", "host", "retire", "id", id));
    assert_refused(RUN(f, "sysadm", "host", "set", "id", id, "name", "x"), GDPOP_ERR_REFUSED,
                   "retired");
}

/* The profile of the province without a system that a host runs: nobody gets in there any more. */
static void a_profile_without_the_hosts_system(void **state)
{
    struct fixture *f = *state;
    char text[16384] = "";
    settle(f);
    FILE *file = fopen(SOURCE_DIR "/conf/profiles/gd-population.conf", "re");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    char *systems = strstr(text, "systems = population ");
    assert_in_range(len, 100, sizeof(text) - 1);
    memcpy(systems, "systems =            ", 21);
    assert_refused(ASK(f, "topsec", "profile", "load", "file", text), GDPOP_ERR_REFUSED,
                   "population");
    assert_ok(ASK(f, NULL, "profile", "load", "file", text));
    assert_int_equal(f->result->count, 3);
    assert_string_equal(field(f, 0, "account"), "");
    assert_string_equal(field(f, 0, "host"), "app1");
    assert_non_null(strstr(field(f, 0, "sentence"), "\"population\""));
    assert_non_null(strstr(f->result->message, "1 hosts would let nobody in, and 2 accounts"));
}

/* Names of people whom the actor does not supervise are not told, their number is. */
static void who_is_not_supervised_is_counted_only(void **state)
{
    struct fixture *f = *state;
    settle(f);
    with_store(f, forget_computers, NULL);
    with_store(f, add_elsewhere, NULL);
    with_store(f, log_in, T("wangwu"));
    assert_ok(
        ASK(f, "secadm", "policy", "set", "name", "dormant_days", "value", "39", "reason", "x"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "account"), "zhangsan");
    assert_string_equal(f->result->message, "2 accounts that can log in now could not any more, 1 "
                                            "of them outside what you supervise");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_network_that_goes_locks_out_whose_it_is),
        ADMIN_TEST(the_trial_writes_nothing),
        ADMIN_TEST(who_has_another_network_is_not_locked_out),
        ADMIN_TEST(what_locks_out_nobody_says_so),
        ADMIN_TEST(a_stricter_setting),
        ADMIN_TEST(a_host_that_goes),
        ADMIN_TEST(a_host_of_other_systems),
        ADMIN_TEST(a_host_is_changed),
        ADMIN_TEST(a_profile_without_the_hosts_system),
        ADMIN_TEST(who_is_not_supervised_is_counted_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
