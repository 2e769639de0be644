#include "fixture.h"

#define TERM "from", "2020-01-01", "until", "2099-12-31", "reason", "下乡核查"

static void an_exception_is_added_listed_and_ended(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_too, T("county"));
    assert_ok(RUN(f, "secadm", "exception", "add", "user", "zhangsan", TERM, "address",
                  "203.0.113.0/24", "approver", "P000009", "paper", "批件"));
    assert_string_equal(field(f, 0, "request"), "R000001");
    assert_ok(RUN(f, "audadm", "exception", "list"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "secadm", "request", "confirm", "id", "R000001"),
                   GDPOP_ERR_NOT_AUTHORISED, "another administrator");
    assert_ok(RUN(f, "sysadm", "request", "confirm", "id", "R000001"));
    assert_string_equal(field(f, 0, "id"), "X000001");
    assert_ok(RUN(f, "audadm", "exception", "list", "account", "zhangsan"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "state"), "in-force");
    assert_string_equal(field(f, 0, "address"), "203.0.113.0/24");
    assert_string_equal(field(f, 0, "approver"), "P000009");
    assert_string_equal(field(f, 0, "until"), "2100-01-01T00:00:00.000000+08:00");
    assert_refused(RUN(f, "secadm", "waiver", "end", "id", "X000001"), GDPOP_ERR_NOT_FOUND,
                   "no waiver X000001");
    assert_ok(RUN(f, "secadm", "exception", "end", "id", "X000001"));
    assert_refused(RUN(f, "secadm", "exception", "end", "id", "X000001"), GDPOP_ERR_REFUSED,
                   "ended already");
    assert_ok(RUN(f, "audadm", "exception", "list"));
    assert_string_equal(field(f, 0, "state"), "ended");
}

/* GD-16: the administrator assesses, the leader approves; a name alone is no approval. */
static void an_exception_waits_for_the_leader(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_too, T("county"));
    assert_ok(RUN(f, "secadm", "exception", "add", "user", "zhangsan", TERM));
    assert_non_null(strstr(f->result->message, "the responsible leader of county (P000009)"));
    assert_refused(
        RUN(f, "secadm", "exception", "add", "user", "zhangsan", TERM, "approver", "P000009"),
        GDPOP_ERR_USAGE, "--paper");
    assert_ok(RUN(f, "audadm", "exception", "list"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "leader", "request", "approve", "id", "R000001"));
    assert_ok(RUN(f, "sysadm", "request", "carry-out", "id", "R000001"));
    assert_ok(RUN(f, "audadm", "exception", "list"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "approver"), "P000009");
}

static void a_term_must_have_length_and_future(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *from, *until, *words; /* NULL: good */
    } cases[] = {
        {"2090-05-03", "2090-05-02", "lies before"},
        {"2090-05-03", "2090-05-03", NULL},
        {"2090-05-03T08:00:00", "2090-05-03T08:00:00", "lies before"},
        {"2020-01-01", "2020-01-31", "has passed"},
        {"morgen", "2090-05-03", "--from"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = RUN(f, "secadm", "exception", "add", "user", "zhangsan", "from", cases[i].from,
                    "until", cases[i].until, "reason", "x");
        if (cases[i].words)
            assert_refused(r, GDPOP_ERR_USAGE, cases[i].words);
        else
            assert_ok(r);
    }
}

static void who_may_not_make_an_exception(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "exception", "add", "user", "zhangsan", TERM),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_refused(RUN(f, "secadm", "exception", "add", "user", "wangwu", TERM),
                   GDPOP_ERR_NOT_AUTHORISED, "not supervised");
    assert_refused(RUN(f, "secadm", "exception", "add", "user", "secadm", TERM),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "secadm", "exception", "add", "user", "nobody", TERM),
                   GDPOP_ERR_NOT_FOUND, "nobody");
    assert_refused(
        RUN(f, "secadm", "exception", "add", "user", "zhangsan", TERM, "approver", "P000006"),
        GDPOP_ERR_REFUSED, "P000006 may not approve");
    assert_refused(
        RUN(f, "topsec", "exception", "add", "user", "leader", TERM, "approver", "P000009"),
        GDPOP_ERR_REFUSED, "nobody for themselves");
    assert_refused(
        RUN(f, "secadm", "exception", "add", "user", "zhangsan", TERM, "address", "10.1"),
        GDPOP_ERR_FORMAT, "10.1");
}

static void a_waiver_changes_what_holds(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "secadm", "waiver", "add", "subject", "zhangsan", "name", "dormant_days",
                  "value", "200", TERM));
    assert_ok(RUN(f, "secadm", "waiver", "add", "subject", "county", "name", "reuse_depth", "value",
                  "3", TERM));
    assert_ok(RUN(f, "audadm", "policy", "show", "user", "zhangsan"));
    int row = find_row(f, "setting", "dormant_days");
    assert_string_equal(field(f, row, "value"), "200");
    assert_string_equal(field(f, row, "profile"), "X000001");
    assert_string_equal(field(f, find_row(f, "setting", "reuse_depth"), "value"), "3");
    assert_ok(RUN(f, "secadm", "waiver", "end", "id", "X000001"));
    assert_ok(RUN(f, "audadm", "policy", "show", "user", "zhangsan"));
    assert_string_equal(field(f, find_row(f, "setting", "dormant_days"), "value"), "90");
}

static void a_waiver_names_a_setting_and_a_subject(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "secadm", "waiver", "add", "subject", "zhangsan", "name", "no_such",
                       "value", "1", TERM),
                   GDPOP_ERR_NOT_FOUND, "no_such");
    assert_refused(RUN(f, "secadm", "waiver", "add", "subject", "zhangsan", "name", "length_min",
                       "value", "many", TERM),
                   GDPOP_ERR_FORMAT, "length_min");
    assert_refused(RUN(f, "secadm", "waiver", "add", "subject", "zhangsan", "name",
                       "services_reverify", "value", "passwd sshd", TERM),
                   GDPOP_ERR_REFUSED, "waived for nobody");
    assert_refused(RUN(f, "secadm", "waiver", "add", "subject", "nobody", "name", "length_min",
                       "value", "6", TERM),
                   GDPOP_ERR_NOT_FOUND, "neither");
    assert_refused(RUN(f, "secadm", "waiver", "add", "subject", "elsewhere", "name", "length_min",
                       "value", "6", TERM),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
}

static void only_some_rules_observe_and_only_the_top_lets_all(void **state)
{
    struct fixture *f = *state;
    assert_refused(
        RUN(f, "secadm", "observe", "add", "subject", "zhangsan", "rule", "freeze", TERM),
        GDPOP_ERR_REFUSED, "always decides");
    assert_refused(
        RUN(f, "secadm", "observe", "add", "subject", "zhangsan", "rule", "nosuch", TERM),
        GDPOP_ERR_NOT_FOUND, "nosuch");
    assert_refused(RUN(f, "secadm", "observe", "add", "rule", "workplace", TERM), GDPOP_ERR_USAGE,
                   "--all");
    assert_refused(RUN(f, "secadm", "observe", "add", "all", "yes", "rule", "workplace", TERM),
                   GDPOP_ERR_NOT_AUTHORISED, "at the top");
    assert_ok(RUN(f, "topsec", "observe", "add", "all", "yes", "rule", "workplace", TERM));
    assert_ok(RUN(f, "secadm", "observe", "add", "subject", "zhangsan", "rule", "device", TERM));
    assert_ok(RUN(f, "audadm", "observe", "list"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 0, "subject"), "*");
    assert_string_equal(field(f, 1, "rule"), "device");
    assert_refused(RUN(f, "secadm", "observe", "end", "id", "X000001"), GDPOP_ERR_NOT_AUTHORISED,
                   "at the top");
    assert_ok(RUN(f, "topsec", "observe", "end", "id", "X000001"));
}

static void lists_pass_over_other_scopes(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_too, T("elsewhere"));
    /* one administrator alone, until there is a second */
    assert_ok(RUN(f, "topsec", "waiver", "add", "subject", "elsewhere", "name",
                  "approval_papers_two", "value", "no", TERM));
    assert_ok(RUN(f, "topsec", "exception", "add", "user", "wangwu", TERM, "paper", "批件"));
    assert_ok(RUN(f, "topsec", "exception", "list"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "secadm", "exception", "list"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "secadm", "exception", "end", "id", "X000002"), GDPOP_ERR_NOT_AUTHORISED,
                   "wangwu");
}

static int put_namesake(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "lisi", &x);
    (void)arg;
    x->name = T("elsewhere");
    x->person = T("");
    x->uid = 0;
    return r != 0 ? r : store_put_account(t, x);
}

/* An account that bears the name of an organisation would loosen rules for the whole of it. */
static void a_permit_means_one_subject(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "person", "add", "name", "孙七", "id-number", "110101199003078515",
                  "org", "county", "post", "科员", "phone", "13912345678"));
    char *person = strdup(field(f, 0, "id"));
    assert_refused(RUN(f, "sysadm", "account", "apply", "user", "elsewhere", "person", person,
                       "system", "population", "role", "entry"),
                   GDPOP_ERR_EXISTS, "an organisation or a host");
    free(person);
    assert_refused(RUN(f, "sysadm", "org", "add", "id", "wangwu", "name", "县", "level", "county",
                       "division", "440106", "supervised-by", "city"),
                   GDPOP_ERR_EXISTS, "wangwu names something else");
    with_store(f, put_namesake, NULL);
    assert_refused(RUN(f, "secadm", "observe", "add", "subject", "elsewhere", "rule", "device",
                       "from", "2020-01-01", "until", "2099-12-31", "reason", "x"),
                   GDPOP_ERR_EXISTS, "elsewhere names something else");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_permit_means_one_subject),
        ADMIN_TEST(an_exception_is_added_listed_and_ended),
        ADMIN_TEST(an_exception_waits_for_the_leader),
        ADMIN_TEST(a_term_must_have_length_and_future),
        ADMIN_TEST(who_may_not_make_an_exception),
        ADMIN_TEST(a_waiver_changes_what_holds),
        ADMIN_TEST(a_waiver_names_a_setting_and_a_subject),
        ADMIN_TEST(only_some_rules_observe_and_only_the_top_lets_all),
        ADMIN_TEST(lists_pass_over_other_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
