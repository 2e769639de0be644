#include "workflow.h"

static char *today(void)
{
    static char text[16];
    clock_format_date(clock_now(), 480, text);
    return text;
}

static void confirm(struct fixture *f, const char *actor, const char *user, const char *person)
{
    assert_ok(RUN(f, actor, "account", "approve", "user", user, "paper", "批件"));
    confirm_paper(f, "topsec", user);
    assert_ok(RUN(f, actor, "agreement", "file", "person", person, "kind", "A5", "file", "x",
                  "date", today()));
    assert_string_equal(state_of(f, user), "active");
}

static void a_transfer_takes_the_rights_until_they_are_confirmed(void **state)
{
    struct fixture *f = *state;
    char uid[16];
    assert_ok(RUN(f, "sysadm", "account", "show", "user", "zhangsan"));
    snprintf(uid, sizeof(uid), "%s", field(f, 0, "uid"));
    assert_ok(RUN(f, "sysadm", "account", "transfer", "user", "zhangsan", "org", "town", "post",
                  "科长", "role", "entry"));
    assert_string_equal(state_of(f, "zhangsan"), "applied");
    assert_string_equal(field(f, 0, "organisation"), "town");
    assert_string_equal(field(f, 0, "uid"), uid);
    assert_refused(RUN(f, "sysadm", "account", "transfer", "user", "zhangsan", "org", "county",
                       "post", "科员"),
                   GDPOP_ERR_REFUSED, "must be active");
    confirm(f, "countysys", "zhangsan", "P000005");
    assert_string_equal(field(f, 0, "uid"), uid);
}

static void who_may_not_be_transferred(void **state)
{
    struct fixture *f = *state;
    assert_refused(
        RUN(f, "topsys", "account", "transfer", "user", "secadm", "org", "county", "post", "科员"),
        GDPOP_ERR_REFUSED, "GD-10");
    /* the handshake of two counties runs through who supervises both */
    assert_refused(RUN(f, "sysadm", "account", "transfer", "user", "zhangsan", "org", "elsewhere",
                       "post", "科员"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
}

static int over(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->seconded_until_at = 1;
    return r != 0 ? r : store_put_account(t, x);
}

static const char *staff_of(struct fixture *f, const char *person)
{
    assert_ok(RUN(f, "topsys", "person", "show", "id", person));
    return field(f, 0, "staff");
}

static void the_seconded_come_back_by_themselves(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown", "until",
                  "2098-12-31", "role", "entry"));
    assert_string_equal(state_of(f, "lisi"), "applied");
    assert_string_equal(staff_of(f, "P000006"), "seconded");
    assert_refused(RUN(f, "topsys", "account", "approve", "user", "lisi"), GDPOP_ERR_REFUSED,
                   "GD-5.5");
    assert_ok(RUN(f, "topsys", "request", "consent", "id", "R000001", "kind", "department", "unit",
                  "人事科", "date", "2026-01-05"));
    confirm(f, "topsys", "lisi", "P000006");
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "secondments_ended"), "0");
    with_store(f, over, T("lisi"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "secondments_ended"), "1");
    assert_string_equal(state_of(f, "lisi"), "active");
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_refused(RUN(f, "topsys", "account", "return", "user", "lisi"), GDPOP_ERR_REFUSED,
                   "not seconded");
}

/* What was given for the time of the secondment ends with it. */
static void who_comes_back_has_the_systems_of_before(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsys", "account", "show", "user", "lisi"));
    char *before = strdup(field(f, 0, "systems"));
    assert_ok(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown", "until",
                  "2098-12-31", "system", "cme"));
    assert_string_equal(state_of(f, "lisi"), "applied");
    assert_string_equal(field(f, 0, "systems"), "cme");
    assert_ok(RUN(f, "topsys", "account", "return", "user", "lisi"));
    assert_string_equal(state_of(f, "lisi"), "active");
    assert_string_equal(field(f, 0, "systems"), before);
    free(before);
}

static int close_at_once(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->state = T("closed");
    return r != 0 ? r : store_put_account(t, x);
}

/* The end of a secondment is no way back into a post that was left. */
static void a_returner_is_not_brought_back_from_an_old_secondment(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown", "until",
                  "2098-12-31"));
    with_store(f, close_at_once, T("lisi"));
    assert_ok(RUN(f, "topsys", "account", "apply", "user", "lisi", "person", "P000006", "role",
                  "entry", "system", "population"));
    with_store(f, over, T("lisi"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "secondments_ended"), "0");
    assert_string_equal(state_of(f, "lisi"), "applied");
}

static void an_unapproved_secondment_can_be_called_off(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown", "until",
                       "2020-12-31"),
                   GDPOP_ERR_USAGE, "past");
    assert_ok(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown", "until",
                  "2098-12-31"));
    assert_ok(RUN(f, "topsys", "account", "return", "user", "lisi"));
    assert_string_equal(state_of(f, "lisi"), "active");
    assert_string_equal(field(f, 0, "organisation"), "county");
    assert_ok(RUN(f, "topsys", "request", "list", "all", "yes"));
    assert_string_equal(field(f, 0, "state"), "withdrawn");
}

static int expire(struct txn *t, void *arg)
{
    Model__Request *q;
    int r = store_get_request(t, arg, &q);
    q->expires_at = 1;
    return r != 0 ? r : store_put_request(t, q);
}

/* Ends the request of a post that was asked for: rejected, expired, withdrawn. */
static void end_request(struct fixture *f, const char *how)
{
    if (strcmp(how, "expired") == 0) {
        with_store(f, expire, T("R000001"));
        assert_ok(RUN(f, "sysadm", "tick", ""));
    } else if (strcmp(how, "rejected") == 0) {
        assert_ok(RUN(f, "topsys", "request", "reject", "id", "R000001", "reason", "编制已满"));
    } else {
        assert_ok(RUN(f, "topsys", "request", "withdraw", "id", "R000001"));
    }
    assert_ok(RUN(f, "topsys", "request", "show", "id", "R000001"));
    assert_string_equal(field(f, 0, "state"), how);
}

static char *all_of(struct fixture *f)
{
    static const char *const names[] = {"state", "organisation", "systems", "role", "uid"};
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    assert_ok(RUN(f, "topsys", "account", "show", "user", "lisi"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        fprintf(out, "%s ", field(f, 0, names[i]));
    assert_ok(RUN(f, "topsys", "person", "show", "id", "P000006"));
    fprintf(out, "%s %s %s %s", field(f, 0, "organisation"), field(f, 0, "post"),
            field(f, 0, "department"), field(f, 0, "staff"));
    fclose(out);
    return text;
}

static void what_comes_to_nothing_leaves_the_account_as_it_was(void **state)
{
    static const char *const ends[] = {"rejected", "expired", "withdrawn"};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        void *own;
        workflow_setup(&own);
        struct fixture *f = own;
        char *before = all_of(f);
        if (i < 3)
            assert_ok(RUN(f, "topsys", "account", "second", "user", "lisi", "org", "dgtown",
                          "until", "2098-12-31", "system", "cme", "role", "entry"));
        else
            assert_ok(RUN(f, "topsys", "account", "transfer", "user", "lisi", "org", "town", "post",
                          "科长", "department", "办公室", "role", "query"));
        assert_string_equal(state_of(f, "lisi"), "applied");
        if (i < 3 && strcmp(ends[i % 3], "rejected") == 0)
            assert_ok(RUN(f, "topsys", "request", "consent", "id", "R000001", "kind", "department",
                          "unit", "人事科", "date", "2026-01-05"));
        end_request(f, ends[i % 3]);
        char *after = all_of(f);
        assert_string_equal(before, after);
        assert_true(strncmp(after, "active ", 7) == 0);
        assert_refused(RUN(f, "topsys", "account", "return", "user", "lisi"), GDPOP_ERR_REFUSED,
                       "not seconded");
        free(before);
        free(after);
        fixture_teardown(&own);
    }
}

/* GD-A3.4: an agreement binds the unit that signed it; the units below have signed theirs. */
static void a_suspension_is_of_one_organisation(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "org", "suspend", "id", "county", "reason", "违反承诺"));
    assert_ok(RUN(f, "sysadm", "org", "tree"));
    assert_string_equal(field(f, (size_t)find_row(f, "id", "county"), "suspended"), "true");
    assert_string_equal(field(f, (size_t)find_row(f, "id", "town"), "suspended"), "false");
}

static void a_suspended_organisation_needs_a_new_approval(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "countysys", "org", "suspend", "id", "county", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "your own");
    assert_ok(RUN(f, "secadm", "org", "suspend", "id", "police", "reason", "x"));
    assert_refused(RUN(f, "secadm", "org", "suspend", "id", "police", "reason", "x"),
                   GDPOP_ERR_EXISTS, "already");
    assert_refused(RUN(f, "secadm", "org", "resume", "id", "police"), GDPOP_ERR_NOT_AUTHORISED,
                   "who suspended");
    assert_refused(RUN(f, "topsec", "org", "resume", "id", "police", "leader", "P000009"),
                   GDPOP_ERR_REFUSED, "P000021");
    assert_ok(RUN(f, "topsec", "org", "resume", "id", "police"));
    assert_refused(RUN(f, "topsec", "org", "resume", "id", "police"), GDPOP_ERR_REFUSED,
                   "not suspended");
}

static void only_special_towns_take_up_powers(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *org, *words;
    } cases[] = {{"town", "GD-12"},
                 {"dg", "GD-12"},
                 {"dgtown", NULL},
                 {"zstown", NULL},
                 {"dgtown", "already"}};
    assert_ok(RUN(f, "topsys", "org", "add", "id", "zs", "name", "中山", "level", "city",
                  "division", "442000", "supervised-by", "province"));
    assert_ok(RUN(f, "topsys", "org", "add", "id", "zstown", "name", "小榄", "level", "town",
                  "division", "442000110", "supervised-by", "zs"));
    for (size_t i = 0; i < 5; i++) {
        int r = RUN(f, "topsys", "org", "take-up", "id", cases[i].org, "paper", "x", "date",
                    "2026-01-05");
        if (!cases[i].words)
            assert_ok(r);
        else
            assert_refused(r, i == 4 ? GDPOP_ERR_EXISTS : GDPOP_ERR_REFUSED, cases[i].words);
    }
}

static void a_merged_organisation_hands_over_what_it_has(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "topsys", "org", "merge", "id", "county", "into", "city"),
                   GDPOP_ERR_REFUSED, "one level");
    assert_refused(RUN(f, "topsys", "org", "merge", "id", "county", "into", "police"),
                   GDPOP_ERR_REFUSED, "neither");
    assert_ok(RUN(f, "topsys", "org", "add", "id", "newcounty", "name", "新区", "level", "county",
                  "division", "440118", "supervised-by", "city"));
    assert_ok(RUN(f, "topsys", "obligation", "open", "person", "P000024"));
    assert_ok(RUN(f, "topsys", "register", "add", "register", "training", "person", "P000005",
                  "field", "kind=law", "field", "subject=法"));
    assert_ok(RUN(f, "topsys", "account", "apply", "user", "neu", "person", "P000030", "role", "x",
                  "system", "population"));
    assert_ok(RUN(f, "topsys", "org", "merge", "id", "county", "into", "newcounty"));
    assert_ok(RUN(f, "topsys", "obligation", "list", "org", "newcounty"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "topsys", "register", "list", "org", "newcounty"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "topsys", "request", "list"));
    assert_string_equal(field(f, 0, "organisation"), "newcounty");
    assert_string_equal(state_of(f, "zhangsan"), "active");
    assert_string_equal(field(f, 0, "organisation"), "newcounty");
    assert_ok(RUN(f, "topsys", "workplace", "test", "org", "newcounty", "address", "10.77.1.9"));
    assert_true(f->result->ok);
    assert_ok(RUN(f, "topsys", "org", "tree", "org", "newcounty"));
    assert_int_not_equal(find_row(f, "id", "town"), -1);
    assert_ok(RUN(f, "topsys", "org", "recode", "id", "newcounty", "division", "440112"));
    assert_ok(RUN(f, "topsys", "org", "tree", "org", "newcounty"));
    assert_string_equal(field(f, 0, "division"), "440112");
}

static void terms_of_office(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "topsys", "org", "leader", "id", "county", "person", "P000037", "kind",
                       "acting", "from", "2026-01-05"),
                   GDPOP_ERR_USAGE, "a term and a paper");
    assert_refused(RUN(f, "topsys", "org", "leader", "id", "county", "person", "P000037", "kind",
                       "head", "from", "2026-01-05"),
                   GDPOP_ERR_USAGE, "--department");
    assert_refused(RUN(f, "topsys", "org", "leader", "id", "county", "person", "P000037", "kind",
                       "principal", "scope", "account", "from", "2026-01-05"),
                   GDPOP_ERR_USAGE, "--scope");
    assert_ok(RUN(f, "topsys", "org", "leader", "id", "county", "person", "P000037", "kind",
                  "delegate", "scope", "exception", "from", "2026-01-05", "until", "2098-01-05",
                  "paper", "x"));
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "b", "person", "P000030", "role",
                  "entry", "system", "population"));
    assert_refused(RUN(f, "countysys", "account", "approve", "user", "b", "leader", "P000037"),
                   GDPOP_ERR_REFUSED, "P000021"); /* not within the delegation */
    assert_ok(RUN(f, "topsys", "org", "leader", "id", "county", "person", "P000037", "kind",
                  "delegate", "from", "2026-01-05", "until", "2098-01-05", "paper", "x"));
    assert_ok(RUN(f, "countysys", "account", "approve", "user", "b", "paper", "批件", "leader",
                  "P000037"));
    confirm_paper(f, "topsec", "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKFLOW_TEST(a_transfer_takes_the_rights_until_they_are_confirmed),
        WORKFLOW_TEST(who_may_not_be_transferred),
        WORKFLOW_TEST(the_seconded_come_back_by_themselves),
        WORKFLOW_TEST(who_comes_back_has_the_systems_of_before),
        WORKFLOW_TEST(a_returner_is_not_brought_back_from_an_old_secondment),
        WORKFLOW_TEST(an_unapproved_secondment_can_be_called_off),
        WORKFLOW_TEST(what_comes_to_nothing_leaves_the_account_as_it_was),
        WORKFLOW_TEST(a_suspension_is_of_one_organisation),
        WORKFLOW_TEST(a_suspended_organisation_needs_a_new_approval),
        WORKFLOW_TEST(only_special_towns_take_up_powers),
        WORKFLOW_TEST(a_merged_organisation_hands_over_what_it_has),
        WORKFLOW_TEST(terms_of_office),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
