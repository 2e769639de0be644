#include "admin/compliance.h"
#include "fixture.h"

static size_t article_count(void)
{
    size_t n = 0;
    while (articles[n].tag)
        n++;
    return n;
}

static const char *of(const struct fixture *f, const char *tag, const char *name)
{
    int row = find_row(f, "tag", tag);
    return row < 0 ? "?" : field(f, (size_t)row, name);
}

static void assert_tag(const char *tag, size_t len, const char *where)
{
    for (const struct article *article = articles; article->tag; article++)
        if (strlen(article->tag) == len && strncmp(article->tag, tag, len) == 0)
            return;
    fail_msg("%s: %.*s has no row", where, (int)len, tag);
}

static void assert_tags(const char *words, const char *where)
{
    for (const char *at = words; *at;) {
        size_t n = strcspn(at, " ");
        assert_tag(at, n, where);
        at += n + strspn(at + n, " ");
    }
}

static void every_article_that_is_enforced_has_its_row(void **state)
{
    const struct rule *login;
    const struct password_rule *password;
    (void)state;
    for (size_t i = 0, n = rules_login(&login); i < n; i++)
        assert_tags(login[i].serves, login[i].name);
    for (size_t i = 0, n = rules_password(&password); i < n; i++)
        assert_tags(password[i].serves, password[i].name);
    for (int i = 0; i < SETTING_COUNT; i++)
        assert_tags(setting_row((enum setting_id)i)->default_tag,
                    setting_row((enum setting_id)i)->name);
    for (const struct register_kind *k = register_kinds; k->name; k++) {
        assert_tags(k->tags, k->name);
        for (const struct register_recipient *to = k->recipients; to && to->tag; to++)
            assert_tags(to->tag, k->name);
    }
}

/* A row that says "register" has one, one that says "login" a rule or a counter. */
static void what_a_row_says_is_there(void **state)
{
    (void)state;
    for (const struct article *article = articles; article->tag; article++) {
        bool found = article->counter != COUNTER_none;
        for (const struct register_kind *k = register_kinds; k->name; k++)
            found |= register_has_word(k->tags, article->tag);
        unsigned how = article->served & ~(unsigned)(READING | PRODUCT);
        if (how == REGISTER && !found && !strchr(article->tag, 'A'))
            fail_msg("%s: served by a register, and none names it", article->tag);
        if (how == 0 || !*article->words)
            fail_msg("%s", article->tag);
    }
}

static void the_report_has_every_article(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_int_equal(f->result->count, article_count() + 7);
    assert_string_equal(of(f, "GD", "state"), "in force");
    assert_string_equal(of(f, "CQ", "state"), "not loaded");
    assert_string_equal(of(f, "CQ", "remedy"), "gdpop-admin profile load cq-health");
    assert_string_equal(of(f, "CQ-12", "outstanding"), "0"); /* it does not bind here */
    assert_string_equal(of(f, "GD-1", "state"), "outside");
    assert_string_equal(of(f, "GD-18", "state"), "by design");
    assert_string_equal(of(f, "GD-5.4", "state"), "in order");
    assert_string_equal(of(f, "GD-13", "state"), "outstanding");
    assert_string_equal(of(f, "GD-7", "reading"), "true");
    assert_string_equal(of(f, "DB-8.1.4.7", "uncertified"), "true");
    assert_non_null(strstr(of(f, "GD-17", "evidence"), "length_min=8"));
    assert_non_null(strstr(of(f, "GD-17", "evidence"), "rotation"));
    assert_string_equal(of(f, "GD-5.2", "outstanding"), "3");
    assert_string_equal(of(f, "GD-5.2", "remedy"), "gdpop-admin register due agreement-a2");
    assert_string_equal(of(f, "GD-13", "outstanding"), "36");
    assert_string_equal(of(f, "GD-5.4", "outstanding"), "0");
    assert_false(f->result->ok);
}

static void a_regulation_that_binds_is_owed(void **state)
{
    struct fixture *f = *state;
    gdpop_admin_end(f->a);
    assert_ok(gdpop_admin_begin(f->g, "topsec", 0, &f->a));
    load_profile(f->a, "cq-health");
    load_profile(f->a, "jc-govdata");
    assert_ok(gdpop_admin_commit(f->a));
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_string_equal(of(f, "CQ-12", "outstanding"), "5");
    assert_string_equal(of(f, "CQ-6.4", "outstanding"), "1");
    assert_string_equal(of(f, "JC", "lapsed"),
                        clock_now() >= INT64_C(1772294400) * CLOCK_SECOND ? "true" : "false");
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_string_equal(of(f, "CQ-6.7", "outstanding"), "1");
    assert_string_equal(of(f, "CQ-6.7", "remedy"), "gdpop-admin obligation list");
}

static int spoil(struct txn *t, void *arg)
{
    Model__Account *x;
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    Model__Person *p;
    (void)arg;
    int r = store_get_account(t, "zhangsan", &x);
    if (r != 0)
        return r;
    x->n_applications = 0;
    c.hash = T("*");
    c.set_at = 1;
    if ((r = store_put_account(t, x)) != 0 || (r = store_put_credential(t, "zhangsan", &c)) != 0)
        return r;
    c.initial = true;
    c.initial_until_at = 2;
    if ((r = store_put_credential(t, "lisi", &c)) != 0 ||
        (r = store_get_person(t, "P000006", &p)) != 0)
        return r;
    Model__Permit permit = MODEL__PERMIT__INIT;
    permit.id = T("X000001");
    permit.kind = T("exception");
    permit.subject = T("lisi");
    permit.until_at = INT64_MAX;
    if ((r = store_put_permit(t, &permit)) != 0)
        return r;
    p->phone = T("");
    p->staff = T("vendor");
    return store_put_person(t, p);
}

static void what_is_counted(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *tag, *before, *after;
    } cases[] = {
        {"GD-A4", "0", "1"},  /* approval */
        {"GD-17", "0", "1"},  /* password over age */
        {"SZ-19", "0", "1"},  /* initial password no longer good */
        {"GD-8", "0", "1"},   /* data incomplete */
        {"GD-5.7", "0", "1"}, /* vendor's staff without a personal agreement */
        {"GD-16", "0", "1"},  /* exception without an approver */
        {"DB-8.1.4.3a", "0", "0"},
    };
    assert_ok(RUN(f, "topsec", "compliance", ""));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (strcmp(of(f, cases[i].tag, "outstanding"), cases[i].before) != 0)
            fail_msg("%s before: %s", cases[i].tag, of(f, cases[i].tag, "evidence"));
    with_store(f, spoil, NULL);
    assert_ok(RUN(f, "topsec", "compliance", ""));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (strcmp(of(f, cases[i].tag, "outstanding"), cases[i].after) != 0)
            fail_msg("%s after: %s", cases[i].tag, of(f, cases[i].tag, "evidence"));
    assert_ok(RUN(f, "topsec", "compliance", "", "org", "elsewhere"));
    assert_string_equal(of(f, "GD-17", "outstanding"), "0");
    assert_refused(RUN(f, "secadm", "compliance", "", "org", "elsewhere"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
}

/* A rule that only observes is no service to its article. */
static void an_observed_rule_is_outstanding(void **state)
{
    struct fixture *f = *state;
    with_store(f, lead_too, T("province"));
    assert_ok(RUN(f, "topsec", "observe", "add", "all", "yes", "rule", "rotation", "from",
                  "2020-01-01", "until", "2099-12-31", "reason", "x", APPROVED));
    with_store(f, add_topsys, NULL);
    assert_ok(RUN(f, "topsys", "request", "confirm", "id", "R000001"));
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_string_equal(of(f, "GD-17", "outstanding"), "1");
    assert_non_null(strstr(of(f, "GD-17", "evidence"), "rotation (only observes)"));
    assert_string_equal(of(f, "GD-17", "remedy"), "gdpop-admin observe list");
}

/* What was taken over is work to do, organisation by organisation; while rules observe it is told
 * who would be locked out. */
static void what_was_taken_over_is_work_to_do(void **state)
{
    struct fixture *f = *state;
    static const char *const taken[][2] = {{"laowang", "1986041"}, {"laozhao", "1986042"}};
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_string_equal(of(f, "ADOPT", "tag"), "?"); /* nothing of the kind, no word of it */
    for (size_t i = 0; i < 2; i++)
        assert_ok(RUN(f, "sysadm", "account", "adopt", "user", taken[i][0], "uid", taken[i][1],
                      "gid", taken[i][1], "home", "/home/x", "org", "county"));
    assert_ok(RUN(f, "topsec", "compliance", ""));
    assert_string_equal(of(f, "ADOPT-1", "words"), "county");
    assert_string_equal(of(f, "ADOPT-1", "outstanding"), "2");
    assert_string_equal(of(f, "ADOPT-1", "remedy"),
                        "gdpop-admin account list --lacking --org county");
    assert_non_null(strstr(of(f, "ADOPT-1", "evidence"), "accounts taken over: 2"));
    assert_string_equal(of(f, "ADOPT-2", "tag"), "?");
    assert_ok(RUN(f, "topsec", "compliance", "", "org", "elsewhere"));
    assert_string_equal(of(f, "ADOPT-1", "tag"), "?");

    assert_ok(RUN(f, "secadm", "observe", "start", "subject", "county", "from", "2020-01-01",
                  "until", "2099-12-31", "reason", "x", APPROVED));
    confirm_request(f, "sysadm");
    assert_ok(RUN(f, "topsec", "compliance", ""));
    int row = find_row(f, "remedy", "gdpop-admin account list --would-deny --org county");
    assert_true(row >= 0);
    char denied[16];
    snprintf(denied, sizeof(denied), "%s", field(f, (size_t)row, "outstanding"));
    /* the same accounts as the command of the remedy lists */
    assert_ok(RUN(f, "secadm", "account", "list", "would-deny", "yes", "org", "county"));
    int accounts = 0;
    for (size_t i = 0; i < f->result->count; i++)
        accounts += i == 0 || strcmp(field(f, i, "user"), field(f, i - 1, "user")) != 0;
    assert_int_equal(accounts, atoi(denied));
    assert_true(accounts >= 2);
}

/* "gdpop-admin NOUN VERB …" of every remedy is a command. */
static void every_remedy_is_a_command(void **state)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list);
    (void)state;
    for (int i = 0; i < COUNTER_COUNT; i++) {
        char noun[32] = "", verb[32] = "";
        bool found = !*counters[i].remedy;
        sscanf(counters[i].remedy, "gdpop-admin %31s %31s", noun, verb);
        for (size_t k = 0; k < count; k++)
            found |= strcmp(list[k]->noun, noun) == 0 && strcmp(list[k]->verb, verb) == 0;
        if (!found)
            fail_msg("%s", counters[i].remedy);
    }
}

static void the_page_is_escaped_and_fetches_nothing(void **state)
{
    struct fixture *f = *state;
    static const char profile[] = "[profile]\nname = tj-hrss\ntitle = <script>alert('1')</script>\n"
                                  "document = \"a\" & b\nsystems = *\n";
    assert_ok(RUN(f, "topsec", "profile", "load", "file", profile));
    assert_ok(RUN(f, "topsec", "compliance", "", "format", "html"));
    assert_int_equal(f->result->count, 1);
    assert_false(f->result->ok);
    const char *page = field(f, 0, "document");
    assert_int_equal(strncmp(page, "<!DOCTYPE html>", 15), 0);
    assert_null(strstr(page, "<script"));
    assert_non_null(strstr(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    assert_non_null(strstr(page, "&quot;a&quot; &amp; b"));
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_null(strstr(page, "http:"));
    assert_null(strstr(page, "https:"));
    assert_non_null(strstr(page, "</html>"));
    for (const struct article *article = articles; article->tag; article++) {
        char cell[64];
        snprintf(cell, sizeof(cell), "<td>%s</td>", article->tag);
        if (!strstr(page, cell))
            fail_msg("%s", cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_article_that_is_enforced_has_its_row),
        cmocka_unit_test(what_a_row_says_is_there),
        cmocka_unit_test(every_remedy_is_a_command),
        ADMIN_TEST(the_report_has_every_article),
        ADMIN_TEST(a_regulation_that_binds_is_owed),
        ADMIN_TEST(what_is_counted),
        ADMIN_TEST(an_observed_rule_is_outstanding),
        ADMIN_TEST(what_was_taken_over_is_work_to_do),
        ADMIN_TEST(the_page_is_escaped_and_fetches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
