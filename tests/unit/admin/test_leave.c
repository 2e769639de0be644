#include "workflow.h"

#include "admin/leave.h"

#include <fcntl.h>

#define TODAY_OR_BEFORE "2026-01-05"
#define LATER "2098-09-18"

static const char *lacks(struct fixture *f, const char *user)
{
    static char text[200];
    assert_ok(RUN(f, "topaud", "leave", "list"));
    snprintf(text, sizeof(text), "%s", field(f, (size_t)find_row(f, "user", user), "lacks"));
    return text;
}

static void return_all(struct fixture *f, const char *actor, const char *user)
{
    assert_ok(RUN(f, actor, "leave", "return", "user", user, "item", "documents", "item",
                  "passwords", "item", "data"));
}

static void an_operator_leaves_at_once_and_his_own_level_audits(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "countysys", "account", "leave", "user", "zhangsan", "on", TODAY_OR_BEFORE,
                  "reason", "retired"));
    assert_string_equal(state_of(f, "zhangsan"), "frozen");
    assert_refused(RUN(f, "countysys", "account", "close", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_REFUSED, "leave close");
    assert_refused(RUN(f, "secadm", "account", "unfreeze", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_REFUSED, "is leaving");
    assert_refused(RUN(f, "countysys", "leave", "close", "user", "zhangsan"), GDPOP_ERR_REFUSED,
                   "documents");
    return_all(f, "countysys", "zhangsan");
    assert_non_null(strstr(lacks(f, "zhangsan"), "county (GD-10)"));
    assert_refused(RUN(f, "countysys", "leave", "close", "user", "zhangsan"), GDPOP_ERR_REFUSED,
                   "audit");
    assert_ok(RUN(f, "countysys", "leave", "audit", "user", "zhangsan", "outcome", "findings"));
    assert_refused(RUN(f, "countysys", "leave", "close", "user", "zhangsan"), GDPOP_ERR_REFUSED,
                   "audit");
    assert_ok(RUN(f, "countysys", "leave", "audit", "user", "zhangsan", "outcome", "passed"));
    assert_ok(RUN(f, "countysys", "leave", "close", "user", "zhangsan"));
    assert_string_equal(state_of(f, "zhangsan"), "closed");
    assert_refused(RUN(f, "countysys", "leave", "close", "user", "zhangsan"), GDPOP_ERR_REFUSED,
                   "not leaving");

    /* who returns has his name again, and a new application */
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "zhangsan", "person", "P000005",
                  "role", "entry", "system", "population"));
    assert_string_equal(state_of(f, "zhangsan"), "applied");
    assert_ok(RUN(f, "topaud", "leave", "list", "all", "yes"));
    assert_int_equal(f->result->count, 0);
}

static void an_administrator_is_audited_one_level_up(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "account", "leave", "user", "countysys", "on", TODAY_OR_BEFORE,
                  "reason", "post"));
    assert_ok(RUN(f, "sysadm", "obligation", "list"));
    assert_string_equal(field(f, 0, "account"), "countysys"); /* what he knew is to be changed */
    return_all(f, "sysadm", "countysys");
    assert_non_null(strstr(lacks(f, "countysys"), "city (GD-10)"));
    assert_ok(RUN(f, "sysadm", "leave", "audit", "user", "countysys", "outcome", "passed"));
    assert_ok(RUN(f, "sysadm", "leave", "close", "user", "countysys"));

    assert_ok(RUN(f, "topsys", "account", "leave", "user", "sysadm", "on", TODAY_OR_BEFORE,
                  "reason", "post"));
    return_all(f, "secadm", "sysadm");
    assert_refused(RUN(f, "secadm", "leave", "audit", "user", "sysadm", "outcome", "passed"),
                   GDPOP_ERR_REFUSED, "province (GD-10)");
    assert_ok(RUN(f, "topsec", "leave", "audit", "user", "sysadm", "outcome", "passed"));
}

static int two_systems(struct txn *t, void *arg)
{
    static char *systems[] = {T("population"), T("cme")};
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->systems = systems;
    x->n_systems = 2;
    return r != 0 ? r : store_put_account(t, x);
}

static void two_regulations_need_both_audits(void **state)
{
    struct fixture *f = *state;
    with_store(f, two_systems, T("countysys"));
    assert_ok(RUN(f, "sysadm", "account", "leave", "user", "countysys", "on", TODAY_OR_BEFORE,
                  "reason", "resigned"));
    return_all(f, "sysadm", "countysys");
    /* SZ-24: without the agreement that he is audited by nothing is closed */
    assert_non_null(strstr(lacks(f, "countysys"), "A5 on file (SZ-24)"));
    assert_ok(RUN(f, "sysadm", "agreement", "file", "person", "P000024", "kind", "A5", "file", "x",
                  "date", "2026-01-05"));
    assert_non_null(strstr(lacks(f, "countysys"), "sz-a3 on file (SZ-24)"));
    assert_ok(RUN(f, "sysadm", "agreement", "file", "person", "P000024", "kind", "sz-a3", "file",
                  "x", "date", "2026-01-05"));
    assert_ok(RUN(f, "sysadm", "leave", "audit", "user", "countysys", "outcome", "passed"));
    assert_ok(RUN(f, "sysadm", "leave", "close", "user", "countysys")); /* city is above both */
}

/* SZ-24: the successor asks for the key, the level above reviews, and only then it is given; every
 * secret is changed; both sign. */
static void keys_and_secrets_go_to_a_successor(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "secret-custody", "person", "P000024",
                  "date", "2020-01-01", "field", "kind=root", "field", "what=app1"));
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "key-inventory", "person", "P000024",
                  "date", "2020-01-01", "field", "kind=ukey", "field", "serial=UK-7"));
    assert_refused(RUN(f, "secadm", "register", "move", "id", "R000002", "state", "given", "field",
                       "reviewed_by=P000005"),
                   GDPOP_ERR_REFUSED, "SZ-24");
    assert_ok(RUN(f, "secadm", "register", "move", "id", "R000002", "state", "given", "field",
                  "reviewed_by=P000002"));
    assert_refused(RUN(f, "sysadm", "account", "succeed", "user", "countysys", "successor",
                       "countysys", "on", TODAY_OR_BEFORE, "reason", "post"),
                   GDPOP_ERR_USAGE, "succeeds themselves");
    assert_ok(RUN(f, "sysadm", "account", "succeed", "user", "countysys", "successor", "zhangsan",
                  "on", TODAY_OR_BEFORE, "reason", "post"));
    assert_string_equal(state_of(f, "countysys"), "frozen");
    assert_ok(RUN(f, "sysadm", "obligation", "list"));
    assert_true(find_row(f, "secret", "R000001") >= 0); /* one for each secret */
    assert_ok(RUN(f, "topaud", "register", "show", "id", "R000003"));
    assert_string_equal(field(f, 0, "state"), "requested");
    assert_string_equal(field(f, 0, "person"), "P000005");
    assert_ok(RUN(f, "topaud", "leave", "checklist", "user", "countysys"));
    assert_int_equal(f->result->count, 2);
    assert_false(f->result->ok);

    return_all(f, "sysadm", "countysys");
    assert_ok(RUN(f, "sysadm", "leave", "accept", "user", "countysys", "paper", "接收单"));
    assert_ok(RUN(f, "sysadm", "leave", "hand-over", "user", "countysys", "paper", "移交单"));
    assert_non_null(strstr(lacks(f, "countysys"), "the secret R000001 (app1)"));
    assert_ok(RUN(f, "sysadm", "register", "move", "id", "R000001", "state", "handed-over", "field",
                  "changed_on=2026-01-06"));
    assert_non_null(strstr(lacks(f, "countysys"), "the key R000002 (UK-7)"));
    assert_ok(RUN(f, "sysadm", "register", "move", "id", "R000002", "state", "returned"));
    assert_non_null(strstr(lacks(f, "countysys"), "city (GD-10)"));
    assert_ok(RUN(f, "topaud", "leave", "checklist", "user", "countysys"));
    assert_true(f->result->ok);
    assert_ok(RUN(f, "secadm", "register", "move", "id", "R000003", "state", "given", "field",
                  "reviewed_by=P000002"));
    assert_ok(RUN(f, "sysadm", "leave", "audit", "user", "countysys", "outcome", "passed"));
    assert_ok(RUN(f, "sysadm", "leave", "close", "user", "countysys"));
    assert_string_equal(state_of(f, "countysys"), "closed");
}

static int bring_the_day(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->leave->on_at = 1;
    return r != 0 ? r : store_put_account(t, x);
}

static void a_leaving_announced_is_carried_out_on_its_day(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "countysys", "account", "leave", "user", "lisi", "on", LATER, "reason",
                  "resigned", "successor", "zhangsan"));
    assert_string_equal(state_of(f, "lisi"), "active");
    assert_ok(RUN(f, "topaud", "account", "show", "user", "lisi"));
    assert_string_equal(field(f, 0, "expires_at"), LATER "T00:00:00.000000+08:00");
    assert_string_equal(lacks(f, "lisi"), "its day");
    assert_refused(
        RUN(f, "countysys", "account", "leave", "user", "lisi", "on", LATER, "reason", "dead"),
        GDPOP_ERR_EXISTS, "already");
    assert_ok(RUN(f, "countysys", "leave", "withdraw", "user", "lisi", "reason", "stays"));
    assert_ok(RUN(f, "topaud", "account", "show", "user", "lisi"));
    assert_string_equal(field(f, 0, "expires_at"), "");

    assert_ok(RUN(f, "countysys", "account", "leave", "user", "lisi", "on", LATER, "reason",
                  "resigned", "successor", "zhangsan"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "leavers_frozen"), "0");
    with_store(f, bring_the_day, T("lisi"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "leavers_frozen"), "1");
    assert_string_equal(state_of(f, "lisi"), "frozen");
    assert_refused(RUN(f, "countysys", "leave", "withdraw", "user", "lisi", "reason", "x"),
                   GDPOP_ERR_REFUSED, "has left");
    return_all(f, "countysys", "lisi");
    assert_non_null(strstr(lacks(f, "lisi"), "SZ-15"));
    assert_refused(RUN(f, "countysys", "leave", "accept", "user", "lisi"), GDPOP_ERR_USAGE,
                   "--paper");
    assert_ok(RUN(f, "countysys", "leave", "accept", "user", "lisi", "paper", "接收单"));
    assert_non_null(strstr(lacks(f, "lisi"), "SZ-24"));
    assert_refused(RUN(f, "countysys", "leave", "hand-over", "user", "lisi"), GDPOP_ERR_USAGE,
                   "--paper");
    assert_ok(RUN(f, "countysys", "leave", "hand-over", "user", "lisi", "paper", "移交单"));
    assert_non_null(strstr(lacks(f, "lisi"), "GD-10"));
}

static void less_than_a_month_is_flagged_not_refused(void **state)
{
    struct fixture *f = *state;
    char day[16];
    const struct {
        int days;
        const char *short_notice;
    } cases[] = {{10, "true"}, {40, "false"}};
    for (size_t i = 0; i < 2; i++) {
        clock_format_date(clock_now() + cases[i].days * CLOCK_DAY, 480, day);
        assert_ok(RUN(f, "countysys", "account", "leave", "user", i ? "lisi" : "zhangsan", "on",
                      day, "reason", "resigned"));
        assert_ok(RUN(f, "topaud", "leave", "list"));
        int row = find_row(f, "user", i ? "lisi" : "zhangsan");
        assert_string_equal(field(f, (size_t)row, "short_notice"), cases[i].short_notice);
    }
}

static int bind(struct txn *t, void *arg)
{
    Model__Binding b = MODEL__BINDING__INIT;
    Model__Account s = MODEL__ACCOUNT__INIT;
    (void)arg;
    b.device = T("D000001");
    b.account = T("zhangsan");
    b.from_at = 1;
    s.name = T("svc");
    s.service = true;
    s.custodian = T("zhangsan");
    s.organisation = T("county");
    s.state = T("active");
    assert_int_equal(store_put_account(t, &s), 0);
    return store_put_binding(t, &b);
}

static void devices_and_service_accounts_are_handed_over(void **state)
{
    struct fixture *f = *state;
    with_store(f, bind, NULL);
    assert_ok(RUN(f, "countysys", "account", "leave", "user", "zhangsan", "on", TODAY_OR_BEFORE,
                  "reason", "dismissed"));
    return_all(f, "countysys", "zhangsan");
    assert_non_null(strstr(lacks(f, "zhangsan"), "D000001"));
}

static void nobody_lets_himself_or_the_last_one_go(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "countysys", "account", "leave", "user", "countysys", "on",
                       TODAY_OR_BEFORE, "reason", "post"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "countysys", "account", "leave", "user", "wangwu", "on", TODAY_OR_BEFORE,
                       "reason", "post"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_ok(RUN(f, "topsec", "account", "leave", "user", "audadm", "on", TODAY_OR_BEFORE,
                  "reason", "post"));
    assert_refused(RUN(f, "topsec", "account", "leave", "user", "topaud", "on", TODAY_OR_BEFORE,
                       "reason", "post"),
                   GDPOP_ERR_REFUSED, "last active holder");
}

static void who_stays_keeps_the_passwords(void **state)
{
    struct fixture *f = *state;
    assert_ok(
        RUN(f, "sysadm", "account", "leave", "user", "countysys", "on", LATER, "reason", "post"));
    assert_ok(RUN(f, "sysadm", "obligation", "list"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "sysadm", "leave", "withdraw", "user", "countysys", "reason", "stays"));
    assert_ok(RUN(f, "sysadm", "obligation", "list"));
    assert_int_equal(f->result->count, 0);
}

/* One act ends the sessions of so many accounts; the rest waits for the next tick, which would else
 * fail for ever. */
static void too_many_leavers_wait_for_the_next_tick(void **state)
{
    struct fixture *f = *state;
    size_t frozen;
    assert_ok(
        RUN(f, "countysys", "account", "leave", "user", "lisi", "on", LATER, "reason", "retired"));
    with_store(f, bring_the_day, T("lisi"));
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    assert_ok(call_op(f->a, "account", "suspend", "user", "zhangsan", "until", "2099-01-01",
                      "reason", "test", (char *)NULL));
    f->a->ending_count = ADMIN_ENDINGS_MAX; /* never committed: nobody's sessions end */
    assert_ok(leave_tick(f->a, &frozen));
    assert_int_equal(frozen, 0);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "leavers_frozen"), "1");
}

/* Announcing and taking back is no way past what was asked before. */
static void an_older_obligation_outlives_a_withdrawn_leaving(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000024"));
    assert_ok(
        RUN(f, "sysadm", "account", "leave", "user", "countysys", "on", LATER, "reason", "post"));
    assert_ok(RUN(f, "sysadm", "leave", "withdraw", "user", "countysys", "reason", "stays"));
    assert_ok(RUN(f, "sysadm", "obligation", "list"));
    assert_int_equal(f->result->count, 1);
}

static int gather(struct fixture *f, const char *actor, const char *user, const char *months,
                  const char *format, const char *path)
{
    char descriptor[16];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    snprintf(descriptor, sizeof(descriptor), "%d", fd);
    int r = RUN(f, actor, "leave", "gather", "user", user, "months", months, "format", format,
                "out", descriptor);
    close(fd);
    return r;
}

static char *content(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    assert_non_null(file);
    assert_true(getdelim(&text, &room, '\0', file) > 0);
    fclose(file);
    return text;
}

static void found(const struct gdpop_audit_finding *finding, void *arg)
{
    snprintf(arg, 32, "%s", finding->kind);
}

/* Whether it is the file that was signed; finding: what is told of it. */
static int verifies(struct fixture *f, const char *path, char finding[static 32], bool *ok)
{
    struct gdpop_audit_copy copy;
    struct gdpop_audit *g;
    assert_ok(RUN(f, "secadm", "audit", "certificate"));
    const char *pem = field(f, 0, "certificate");
    finding[0] = '\0';
    assert_ok(gdpop_audit_open(&g));
    assert_ok(gdpop_audit_certificate(g, pem, strlen(pem), "certificate"));
    int r = gdpop_audit_copy(g, path, NULL, found, finding, &copy, ok);
    if (r == 0) {
        assert_string_equal(copy.form, "leave");
        assert_string_equal(copy.purpose, "leave countysys");
    }
    gdpop_audit_close(g);
    return r;
}

/* GD-10, and the auditor's routine: one command gathers what the audit of a leaving needs. */
static void an_auditor_gathers_the_records_of_a_leaver(void **state)
{
    struct fixture *f = *state;
    static const char *const formats[] = {"html", "jsonl"};
    char path[96], finding[32];
    bool ok;
    snprintf(path, sizeof(path), "%s/leave", f->dir);
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "secret-custody", "person", "P000024",
                  "date", "2020-01-01", "field", "kind=root", "field", "what=<b>app1"));
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "key-inventory", "person", "P000024",
                  "date", "2020-01-01", "field", "kind=ukey", "field", "serial=UK-7"));
    assert_refused(gather(f, "audadm", "countysys", "6", "html", path), GDPOP_ERR_REFUSED,
                   "is not leaving");
    assert_ok(RUN(f, "sysadm", "account", "leave", "user", "countysys", "on", TODAY_OR_BEFORE,
                  "reason", "post"));
    assert_ok(RUN(f, "topaud", "leave", "list"));
    assert_string_equal(field(f, 0, "gathered_at"), "");
    for (size_t i = 0; i < 2; i++) {
        assert_ok(gather(f, "audadm", "countysys", "6", formats[i], path));
        assert_true(atoi(field(f, 0, "events")) >= 3);
        char *text = content(path);
        const char *const there[] = {"UK-7",          "R000001",   "register.add",
                                     "account.leave", "countysys", "O000001"};
        for (size_t k = 0; k < sizeof(there) / sizeof(there[0]); k++)
            if (!strstr(text, there[k]))
                fail_msg("%s lacks %s", formats[i], there[k]);
        /* nobody else's, nothing in clear, nothing that a browser would take for markup */
        static const char *const not_there[] = {"zhangsan", "44010619900101", "13800138000"};
        for (size_t k = 0; k < sizeof(not_there) / sizeof(not_there[0]); k++)
            if (strstr(text, not_there[k]))
                fail_msg("%s holds %s", formats[i], not_there[k]);
        assert_true(i || !strstr(text, "<b>"));
        assert_ok(verifies(f, path, finding, &ok));
        assert_true(ok);

        /* one byte, and what is put behind the end */
        text[30]++;
        FILE *file = fopen(path, "we");
        fputs(text, file);
        fclose(file);
        assert_ok(verifies(f, path, finding, &ok));
        assert_string_equal(finding, "edited");
        text[30]--;
        file = fopen(path, "we");
        fprintf(file, "%s<p>more</p>\n", text);
        fclose(file);
        assert_int_equal(verifies(f, path, finding, &ok), GDPOP_ERR_FORMAT);
        free(text);
    }
    assert_ok(RUN(f, "topaud", "leave", "list"));
    assert_string_not_equal(field(f, 0, "gathered_at"), "");
    assert_string_equal(field(f, 0, "gathered_by"), "audadm");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "leave.gather"));
    assert_true(find_row(f, "outcome", "done") >= 0);
}

/* The duty audit, at the level that audits the leaving or above. */
static void others_gather_nothing(void **state)
{
    struct fixture *f = *state;
    char path[96];
    snprintf(path, sizeof(path), "%s/leave", f->dir);
    assert_ok(RUN(f, "topsys", "account", "leave", "user", "sysadm", "on", TODAY_OR_BEFORE,
                  "reason", "post"));
    assert_refused(gather(f, "topsec", "sysadm", "6", "html", path), GDPOP_ERR_NOT_AUTHORISED,
                   "duty audit");
    assert_refused(gather(f, "audadm", "sysadm", "6", "html", path), GDPOP_ERR_NOT_AUTHORISED,
                   "audited by province");
    assert_refused(gather(f, "topaud", "sysadm", "0", "html", path), GDPOP_ERR_USAGE, "1 to 120");
    assert_refused(gather(f, "topaud", "sysadm", "6", "html", "/dev/full"), GDPOP_ERR_FULL,
                   "cannot be written");
    assert_ok(RUN(f, "topaud", "leave", "list")); /* it failed, and nothing says that it was done */
    assert_string_equal(field(f, 0, "gathered_at"), "");
    assert_ok(gather(f, "topaud", "sysadm", "6", "html", path));
    assert_ok(RUN(f, "topaud", "leave", "list"));
    assert_string_equal(field(f, 0, "gathered_by"), "topaud");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKFLOW_TEST(an_operator_leaves_at_once_and_his_own_level_audits),
        WORKFLOW_TEST(an_administrator_is_audited_one_level_up),
        WORKFLOW_TEST(who_stays_keeps_the_passwords),
        WORKFLOW_TEST(an_auditor_gathers_the_records_of_a_leaver),
        WORKFLOW_TEST(others_gather_nothing),
        WORKFLOW_TEST(too_many_leavers_wait_for_the_next_tick),
        WORKFLOW_TEST(an_older_obligation_outlives_a_withdrawn_leaving),
        WORKFLOW_TEST(two_regulations_need_both_audits),
        WORKFLOW_TEST(keys_and_secrets_go_to_a_successor),
        WORKFLOW_TEST(a_leaving_announced_is_carried_out_on_its_day),
        WORKFLOW_TEST(less_than_a_month_is_flagged_not_refused),
        WORKFLOW_TEST(devices_and_service_accounts_are_handed_over),
        WORKFLOW_TEST(nobody_lets_himself_or_the_last_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
