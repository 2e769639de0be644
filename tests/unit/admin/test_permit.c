#include "fixture.h"

static int lead_county(struct txn *t, void *arg)
{
    Model__Organisation *o;
    int r = put_leader(t, "county", "P000010", "responsible", "");
    (void)arg;
    if (r != 0 || (r = store_get_organisation(t, "county", &o)) != 0)
        return r;
    int64_t from_at;
    assert_int_equal(clock_parse("2020-01-01", 480, false, &from_at), 0);
    o->leaders[o->n_leaders - 1]->from_at = from_at;
    return store_put_organisation(t, o);
}

/* secadm leads the county too. */
static int lead_assessor(struct txn *t, void *arg)
{
    (void)arg;
    return put_leader(t, "county", "P000003", "responsible", "");
}

static int forget_permits(struct txn *t, void *arg)
{
    Model__Permit *p;
    int r = store_get_permit(t, arg, &p);
    return r != 0 ? r : store_delete(t, &table_permit, bytes_of_text(arg));
}

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
                  "value", "200", TERM, APPROVED));
    confirm_request(f, "sysadm");
    assert_ok(RUN(f, "secadm", "waiver", "add", "subject", "county", "name", "reuse_depth", "value",
                  "3", TERM, APPROVED));
    confirm_request(f, "sysadm");
    assert_ok(RUN(f, "audadm", "policy", "show", "user", "zhangsan"));
    int row = find_row(f, "setting", "dormant_days");
    assert_string_equal(field(f, row, "value"), "200");
    assert_string_equal(field(f, row, "profile"), "X000001");
    assert_string_equal(field(f, find_row(f, "setting", "reuse_depth"), "value"), "3");
    assert_ok(RUN(f, "secadm", "waiver", "end", "id", "X000001"));
    assert_ok(RUN(f, "audadm", "policy", "show", "user", "zhangsan"));
    assert_string_equal(field(f, find_row(f, "setting", "dormant_days"), "value"), "90");
}

/* No one administrator loosens a rule: a leader decides, of the subject's own level for an account,
 * of the level above for an organisation, and on paper a second administrator confirms it. */
static void what_loosens_waits_for_leader_and_second(void **state)
{
    static const struct {
        const char *noun, *subject, *name, *value; /* of a waiver; value NULL: a rule */
        const char *good, *bad;                    /* who may approve, who may not */
    } cases[] = {
        {"waiver", "zhangsan", "dormant_days", "200", "P000010", "P000006"},
        {"waiver", "zhangsan", "dormant_days", "200", "P000009", "P000005"},
        {"waiver", "county", "dormant_days", "200", "P000009", "P000010"},
        {"observe", "zhangsan", "workplace", NULL, "P000010", "P000006"},
        {"observe", "county", "workplace", NULL, "P000009", "P000010"},
    };
    struct fixture *f = *state;
    with_store(f, lead_county, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char request[16];
#define ADD(...)                                                                                   \
    RUN(f, "secadm", cases[i].noun, "add", "subject", cases[i].subject,                            \
        cases[i].value ? "name" : "rule", cases[i].name, TERM, __VA_ARGS__)
#define ADD_PAPER(leader_, date_)                                                                  \
    (cases[i].value                                                                                \
         ? ADD("value", cases[i].value, "leader", leader_, "paper", "批件", "date", date_)         \
         : ADD("leader", leader_, "paper", "批件", "date", date_))
        assert_refused(ADD_PAPER(cases[i].bad, "2026-01-05"), GDPOP_ERR_REFUSED, "may not approve");
        assert_refused(ADD_PAPER(cases[i].good, "2019-12-31"), GDPOP_ERR_REFUSED,
                       "in office on that day");
        assert_ok(ADD_PAPER(cases[i].good, "2026-01-05"));
        snprintf(request, sizeof(request), "%s", field(f, 0, "request"));
        assert_string_not_equal(request, "");
        assert_ok(RUN(f, "audadm", cases[i].noun, "list"));
        assert_int_equal(f->result->count, 0);
        assert_refused(RUN(f, "secadm", "request", "confirm", "id", request),
                       GDPOP_ERR_NOT_AUTHORISED, "another administrator");
        assert_ok(RUN(f, "sysadm", "request", "confirm", "id", request));
        char *permit = strdup(field(f, 0, "id"));
        assert_ok(RUN(f, "audadm", cases[i].noun, "list"));
        assert_int_equal(f->result->count, 1);
        assert_string_equal(field(f, 0, "approver"), cases[i].good);
        assert_string_equal(field(f, 0, "subject"), cases[i].subject);
        assert_ok(RUN(f, "audadm", "request", "show", "id", request));
        assert_string_equal(field(f, 0, "account"), cases[i].subject);
        with_store(f, forget_permits, permit);
        free(permit);
    }
}

/* The leader's own login is enough, and who files and assesses is no leader for it. */
static void a_leader_lets_a_rule_wait_by_his_login(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_assessor, NULL);
    assert_ok(RUN(f, "secadm", "waiver", "add", "subject", "zhangsan", "name", "dormant_days",
                  "value", "200", TERM));
    assert_non_null(strstr(f->result->message, "the approval of"));
    assert_refused(
        RUN(f, "sysadm", "request", "approve", "id", "R000001", "leader", "P000003", "paper", "x"),
        GDPOP_ERR_NOT_AUTHORISED, "who assesses the risk");
    assert_refused(RUN(f, "lisi", "request", "approve", "id", "R000001"), GDPOP_ERR_NOT_AUTHORISED,
                   "not an active administrator");
    assert_ok(RUN(f, "leader", "request", "approve", "id", "R000001"));
    assert_ok(RUN(f, "audadm", "waiver", "list"));
    assert_int_equal(f->result->count, 0); /* he decides and sets nothing up */
    assert_ok(RUN(f, "sysadm", "request", "carry-out", "id", "R000001"));
    assert_ok(RUN(f, "audadm", "waiver", "list"));
    assert_string_equal(field(f, 0, "approver"), "P000009");
    assert_ok(RUN(f, "secadm", "waiver", "add", "subject", "county", "name", "dormant_days",
                  "value", "200", TERM));
    assert_ok(RUN(f, "leader", "request", "reject", "id", "R000002", "reason", "不需要"));
    assert_refused(RUN(f, "sysadm", "request", "carry-out", "id", "R000002"), GDPOP_ERR_REFUSED,
                   "no row");
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
    with_store(f, lead_too, T("province"));
    with_store(f, add_topsys, NULL);
    assert_ok(
        RUN(f, "topsec", "observe", "add", "all", "yes", "rule", "workplace", TERM, APPROVED));
    confirm_request(f, "topsys");
    assert_ok(RUN(f, "secadm", "observe", "add", "subject", "zhangsan", "rule", "device", TERM,
                  APPROVED));
    confirm_request(f, "sysadm");
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
    with_store(f, lead_too, T("province"));
    with_store(f, add_topsys, NULL);
    assert_ok(RUN(f, "topsec", "waiver", "add", "subject", "elsewhere", "name",
                  "approval_papers_two", "value", "no", TERM, APPROVED));
    confirm_request(f, "topsys");
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
        ADMIN_TEST(what_loosens_waits_for_leader_and_second),
        ADMIN_TEST(a_leader_lets_a_rule_wait_by_his_login),
        ADMIN_TEST(a_waiver_names_a_setting_and_a_subject),
        ADMIN_TEST(only_some_rules_observe_and_only_the_top_lets_all),
        ADMIN_TEST(lists_pass_over_other_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
