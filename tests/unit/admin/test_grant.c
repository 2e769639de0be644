#include "nss/snapshot.h"
#include "workflow.h"

static const char catalogue[] = "[entry]\nkind = operator-entry\nsystems = population\n"
                                "levels = county village\n"
                                "[query]\nkind = operator-query\nsystems = population\n"
                                "levels = province county\ngroup = gdpop-query\ngid = 59902\n"
                                "extra = yes\n"
                                "[query-city]\nkind = operator-query\nsystems = population\n"
                                "levels = province city\nextra = yes\n"
                                "[review]\nkind = operator-query\nsystems = population\n"
                                "excludes = operator-query\nextra = yes\n"
                                "[manage]\nkind = operator-management\nsystems = population\n"
                                "[cme]\nkind = operator-query\nsystems = cme\nextra = yes\n";

static int setup(void **state)
{
    int r = workflow_setup(state);
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "role", "load", "file", catalogue));
    return r;
}

#define GRANT_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

#define GRANT(who, user_, role_, ...)                                                              \
    RUN(f, who, "grant", "add", "user", user_, "role", role_, "reason", "统计", ##__VA_ARGS__)

static bool is_member(const struct fixture *f, const char *user, int64_t at)
{
    struct snapshot *snap;
    struct snapshot_walk walk;
    uint32_t row, gid;
    char path[96];
    bool member = false;
    snprintf(path, sizeof(path), "%s/nss/snapshot", f->dir);
    assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_OK);
    assert_int_equal(snapshot_find_user(snap, user, &row), SNAPSHOT_OK);
    assert_int_equal(snapshot_walk_user(snap, row, at, &walk), SNAPSHOT_OK);
    while (snapshot_next_group(snap, &walk, &gid) == SNAPSHOT_OK)
        member |= gid == 59902;
    snapshot_close(snap);
    return member;
}

static void a_right_holds_from_its_first_to_its_last_moment(void **state)
{
    struct fixture *f = *state;
    int64_t from_at, until_at;
    assert_ok(clock_parse("2090-05-01", 480, false, &from_at));
    assert_ok(clock_parse("2090-05-03", 480, true, &until_at));
    assert_ok(GRANT("countysys", "zhangsan", "query", "from", "2090-05-01", "until", "2090-05-03"));
    assert_false(is_member(f, "zhangsan", from_at - 1));
    assert_true(is_member(f, "zhangsan", from_at));
    assert_true(is_member(f, "zhangsan", until_at - 1));
    assert_false(is_member(f, "zhangsan", until_at));
    assert_false(is_member(f, "lisi", from_at));
    assert_ok(RUN(f, "topaud", "grant", "list", "account", "zhangsan"));
    assert_string_equal(field(f, 0, "role"), "query");
    assert_string_equal(field(f, 0, "state"), "future");
    assert_ok(RUN(f, "countysys", "grant", "done", "id", "X000001"));
    assert_false(is_member(f, "zhangsan", from_at));
    assert_refused(RUN(f, "countysys", "grant", "done", "id", "X000001"), GDPOP_ERR_REFUSED,
                   "ended already");
}

static void a_right_without_a_day_ends_with_the_post(void **state)
{
    struct fixture *f = *state;
    assert_ok(GRANT("countysys", "zhangsan", "query"));
    assert_true(is_member(f, "zhangsan", clock_now() + 5000 * CLOCK_DAY));
    assert_ok(RUN(f, "sysadm", "account", "transfer", "user", "zhangsan", "org", "town", "post",
                  "科员", "role", "entry"));
    assert_false(is_member(f, "zhangsan", clock_now() + CLOCK_DAY));
    assert_refused(GRANT("sysadm", "zhangsan", "query"), GDPOP_ERR_REFUSED, "only an active");
}

static void who_and_what_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_refused(GRANT("countysys", "zhangsan", "query-city"), GDPOP_ERR_REFUSED, "GD-9");
    assert_refused(GRANT("topsys", "zhangsan", "query-city"), GDPOP_ERR_REFUSED, "GD-9");
    assert_refused(GRANT("countysys", "zhangsan", "manage"), GDPOP_ERR_REFUSED, "further right");
    assert_refused(GRANT("countysys", "zhangsan", "cme"), GDPOP_ERR_REFUSED, "no system");
    assert_refused(GRANT("countysys", "zhangsan", "query", "urgent", "yes"), GDPOP_ERR_USAGE,
                   "SZ-10");
    assert_refused(GRANT("countysys", "countysys", "query"), GDPOP_ERR_NOT_AUTHORISED,
                   "themselves");
    assert_refused(GRANT("countysys", "wangwu", "query"), GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_ok(GRANT("countysys", "zhangsan", "query", "until", "2098-05-03"));
    assert_refused(GRANT("countysys", "zhangsan", "review", "until", "2098-05-03"),
                   GDPOP_ERR_REFUSED, "exclude each other");
}

static int put_vendor(struct txn *t, void *arg)
{
    (void)arg;
    return put_account(t, "gongsi", "P000035", "vendor", 0, FIRST_UID + 35);
}

/* JC-13: vendor staff hold roles of their own kind, further ones too. */
static void vendor_staff_get_no_operators_right(void **state)
{
    struct fixture *f = *state;
    with_store(f, put_vendor, NULL);
    assert_refused(GRANT("countysys", "gongsi", "query"), GDPOP_ERR_REFUSED, "JC-13");
}

/* Between asking and deciding the account may have left its post. */
static void a_right_asked_for_is_not_given_to_who_left(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "secadm", "request", "open", "act", "right", "org", "county"));
    assert_ok(GRANT("countysys", "zhangsan", "query", "request", "R000001"));
    assert_ok(RUN(f, "countysys", "account", "leave", "user", "zhangsan", "on", "2020-01-01",
                  "reason", "resigned"));
    assert_refused(RUN(f, "countysys", "request", "approve", "id", "R000001", "paper", "x"),
                   GDPOP_ERR_REFUSED, "only an active");
    assert_false(is_member(f, "zhangsan", clock_now()));
}

static int end_now(struct txn *t, void *arg)
{
    Model__Permit *p;
    int r = store_get_permit(t, arg, &p);
    p->until_at = p->from_at + 1;
    return r != 0 ? r : store_put_permit(t, p);
}

static void the_timer_marks_what_is_over(void **state)
{
    struct fixture *f = *state;
    assert_ok(GRANT("countysys", "zhangsan", "query", "from", "2020-05-01", "until", "2098-05-03"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "rights_ended"), "0");
    with_store(f, end_now, T("X000001"));
    for (int i = 1; i >= 0; i--) {
        assert_ok(RUN(f, "sysadm", "tick", ""));
        assert_string_equal(field(f, 0, "rights_ended"), i ? "1" : "0");
    }
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "role.end"));
    assert_int_equal(f->result->count, 1);
}

#define WINDOW(...)                                                                                \
    RUN(f, "countysys", "window", "add", "from", "2026-05-01", "until", "2098-05-02", "reason",    \
        "升级", "notice", "scan", __VA_ARGS__)

static void a_window_needs_notice_papers_and_the_leader(void **state)
{
    struct fixture *f = *state;
    with_store(f, put_vendor, NULL);
    assert_refused(WINDOW("user", "zhangsan"), GDPOP_ERR_REFUSED, "no vendor");
    assert_refused(WINDOW("user", "gongsi", "paper", "scan"), GDPOP_ERR_REFUSED, "\"A1\"");
    assert_ok(RUN(f, "countysys", "agreement", "file", "org", "vendor", "kind", "A1", "file", "x",
                  "date", "2026-01-05"));
    assert_refused(WINDOW("user", "gongsi", "paper", "scan"), GDPOP_ERR_REFUSED, "\"nda\"");
    assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000035", "kind", "nda", "file",
                  "x", "date", "2026-01-05"));
    assert_refused(WINDOW("user", "gongsi", "leader", "P000009"), GDPOP_ERR_REFUSED, "P000021");
    assert_ok(WINDOW("user", "gongsi")); /* filed, not consented */
    assert_ok(RUN(f, "topaud", "window", "list"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "cleader", "request", "approve", "id", "R000001"));
    assert_ok(RUN(f, "topaud", "window", "list"));
    assert_int_equal(f->result->count, 0); /* decided, not set up */
    assert_ok(RUN(f, "countysys", "request", "carry-out", "id", "R000001"));
    assert_ok(RUN(f, "topaud", "window", "list", "account", "gongsi"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "state"), "in-force");
    assert_string_equal(field(f, 0, "approver"), "P000021");
    assert_ok(WINDOW("user", "gongsi", "paper", "scan"));
    assert_ok(RUN(f, "topsec", "request", "confirm", "id", "R000002"));
    assert_ok(RUN(f, "countysys", "window", "end", "id", "X000002"));
}

static void a_roster_is_one_paper_of_exceptions(void **state)
{
    struct fixture *f = *state;
    const char *users[] = {"zhangsan", "lisi"}, *days[] = {"2098-02-10", "2098-02-11"};
    assert_refused(RUN(f, "leader", "exception", "list"), GDPOP_ERR_NOT_AUTHORISED, "may not");
    assert_ok(RUN(f, "secadm", "request", "open", "act", "exception", "org", "county", "paper",
                  "值班表"));
    for (int i = 0; i < 2; i++)
        assert_ok(RUN(f, "secadm", "exception", "add", "user", users[i], "from", days[i], "until",
                      days[i], "reason", "春节值班", "request", "R000001"));
    assert_ok(RUN(f, "topaud", "exception", "list"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "secadm", "grant", "add", "user", "lisi", "role", "query", "reason", "x",
                       "request", "R000001"),
                   GDPOP_ERR_REFUSED, "for the act exception");
    assert_refused(RUN(f, "secadm", "request", "approve", "id", "R000001"), GDPOP_ERR_USAGE,
                   "--paper");
    assert_ok(RUN(f, "secadm", "request", "approve", "id", "R000001", "paper", "批件"));
    assert_ok(RUN(f, "topaud", "exception", "list"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "countysys", "request", "confirm", "id", "R000001"));
    assert_ok(RUN(f, "topaud", "exception", "list"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 1, "approver"), "P000021");
}

static int lead_county(struct txn *t, void *arg)
{
    (void)arg;
    return put_leader(t, "county", "P000003", "responsible", "");
}

static void who_assesses_does_not_approve(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_county, NULL);
    assert_refused(RUN(f, "secadm", "exception", "add", "user", "zhangsan", "from", "2098-02-10",
                       "until", "2098-02-10", "reason", "x", "approver", "P000003", "paper", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "P000003 is you");
    /* nor does another administrator file his approval */
    assert_ok(RUN(f, "secadm", "exception", "add", "user", "zhangsan", "from", "2098-02-10",
                  "until", "2098-02-10", "reason", "x"));
    assert_refused(
        RUN(f, "sysadm", "request", "approve", "id", "R000001", "leader", "P000003", "paper", "x"),
        GDPOP_ERR_NOT_AUTHORISED, "GD-15");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GRANT_TEST(a_right_holds_from_its_first_to_its_last_moment),
        GRANT_TEST(a_right_without_a_day_ends_with_the_post),
        GRANT_TEST(who_and_what_is_refused),
        GRANT_TEST(vendor_staff_get_no_operators_right),
        GRANT_TEST(a_right_asked_for_is_not_given_to_who_left),
        GRANT_TEST(the_timer_marks_what_is_over),
        GRANT_TEST(a_window_needs_notice_papers_and_the_leader),
        GRANT_TEST(a_roster_is_one_paper_of_exceptions),
        GRANT_TEST(who_assesses_does_not_approve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
