#include "admin/batch.h"
#include "workflow.h"

#define APPLY(who, user_, person_, system_)                                                        \
    RUN(f, who, "account", "apply", "user", user_, "person", person_, "role", "entry", "system",   \
        system_)

static int take_up(struct txn *t, void *arg)
{
    Model__Paper paper = MODEL__PAPER__INIT;
    Model__Organisation *o;
    int r = store_get_organisation(t, arg, &o);
    o->taken_up = &paper;
    return r != 0 ? r : store_put_organisation(t, o);
}

/* Who approves an operator's account, by organisation. */
static void the_leader_of_the_right_office_approves(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *user, *person, *right, *wrong, *article;
        bool taken_up;
    } cases[] = {
        {"a", "P000036", "P000020", "P000009", "GD-7", false},
        {"b", "P000030", "P000021", "P000009", "GD-7", false},
        {"c", "P000031", "P000021", "P000009", "GD-7", false}, /* town: the county's */
        {"d", "P000037", "P000021", "P000020", "GD-7", false}, /* hospital: its bureau's */
        {"e", "P000032", "P000027", "P000022", "GD-7", false}, /* the city acts as the county */
        {"e", "P000032", "P000022", "P000027", "GD-12", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].taken_up) {
            assert_ok(RUN(f, "topsys", "account", "close", "user", "e", "reason", "x"));
            with_store(f, take_up, T("dgtown"));
        }
        assert_ok(APPLY("topsys", cases[i].user, cases[i].person, "population"));
        assert_refused(
            RUN(f, "topsys", "account", "approve", "user", cases[i].user, "leader", cases[i].wrong),
            GDPOP_ERR_REFUSED, cases[i].article);
        assert_non_null(strstr(err_sentence(), cases[i].right));
        assert_ok(RUN(f, "topsys", "account", "approve", "user", cases[i].user, "paper", "批件",
                      "leader", cases[i].right));
        confirm_paper(f, "topsec", cases[i].user);
        assert_string_equal(state_of(f, cases[i].user), "approved");
    }
}

static void administrators_are_approved_one_level_up_and_end_at_the_county(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *user, *person, *leader; /* NULL: refused */
    } cases[] = {
        {"a", "P000036", "P000020"}, /* province: its own, not the applicant */
        {"b", "P000030", "P000009"}, /* county: the city's */
        {"c", "P000031", NULL},
        {"e", "P000032", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r =
            RUN(f, "topsys", "account", "apply", "user", cases[i].user, "person", cases[i].person,
                "role", "administrator", "duty", "system", "system", "population");
        if (!cases[i].leader) {
            assert_refused(r, GDPOP_ERR_REFUSED, "GD-6");
            continue;
        }
        assert_ok(r);
        assert_refused(
            RUN(f, "topsec", "account", "approve", "user", cases[i].user, "leader", "P000021"),
            GDPOP_ERR_REFUSED, cases[i].leader);
        assert_refused(RUN(f, "topsys", "account", "approve", "user", cases[i].user),
                       GDPOP_ERR_NOT_AUTHORISED, "another administrator");
        assert_ok(RUN(f, "topsec", "account", "approve", "user", cases[i].user, "paper", "批件"));
        confirm_paper(f, "topsys", cases[i].user);
    }
    with_store(f, take_up, T("dgtown"));
    assert_ok(RUN(f, "topsys", "account", "apply", "user", "e", "person", "P000032", "role",
                  "administrator", "duty", "system", "system", "population"));
    assert_refused(RUN(f, "topsec", "account", "approve", "user", "e", "leader", "P000022"),
                   GDPOP_ERR_REFUSED, "GD-12");
    assert_ok(
        RUN(f, "topsec", "account", "approve", "user", "e", "paper", "批件", "leader", "P000027"));
    confirm_paper(f, "topsys", "e");
}

static void two_regulations_need_both_approvals(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "b", "person", "P000030", "role",
                  "entry", "system", "population", "system", "cme"));
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "批件"));
    confirm_paper(f, "topsec", "b");
    assert_string_equal(state_of(f, "b"), "approved"); /* both offices were on record */

    struct fixture *g = f;
    assert_ok(RUN(g, "countysys", "account", "apply", "user", "h", "person", "P000037", "role",
                  "entry", "system", "population", "system", "cme"));
    assert_ok(RUN(g, "countysys", "account", "approve", "user", "h", "paper", "批件", "leader",
                  "P000021"));
    confirm_paper(g, "topsec", "h");
    assert_string_equal(state_of(g, "h"), "applied");
    assert_ok(RUN(g, "countysys", "request", "show", "id", "R000002"));
    assert_non_null(strstr(field(g, 0, "lacks"), "SZ-10"));
}

static void consents_come_first(void **state)
{
    struct fixture *f = *state;
    assert_ok(APPLY("countysys", "t", "P000033", "population"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "t"), GDPOP_ERR_REFUSED,
                   "GD-5.5");
    assert_refused(RUN(f, "countysys", "request", "consent", "id", "R000001", "kind", "department",
                       "unit", "人事科", "date", "2099-01-01"),
                   GDPOP_ERR_USAGE, "future");
    assert_ok(RUN(f, "countysys", "request", "consent", "id", "R000001", "row", "1", "kind",
                  "department", "unit", "人事科", "date", "2026-01-05"));
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "t", "paper", "批件"));
    confirm_paper(f, "topsec", "t");

    assert_ok(APPLY("countysys", "p", "P000034", "population"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "p"), GDPOP_ERR_REFUSED,
                   "\"A3\"");
    assert_ok(RUN(f, "countysys", "agreement", "file", "org", "police", "kind", "A3", "file", "x",
                  "date", "2026-01-05"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "p"), GDPOP_ERR_REFUSED,
                   "A3-member");
    assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000034", "kind", "A3", "file",
                  "x", "date", "2026-01-05"));
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "p", "paper", "批件"));
    confirm_paper(f, "topsec", "p");

    assert_ok(APPLY("countysys", "v", "P000035", "population"));
    for (int i = 0; i < 3; i++) {
        const char *kinds[] = {"A1", "nda", "background"};
        assert_refused(RUN(f, "countysys", "account", "approve", "user", "v"), GDPOP_ERR_REFUSED,
                       kinds[i]);
        assert_ok(RUN(f, "countysys", "request", "consent", "id", "R000003", "kind", kinds[i],
                      "unit", "某公司", "date", "2026-01-05"));
    }
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "v", "paper", "批件"));
    confirm_paper(f, "topsec", "v");
}

static void a_paper_waits_for_the_second_administrator(void **state)
{
    struct fixture *f = *state;
    assert_ok(APPLY("countysys", "b", "P000030", "population"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "b"), GDPOP_ERR_USAGE,
                   "--paper");
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "scan"));
    assert_string_equal(state_of(f, "b"), "applied");
    assert_refused(RUN(f, "countysys", "request", "confirm", "id", "R000001"),
                   GDPOP_ERR_NOT_AUTHORISED, "another administrator");
    assert_ok(RUN(f, "secadm", "request", "confirm", "id", "R000001"));
    assert_string_equal(state_of(f, "b"), "approved");
    assert_refused(RUN(f, "sysadm", "request", "confirm", "id", "R000001"), GDPOP_ERR_REFUSED,
                   "no row");
}

static void a_leader_decides_in_his_own_login(void **state)
{
    struct fixture *f = *state;
    assert_ok(APPLY("countysys", "b", "P000030", "population"));
    assert_refused(RUN(f, "zhangsan", "request", "approve", "id", "R000001"),
                   GDPOP_ERR_NOT_AUTHORISED, "not an active administrator");
    assert_refused(RUN(f, "leader", "request", "approve", "id", "R000001"), GDPOP_ERR_REFUSED,
                   "P000009 may not approve");
    assert_refused(RUN(f, "cleader", "account", "approve", "user", "b"), GDPOP_ERR_NOT_AUTHORISED,
                   "may not do this");
    assert_ok(RUN(f, "cleader", "request", "approve", "id", "R000001"));
    assert_string_equal(state_of(f, "b"), "approved");
    assert_ok(RUN(f, "topaud", "request", "show", "id", "R000001"));
    assert_string_equal(field(f, 1, "person"), "P000021");
    assert_string_equal(field(f, 1, "recorded_by"), "cleader");
}

static void rows_of_one_paper_are_decided_one_by_one(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "countysys", "request", "open", "act", "account", "paper", "scan",
                  "paper-number", "3"));
    assert_string_equal(field(f, 0, "id"), "R000001");
    const char *rows[][2] = {{"a", "P000030"}, {"b", "P000031"}, {"c", "P000037"}};
    for (int i = 0; i < 3; i++)
        assert_ok(RUN(f, "countysys", "account", "apply", "user", rows[i][0], "person", rows[i][1],
                      "role", "entry", "system", "population", "request", "R000001"));
    assert_ok(RUN(f, "countysys", "request", "reject", "id", "R000001", "row", "2", "reason", "x"));
    assert_string_equal(state_of(f, "b"), "closed");
    assert_refused(RUN(f, "countysys", "account", "apply", "user", "d", "person", "P000036", "role",
                       "entry", "system", "population", "request", "R000001"),
                   GDPOP_ERR_NOT_AUTHORISED, "province");
    assert_refused(RUN(f, "countysys", "account", "apply", "user", "b", "person", "P000031", "role",
                       "entry", "system", "population", "request", "R000001"),
                   GDPOP_ERR_REFUSED, "no more rows");
    assert_ok(RUN(f, "countysys", "request", "withdraw", "id", "R000001", "row", "3"));
    assert_refused(RUN(f, "countysys", "request", "approve", "id", "R000001", "row", "2"),
                   GDPOP_ERR_REFUSED, "rejected already");
    assert_refused(RUN(f, "countysys", "request", "approve", "id", "R000001", "row", "4"),
                   GDPOP_ERR_NOT_FOUND, "no row 4");
    assert_ok(RUN(f, "countysys", "request", "approve", "id", "R000001", "paper", "scan"));
    assert_ok(RUN(f, "sysadm", "request", "confirm", "id", "R000001"));
    assert_string_equal(state_of(f, "a"), "approved");
    assert_string_equal(state_of(f, "c"), "closed");
    assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000030", "kind", "A5", "file",
                  "x", "date", "2026-01-01"));
    assert_string_equal(state_of(f, "a"), "approved"); /* the pledge is older than the approval */
    assert_ok(RUN(f, "topaud", "request", "list"));
    assert_string_equal(field(f, 0, "state"), "approved");
}

static char *today(struct fixture *f)
{
    static char text[16];
    (void)f;
    clock_format_date(clock_now(), 480, text);
    return text;
}

/* GD-5.4 and SZ-24: each regulation has a pledge of its own. */
static void two_regulations_need_both_pledges(void **state)
{
    static const char *const orders[][2] = {{"A5", "sz-a3"}, {"sz-a3", "A5"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        void *own;
        workflow_setup(&own);
        struct fixture *f = own;
        assert_ok(RUN(f, "countysys", "account", "apply", "user", "b", "person", "P000030", "role",
                      "entry", "system", "cme", "system", "population"));
        assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "批件"));
        confirm_paper(f, "topsec", "b");
        assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000030", "kind",
                      orders[i][0], "file", "x", "date", today(f)));
        assert_non_null(strstr(f->result->message, orders[i][1]));
        assert_string_equal(state_of(f, "b"), "approved");
        assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000030", "kind",
                      orders[i][1], "file", "x", "date", today(f)));
        assert_string_equal(state_of(f, "b"), "active");
        fixture_teardown(&own);
    }
}

static void only_the_right_office_sets_up(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "b", "person", "P000030", "role",
                  "administrator", "duty", "audit", "system", "population"));
    assert_ok(RUN(f, "secadm", "account", "approve", "user", "b", "paper", "批件"));
    confirm_paper(f, "topsec", "b");
    assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000030", "kind", "A5", "file",
                  "x", "date", today(f)));
    assert_string_equal(state_of(f, "b"), "approved");
    assert_refused(RUN(f, "countysys", "request", "carry-out", "id", "R000001"), GDPOP_ERR_REFUSED,
                   "an administrator of city");
    assert_ok(RUN(f, "sysadm", "request", "carry-out", "id", "R000001"));
    assert_string_equal(state_of(f, "b"), "active");
    assert_ok(RUN(f, "topaud", "request", "list", "all", "yes"));
    assert_string_equal(field(f, 0, "state"), "carried-out");
}

static int age(struct txn *t, void *arg)
{
    Model__Request *q;
    int r = store_get_request(t, arg, &q);
    q->expires_at = 1;
    return r != 0 ? r : store_put_request(t, q);
}

static void what_nobody_decides_expires(void **state)
{
    struct fixture *f = *state;
    assert_ok(APPLY("countysys", "b", "P000030", "population"));
    with_store(f, age, T("R000001"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "b"), GDPOP_ERR_REFUSED,
                   "expired");
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(state_of(f, "b"), "closed");
    assert_ok(APPLY("countysys", "b", "P000030", "population"));
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "批件"));
    confirm_paper(f, "topsec", "b");
}

static void moves_of_a_row(void **state)
{
    static const char *const names[] = {"submitted",   "approved", "rejected",
                                        "carried-out", "expired",  "withdrawn"};
    static const char allowed[6][7] = {"011011", "000111", "000000", "000000", "000000", "000000"};
    (void)state;
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 6; k++)
            assert_int_equal(batch_may_move(names[i], names[k]), allowed[i][k] == '1');
}

static int acting(struct txn *t, void *arg)
{
    Model__Organisation *o;
    int r = store_get_organisation(t, "county", &o);
    (void)arg;
    o->leaders[0]->until_at = 2; /* the office is vacant */
    if (r == 0)
        r = store_put_organisation(t, o);
    return r != 0 ? r : put_leader(t, "county", "P000037", "acting", "");
}

static void who_acts_for_a_vacant_office(void **state)
{
    struct fixture *f = *state;
    with_store(f, acting, NULL);
    assert_ok(APPLY("countysys", "b", "P000030", "population"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "b", "leader", "P000021"),
                   GDPOP_ERR_REFUSED, "P000037");
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "批件"));
    confirm_paper(f, "topsec", "b");
    assert_ok(RUN(f, "topaud", "request", "show", "id", "R000001"));
    assert_string_equal(field(f, 1, "office"), "acting county");
}

/* Whoever sees a request decides its rows. */
static void a_request_takes_rows_of_its_own_organisation(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsys", "request", "open", "act", "account", "org", "county", "paper", "x"));
    assert_refused(RUN(f, "topsys", "account", "apply", "user", "fern", "person", "P000032", "role",
                       "entry", "system", "population", "request", "R000001"),
                   GDPOP_ERR_REFUSED, "does not supervise dgtown");
    assert_ok(RUN(f, "topsys", "account", "apply", "user", "nah", "person", "P000031", "role",
                  "entry", "system", "population", "request", "R000001"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKFLOW_TEST(the_leader_of_the_right_office_approves),
        WORKFLOW_TEST(administrators_are_approved_one_level_up_and_end_at_the_county),
        WORKFLOW_TEST(two_regulations_need_both_approvals),
        WORKFLOW_TEST(two_regulations_need_both_pledges),
        WORKFLOW_TEST(consents_come_first),
        WORKFLOW_TEST(a_paper_waits_for_the_second_administrator),
        WORKFLOW_TEST(a_leader_decides_in_his_own_login),
        WORKFLOW_TEST(rows_of_one_paper_are_decided_one_by_one),
        WORKFLOW_TEST(only_the_right_office_sets_up),
        WORKFLOW_TEST(what_nobody_decides_expires),
        WORKFLOW_TEST(who_acts_for_a_vacant_office),
        cmocka_unit_test(moves_of_a_row),
        WORKFLOW_TEST(a_request_takes_rows_of_its_own_organisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
