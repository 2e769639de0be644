/* From the application to an active account, and what ends it (GD-5.4 to GD-10). */
#include "fixture.h"

#include "base/clock.h"

#define DOCUMENT "440106199203111015"
#define OTHER_DOCUMENT "440106199203121029"

/* The fixture's persons were numbered by hand: the counter moves behind them. */
static int pass_numbers(struct txn *t, void *arg)
{
    char *id;
    int r = 0;
    (void)arg;
    for (int i = 0; r == 0 && i < 20; i++)
        r = store_next_id(t, 'P', &id);
    return r;
}

static const char *day(char out[static 16], int days)
{
    clock_format_date(clock_now() + days * CLOCK_DAY, 480, out);
    return out;
}

static const char *add_person(struct fixture *f, const char *document, const char *organisation)
{
    static char id[16];
    assert_ok(RUN(f, "sysadm", "person", "add", "name", "王小明", "id-number", document, "org",
                  organisation, "post", "科员", "phone", "13800138000"));
    snprintf(id, sizeof(id), "%s", field(f, 0, "id"));
    return id;
}

static int apply(struct fixture *f, const char *user, const char *person)
{
    return RUN(f, "sysadm", "account", "apply", "user", user, "person", person, "system",
               "population", "role", "entry");
}

static int lead(struct fixture *f, const char *organisation, const char *person, const char *from)
{
    return RUN(f, "sysadm", "org", "leader", "id", organisation, "person", person, "kind",
               "responsible", "from", from, "paper", "appointment");
}

/* Nobody makes a leader by word alone, and then approves by that leader's hand. */
static void a_leader_takes_office_by_a_paper(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "org", "leader", "id", "city", "person", "P000003", "kind",
                       "responsible", "from", "2020-01-01"),
                   GDPOP_ERR_REFUSED, "--paper");
    assert_ok(lead(f, "city", "P000003", "2020-01-01"));
}

static void assert_state(struct fixture *f, const char *user, const char *state)
{
    assert_ok(RUN(f, "topaud", "account", "show", "user", user));
    assert_string_equal(field(f, 0, "state"), state);
}

static void approval_then_pledge_then_active(void **state)
{
    struct fixture *f = *state;
    char today[16], yesterday[16];
    with_store(f, pass_numbers, NULL);
    const char *person = add_person(f, DOCUMENT, "county");
    assert_ok(apply(f, "wangxm", person));
    assert_refused(RUN(f, "sysadm", "account", "initial-password", "user", "wangxm"),
                   GDPOP_ERR_REFUSED, "only an active account");
    assert_refused(RUN(f, "sysadm", "account", "approve", "user", "wangxm"), GDPOP_ERR_REFUSED,
                   "the responsible leader of county (none on record");
    assert_ok(lead(f, "county", "P000006", day(yesterday, -1)));
    assert_refused(RUN(f, "sysadm", "account", "approve", "user", "wangxm", "leader", "P000009"),
                   GDPOP_ERR_REFUSED, "GD-7: P000009 may not approve");
    assert_refused(RUN(f, "sysadm", "account", "approve", "user", "wangxm", "date", "2020-01-02"),
                   GDPOP_ERR_REFUSED, "GD-7");
    assert_ok(RUN(f, "sysadm", "account", "approve", "user", "wangxm", "paper", "%PDF", "date",
                  day(today, 0)));
    confirm_paper(f, "topsec", "wangxm");
    assert_non_null(strstr(f->result->message, "A5"));
    assert_state(f, "wangxm", "approved");
    assert_ok(RUN(f, "sysadm", "agreement", "file", "person", person, "kind", "A5", "file", "%PDF",
                  "date", day(yesterday, -1)));
    assert_non_null(strstr(f->result->message, "to become active wangxm lacks"));
    assert_state(f, "wangxm", "approved");
    assert_string_equal(field(f, 0, "uid"), "");
    assert_ok(RUN(f, "sysadm", "agreement", "file", "person", person, "kind", "A5", "file", "%PDF",
                  "date", today));
    assert_state(f, "wangxm", "active");
    assert_true(strtol(field(f, 0, "uid"), NULL, 10) >= 60000);
    assert_ok(RUN(f, "sysadm", "account", "initial-password", "user", "wangxm"));
    assert_int_equal(strlen(field(f, 0, "secret")), 14);
}

static void who_approves(void **state)
{
    struct fixture *f = *state;
    with_store(f, pass_numbers, NULL);
    assert_ok(lead(f, "county", "P000006", "2020-01-01"));
    assert_ok(apply(f, "towner", add_person(f, DOCUMENT, "town")));
    assert_refused(RUN(f, "sysadm", "account", "approve", "user", "towner", "leader", "P000009"),
                   GDPOP_ERR_REFUSED, "the responsible leader of county (P000006)");
    assert_ok(RUN(f, "sysadm", "account", "approve", "user", "towner", "paper", "批件"));
    confirm_paper(f, "topsec", "towner");

    const char *person = add_person(f, OTHER_DOCUMENT, "county");
    assert_ok(RUN(f, "sysadm", "account", "apply", "user", "countyadm", "person", person, "system",
                  "population", "role", "administrator", "duty", "system"));
    assert_refused(RUN(f, "sysadm", "account", "approve", "user", "countyadm", "leader", "P000009"),
                   GDPOP_ERR_NOT_AUTHORISED, "another administrator");
    assert_refused(RUN(f, "secadm", "account", "approve", "user", "countyadm", "leader", "P000006"),
                   GDPOP_ERR_REFUSED, "the responsible leader of city (P000009)");
    assert_ok(RUN(f, "secadm", "account", "approve", "user", "countyadm", "paper", "批件", "leader",
                  "P000009"));
    confirm_paper(f, "topsec", "countyadm");
}

static void approving_and_carrying_out_are_two_people(void **state)
{
    struct fixture *f = *state;
    with_store(f, pass_numbers, NULL);
    assert_ok(lead(f, "county", "P000003", "2020-01-01"));
    assert_ok(apply(f, "wangxm", add_person(f, DOCUMENT, "county")));
    assert_refused(RUN(f, "secadm", "account", "approve", "user", "wangxm"),
                   GDPOP_ERR_NOT_AUTHORISED, "who approves does not carry out");
    assert_refused(RUN(f, "audadm", "account", "approve", "user", "wangxm"),
                   GDPOP_ERR_NOT_AUTHORISED, "audadm");
    assert_ok(RUN(f, "sysadm", "account", "approve", "user", "wangxm", "paper", "批件"));
    confirm_paper(f, "topsec", "wangxm");
}

/* A hash takes long: it is not made while every login waits for the store. */
static void one_initial_password_an_act(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_result *result;
    const struct gdpop_arg first = {"user", "zhangsan", 8}, second = {"user", "lisi", 4};
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    const struct gdpop_arg one[] = {first, {"to", "x", 1}}, two[] = {second, {"to", "y", 1}};
    assert_ok(gdpop_admin_call(f->a, "account", "initial-password", one, 2, &result));
    assert_refused(gdpop_admin_call(f->a, "account", "initial-password", two, 2, &result),
                   GDPOP_ERR_USAGE, "first operation");
    assert_int_not_equal(gdpop_admin_commit(f->a), 0);
}

static void no_administrators_below_the_county(void **state)
{
    struct fixture *f = *state;
    with_store(f, pass_numbers, NULL);
    const char *person = add_person(f, DOCUMENT, "town");
    assert_refused(RUN(f, "sysadm", "account", "apply", "user", "townadm", "person", person,
                       "system", "population", "role", "administrator", "duty", "system"),
                   GDPOP_ERR_REFUSED, "GD-6");
    assert_ok(apply(f, "towner", person));
}

static void real_names_are_checked(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *name, *number, *phone, *words;
    } cases[] = {
        {"王小明", "440106199203111016", "13800138000", "check digit"},
        {"王小明", "440106199213111015", "13800138000", "date of birth"},
        {"王小明", DOCUMENT, "1380013800", "telephone"},
        {"", DOCUMENT, "13800138000", "name"},
    };
    with_store(f, pass_numbers, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = RUN(f, "sysadm", "person", "add", "name", cases[i].name, "id-number",
                    cases[i].number, "org", "county", "post", "科员", "phone", cases[i].phone);
        if (r == 0 || !strstr(err_sentence(), cases[i].words))
            fail_msg("case %zu: %d \"%s\"", i, r, err_sentence());
    }
    add_person(f, DOCUMENT, "county");
    assert_refused(RUN(f, "sysadm", "person", "add", "name", "王小明", "id-number", DOCUMENT, "org",
                       "county", "post", "科员", "phone", "13800138000"),
                   GDPOP_ERR_EXISTS, "belongs to");
    assert_refused(RUN(f, "sysadm", "person", "add", "name", "王小明", "id-number", OTHER_DOCUMENT,
                       "org", "elsewhere", "post", "科员", "phone", "13800138000"),
                   GDPOP_ERR_NOT_AUTHORISED, "not supervised");
}

static void one_person_one_account_for_ever(void **state)
{
    struct fixture *f = *state;
    char uid[16];
    with_store(f, pass_numbers, NULL);
    assert_refused(apply(f, "second", "P000005"), GDPOP_ERR_EXISTS, "one person, one account");
    assert_refused(apply(f, "zhangsan", "P000005"), GDPOP_ERR_EXISTS, "already");
    assert_refused(apply(f, "root", "P000005"), GDPOP_ERR_REFUSED, "local account");
    assert_ok(RUN(f, "sysadm", "account", "close", "user", "zhangsan", "reason", "离职"));
    assert_state(f, "zhangsan", "closed");
    snprintf(uid, sizeof(uid), "%s", field(f, 0, "uid"));
    const char *other = add_person(f, DOCUMENT, "county");
    assert_refused(apply(f, "zhangsan", other), GDPOP_ERR_EXISTS, "another person");
    assert_ok(apply(f, "zhangsan", "P000005"));
    assert_state(f, "zhangsan", "applied");
    assert_string_equal(field(f, 0, "uid"), uid);
}

static void who_froze_does_not_unfreeze(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "audadm", "account", "freeze", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "audadm");
    assert_refused(RUN(f, "sysadm", "account", "freeze", "user", "wangwu", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "not supervised");
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", "查证"));
    assert_state(f, "zhangsan", "frozen");
    assert_refused(RUN(f, "sysadm", "account", "unfreeze", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_refused(RUN(f, "secadm", "account", "unfreeze", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "who froze");
    assert_ok(RUN(f, "topsec", "account", "unfreeze", "user", "zhangsan", "reason", "已查清"));
    assert_state(f, "zhangsan", "active");
    assert_refused(RUN(f, "secadm", "account", "suspend", "user", "zhangsan", "until", "2020-01-01",
                       "reason", "x"),
                   GDPOP_ERR_USAGE, "past");
}

static void nobody_acts_on_themselves_or_empties_a_duty(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "secadm", "account", "unlock", "user", "secadm"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "sysadm", "account", "close", "user", "sysadm", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "secadm", "account", "freeze", "user", "sysadm", "reason", "x"),
                   GDPOP_ERR_REFUSED, "last active holder");
    assert_state(f, "sysadm", "active");
    assert_ok(RUN(f, "topsec", "account", "freeze", "user", "secadm", "reason", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_leader_takes_office_by_a_paper),
        ADMIN_TEST(approval_then_pledge_then_active),
        ADMIN_TEST(who_approves),
        ADMIN_TEST(approving_and_carrying_out_are_two_people),
        ADMIN_TEST(one_initial_password_an_act),
        ADMIN_TEST(no_administrators_below_the_county),
        ADMIN_TEST(real_names_are_checked),
        ADMIN_TEST(one_person_one_account_for_ever),
        ADMIN_TEST(who_froze_does_not_unfreeze),
        ADMIN_TEST(nobody_acts_on_themselves_or_empties_a_duty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
