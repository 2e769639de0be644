#include "fixture.h"

static const char *value(struct fixture *f, const char *systems, const char *setting,
                         const char *column)
{
    assert_ok(RUN(f, "audadm", "policy", "show", "systems", systems));
    return field(f, find_row(f, "setting", setting), column);
}

static void settings_are_shown_with_their_articles(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(value(f, "population", "rotation_months", "value"), "6");
    assert_string_equal(value(f, "population", "workplace_required", "tag"), "GD-16");
    assert_string_equal(value(f, "cme", "classes_upper", "profile"), "sz-cme");
    assert_string_equal(value(f, "cme", "workplace_required", "value"), "no");
    assert_string_equal(value(f, "population", "length_min", "unit"), "characters");
    assert_ok(RUN(f, "audadm", "policy", "show"));
    assert_string_equal(field(f, find_row(f, "setting", "workplace_required"), "value"), "yes");
    assert_refused(RUN(f, "audadm", "policy", "show", "systems", "nosuch"), GDPOP_ERR_STORE,
                   "nosuch");
    assert_refused(RUN(f, "audadm", "policy", "show", "user", "lisi", "systems", "cme"),
                   GDPOP_ERR_USAGE, "exclude");
    assert_refused(RUN(f, "audadm", "policy", "show", "user", "wangwu"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
}

/* Both sides of each floor, in each way of combining. */
static void an_override_only_tightens(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *name, *value;
        bool good;
    } cases[] = {
        {"length_min", "7", false},
        {"length_min", "8", true},
        {"length_min", "12", true},
        {"lockout_limit", "6", false},
        {"lockout_limit", "3", true},
        {"rotation_months", "7", false},
        {"rotation_months", "0", false},
        {"rotation_months", "3", true},
        {"idle_sec", "1801", false},
        {"idle_sec", "600", true},
        {"cron_personal", "yes", false},
        {"device_exclusive", "no", false},
        {"device_exclusive", "yes", true},
        {"sharing_action", "freeze", true},
        {"services_reverify", "passwd sshd", false},
        {"services_reverify", "passwd", true},
        {"services_batch", "cron sshd", false},
        {"services_batch", "cron", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = RUN(f, "secadm", "policy", "set", "name", cases[i].name, "value", cases[i].value,
                    "reason", "x");
        if (!cases[i].good) {
            assert_refused(r, GDPOP_ERR_REFUSED, "waiver add");
            continue;
        }
        assert_ok(r);
        assert_string_equal(value(f, "population", cases[i].name, "value"), cases[i].value);
        assert_string_equal(value(f, "population", cases[i].name, "profile"), "override");
    }
}

static void an_override_may_come_down_to_the_floor_again(void **state)
{
    struct fixture *f = *state;
    assert_ok(
        RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "12", "reason", "x"));
    assert_ok(RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "9", "reason", "x"));
    assert_string_equal(value(f, "population", "length_min", "value"), "9");
    assert_refused(
        RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "7", "reason", "x"),
        GDPOP_ERR_REFUSED, "length_min");
    assert_string_equal(value(f, "population", "length_min", "value"), "9");
    assert_ok(RUN(f, "secadm", "policy", "reset", "name", "length_min"));
    assert_string_equal(value(f, "population", "length_min", "value"), "8");
    assert_string_equal(value(f, "population", "length_min", "tag"), "GD-17");
    assert_refused(RUN(f, "secadm", "policy", "reset", "name", "length_min"), GDPOP_ERR_NOT_FOUND,
                   "no override");
}

static int load(struct fixture *f, const char *actor, const char *text)
{
    return RUN(f, actor, "profile", "load", "file", text);
}

#define GD "[profile]\nname = gd-population\nsystems = population awards births exchange\n"
#define NEW "[profile]\nname = aaa\nsystems = *\n[GD-17]\n"

static void a_profile_loosens_nothing(void **state)
{
    struct fixture *f = *state;
    assert_refused(load(f, "secadm", GD "[GD-17]\nlength_min = 8\n"), GDPOP_ERR_REFUSED, "looser");
    assert_refused(load(f, "secadm", NEW "services_reverify = passwd sshd\n"), GDPOP_ERR_REFUSED,
                   "services_reverify");
    assert_string_equal(value(f, "population", "workplace_required", "value"), "yes");
    assert_ok(load(f, "secadm", NEW "length_min = 11\n"));
    assert_string_equal(value(f, "population", "length_min", "value"), "11");
    assert_refused(load(f, "secadm", NEW "length_min = 10\n"), GDPOP_ERR_REFUSED, "length_min");
}

static void shipped_profiles_are_loaded_in_any_order(void **state)
{
    static const char *const names[] = {"cq-health",  "db-3",   "gd-population",
                                        "jc-govdata", "sz-cme", "tj-hrss"};
    struct fixture *f = *state;
    for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
        gdpop_admin_end(f->a);
        f->a = NULL;
        assert_ok(gdpop_admin_begin(f->g, "secadm", 0, &f->a));
        load_profile(f->a, names[i * 5 % 6]);
        assert_ok(gdpop_admin_commit(f->a));
    }
}

static void only_the_security_duty_sets(void **state)
{
    struct fixture *f = *state;
    assert_refused(
        RUN(f, "sysadm", "policy", "set", "name", "length_min", "value", "9", "reason", "x"),
        GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_refused(RUN(f, "secadm", "policy", "set", "name", "nosuch", "value", "9", "reason", "x"),
                   GDPOP_ERR_NOT_FOUND, "nosuch");
    assert_refused(
        RUN(f, "secadm", "policy", "set", "name", "length_min", "value", "65", "reason", "x"),
        GDPOP_ERR_FORMAT, "length_min");
}

#define BIND(f)                                                                                    \
    do {                                                                                           \
        assert_ok(RUN(f, "sysadm", "device", "add", "kind", "computer", "name", "desk-1",          \
                      "responsible", "P000005", "key", KEY));                                      \
        assert_ok(RUN(f, "sysadm", "device", "bind", "id", "D000001", "user", "zhangsan"));        \
    } while (0)

static const char *level(const struct fixture *f, const char *rule)
{
    return field(f, find_row(f, "rule", rule), "level");
}

static void the_trace_tells_which_rule_decides(void **state)
{
    struct fixture *f = *state;
    BIND(f);
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd", "address",
                  "10.77.1.2", "key", KEY, "phase", "session"));
    assert_true(f->result->ok);
    assert_string_equal(level(f, "workplace"), "allowed");
    assert_string_equal(level(f, "device"), "allowed");
    assert_string_equal(level(f, "rotation"), "skipped");
    assert_int_equal(find_row(f, "decides", "true"), -1);

    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd", "address",
                  "198.51.100.7", "key", KEY, "phase", "session"));
    assert_false(f->result->ok);
    int row = find_row(f, "decides", "true");
    assert_string_equal(field(f, row, "rule"), "workplace");
    assert_string_equal(field(f, row, "tag"), "GD-16");
    assert_string_equal(field(f, row, "level"), "denied");
    assert_non_null(strstr(f->result->message, "GD-16"));
}

static void the_trace_shows_exceptions_and_observed_rules(void **state)
{
    struct fixture *f = *state;
    BIND(f);
    assert_ok(RUN(f, "secadm", "observe", "add", "subject", "zhangsan", "rule", "workplace", "from",
                  "2020-01-01", "until", "2099-12-31", "reason", "x", APPROVED));
    confirm_request(f, "sysadm");
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd", "address",
                  "198.51.100.7", "key", KEY, "phase", "session"));
    assert_true(f->result->ok);
    assert_string_equal(level(f, "workplace"), "observed");
    assert_ok(RUN(f, "secadm", "observe", "end", "id", "X000001"));
    with_store(f, lead_too, T("county"));
    assert_ok(RUN(f, "secadm", "exception", "add", "user", "zhangsan", "from", "2020-01-01",
                  "until", "2099-12-31", "reason", "x", "paper", "批件"));
    confirm_request(f, "sysadm");
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd", "address",
                  "198.51.100.7", "key", KEY, "phase", "session"));
    assert_true(f->result->ok);
    assert_string_not_equal(level(f, "workplace"), "observed");
}

static void the_caller_of_su_is_judged(void **state)
{
    struct fixture *f = *state;
    assert_ok(
        RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "su", "caller", "lisi"));
    assert_false(f->result->ok);
    assert_string_equal(level(f, "lending"), "denied");
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "su", "caller",
                  "zhangsan", "phase", "session"));
    assert_string_equal(level(f, "lending"), "allowed");
    assert_refused(RUN(f, "audadm", "policy", "test", "user", "wangwu", "service", "su"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(
        RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd", "key", "no key"),
        GDPOP_ERR_FORMAT, "--key");
}

static void a_test_speaks_to_who_asks(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd"));
    assert_string_equal(text_language(NULL), "en");
    assert_string_equal(field(f, find_row(f, "rule", "expiry"), "seen"), "no end date");
    assert_string_equal(field(f, find_row(f, "rule", "freeze"), "wanted"), "an account in force");
    text_language("zh");
    assert_ok(RUN(f, "audadm", "policy", "test", "user", "zhangsan", "service", "sshd"));
    assert_string_equal(field(f, find_row(f, "rule", "expiry"), "seen"), "无到期日");
    assert_string_equal(field(f, find_row(f, "rule", "freeze"), "wanted"), "有效的账号");
    text_language("en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(settings_are_shown_with_their_articles),
        ADMIN_TEST(an_override_only_tightens),
        ADMIN_TEST(an_override_may_come_down_to_the_floor_again),
        ADMIN_TEST(a_profile_loosens_nothing),
        ADMIN_TEST(shipped_profiles_are_loaded_in_any_order),
        ADMIN_TEST(only_the_security_duty_sets),
        ADMIN_TEST(the_trace_tells_which_rule_decides),
        ADMIN_TEST(the_trace_shows_exceptions_and_observed_rules),
        ADMIN_TEST(the_caller_of_su_is_judged),
        ADMIN_TEST(a_test_speaks_to_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
