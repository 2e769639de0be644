#include "nss/snapshot.h"
#include "workflow.h"

static int load_text(struct fixture *f, const char *actor, const char *text)
{
    return RUN(f, actor, "role", "load", "file", text);
}

static void load_catalogue(struct fixture *f)
{
    char path[256], text[16384];
    snprintf(path, sizeof(path), "%s/conf/roles.conf", SOURCE_DIR);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    assert_ok(load_text(f, "topsec", text));
}

static void the_catalogue_belongs_to_the_top(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "secadm", "role", "list"));
    assert_int_equal(f->result->count, 0);
    assert_refused(load_text(f, "secadm", "[a]\nkind = learner\nsystems = cme\n"),
                   GDPOP_ERR_NOT_AUTHORISED, "GD-11.1");
    assert_refused(load_text(f, "sysadm", "[a]\nkind = learner\nsystems = cme\n"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    load_catalogue(f);
    assert_ok(RUN(f, "secadm", "role", "list"));
    assert_int_not_equal(find_row(f, "name", "entry"), -1);
    assert_ok(load_text(f, "topsec", "[a]\nkind = learner\nsystems = cme\n"));
    assert_ok(RUN(f, "secadm", "role", "list"));
    assert_int_equal(f->result->count, 1);
}

static void a_catalogue_is_read_strictly(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *text, *words;
    } cases[] = {
        {"", "no role"},
        {"[a]\nkind = boss\nsystems = *\n", "boss"},
        {"[a]\nsystems = *\n", "needs kind"},
        {"[a]\nkind = vendor\n", "needs kind and systems"},
        {"[a]\nkind = vendor\nsystems = *\nlevels = county province\n", "levels must"},
        {"[a]\nkind = vendor\nsystems = *\ngroup = x\n", "both group and gid"},
        {"[a]\nkind = vendor\nsystems = *\ngid = 10\n", "at least 1000"},
        {"[a]\nkind = vendor\nsystems = *\nextra = maybe\n", "yes or no"},
        {"[a]\nkind = vendor\nsystems = *\ncolour = red\n", "colour"},
        {"[A b]\nkind = vendor\n", "no name of a role"},
        {"[a]\nkind = vendor\nsystems = *\ngroup = x\ngid = 59990\n", "59990"},
        {"[a]\nkind = vendor\nsystems = *\ngroup = x\ngid = 60000\n", "60000"},
        {"[a]\nkind = vendor\nsystems = *\ngroup = x\ngid = 5000\n"
         "[b]\nkind = vendor\nsystems = *\ngroup = x\ngid = 5001\n",
         "share"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_refused(load_text(f, "topsec", cases[i].text), GDPOP_ERR_FORMAT, cases[i].words);
}

/* sudo and polkit ask for the names of a user's groups, wherever they come from. */
static void a_role_shows_as_no_group_that_gives_rights(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"sudo",           "wheel",        "adm",
                                        "gdpop-security", "gdpop-leader", "zhangsan"};
    char text[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "[a]\nkind = learner\nsystems = cme\ngroup = %s\ngid = 5000\n",
                 names[i]);
        assert_refused(load_text(f, "topsec", text), GDPOP_ERR_REFUSED, names[i]);
    }
    assert_ok(load_text(f, "topsec",
                        "[a]\nkind = operator-entry\nsystems = *\ngroup = entry\ngid = 5000\n"));
    static const char *const users[] = {"sudo", "wheel", "gdpop-security", "entry"};
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
        assert_refused(RUN(f, "countysys", "account", "apply", "user", users[i], "person",
                           "P000030", "role", "a", "system", "population"),
                       GDPOP_ERR_REFUSED, "name of a group");
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "entry2", "person", "P000030", "role",
                  "a", "system", "population"));
}

static void accounts_choose_inside_the_catalogue(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *person, *role, *duty, *system, *words; /* words NULL: good */
    } cases[] = {
        {"P000030", "nosuch", NULL, "population", "GD-11.1"},
        {"P000031", "query", NULL, "population", "GD-9"}, /* a town has no upper right */
        {"P000036", "entry", NULL, "population", "GD-9"}, /* nor the province the lower one */
        {"P000030", "entry", NULL, "cme", "not for the system cme"},
        {"P000030", "administrator", NULL, "population", "goes with"},
        {"P000030", "entry", "audit", "population", "goes with"},
        {"P000035", "entry", NULL, "population", "JC-13"},
        {"P000035", "administrator", "audit", "population", "JC-13"},
        {"P000033", "administrator", "system", "cme", "SZ-8"},
        {"P000030", "entry", NULL, "population", NULL},
        {"P000031", "query-town", NULL, "population", NULL},
        {"P000035", "vendor", NULL, "population", NULL},
        {"P000037", "administrator", "audit", "population", NULL},
    };
    load_catalogue(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char user[8];
        snprintf(user, sizeof(user), "n%zu", i);
        int r = cases[i].duty
                    ? RUN(f, "topsys", "account", "apply", "user", user, "person", cases[i].person,
                          "role", cases[i].role, "system", cases[i].system, "duty", cases[i].duty)
                    : RUN(f, "topsys", "account", "apply", "user", user, "person", cases[i].person,
                          "role", cases[i].role, "system", cases[i].system);
        if (cases[i].words)
            assert_refused(r, GDPOP_ERR_REFUSED, cases[i].words);
        else
            assert_ok(r);
    }
}

static int set_role(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    x->role = T(arg);
    if (r == 0)
        r = publish_touch(t);
    return r != 0 ? r : store_put_account(t, x);
}

static void a_held_role_cannot_leave_the_catalogue(void **state)
{
    struct fixture *f = *state;
    load_catalogue(f);
    with_store(f, set_role, T("entry"));
    assert_refused(load_text(f, "topsec", "[a]\nkind = learner\nsystems = cme\n"),
                   GDPOP_ERR_REFUSED, "zhangsan");
}

static int return_to_role(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "lisi", &x);
    x->home_organisation = T("county");
    x->home_role = arg;
    x->role = T("");
    return r != 0 ? r : store_put_account(t, x);
}

static int give_right(struct txn *t, void *arg)
{
    Model__Permit p = MODEL__PERMIT__INIT;
    p.id = T("X000001");
    p.kind = T("role");
    p.subject = T("lisi");
    p.setting = T("query");
    p.from_at = clock_now() - CLOCK_DAY;
    p.until_at = *(int64_t *)arg;
    return store_put_permit(t, &p);
}

static void nor_can_one_that_is_returned_to_or_held_as_a_right(void **state)
{
    struct fixture *f = *state;
    static const char other[] = "[a]\nkind = learner\nsystems = cme\n";
    int64_t later = clock_now() + CLOCK_DAY, over = clock_now();
    load_catalogue(f);
    with_store(f, return_to_role, T("entry"));
    assert_refused(load_text(f, "topsec", other), GDPOP_ERR_REFUSED, "lisi returns");
    with_store(f, return_to_role, T(""));
    with_store(f, give_right, &later);
    assert_refused(load_text(f, "topsec", other), GDPOP_ERR_REFUSED,
                   "lisi holds as a further right (X000001)");
    with_store(f, give_right, &over);
    assert_ok(load_text(f, "topsec", other));
}

/* Whether the snapshot shows the account in the group at that instant. */
static bool is_member(const struct fixture *f, const char *user, const char *group, int64_t at)
{
    struct snapshot *snap;
    struct snapshot_group g;
    struct snapshot_walk walk;
    uint32_t row, gid;
    char path[96];
    bool member = false;
    snprintf(path, sizeof(path), "%s/nss/snapshot", f->dir);
    assert_int_equal(snapshot_open(path, geteuid(), &snap), SNAPSHOT_OK);
    assert_int_equal(snapshot_group_by_name(snap, group, &g), SNAPSHOT_OK);
    assert_int_equal(snapshot_find_user(snap, user, &row), SNAPSHOT_OK);
    assert_int_equal(snapshot_walk_user(snap, row, at, &walk), SNAPSHOT_OK);
    while (snapshot_next_group(snap, &walk, &gid) == SNAPSHOT_OK)
        member |= gid == g.gid;
    snapshot_close(snap);
    return member;
}

static void a_role_shows_as_its_unix_group(void **state)
{
    struct fixture *f = *state;
    int64_t now_at = clock_now();
    with_store(f, set_role, T("entry"));
    load_catalogue(f);
    assert_true(is_member(f, "zhangsan", "gdpop-entry", now_at));
    assert_false(is_member(f, "zhangsan", "gdpop-query", now_at));
    assert_false(is_member(f, "lisi", "gdpop-entry", now_at));
    assert_true(is_member(f, "secadm", "gdpop-security", now_at));
    assert_true(is_member(f, "leader", "gdpop-leader", now_at));
    assert_false(is_member(f, "zhangsan", "gdpop-leader", now_at));
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "lisi", "reason", "x"));
    assert_ok(RUN(f, "sysadm", "account", "close", "user", "zhangsan", "reason", "x"));
    assert_false(is_member(f, "zhangsan", "gdpop-entry", now_at));
}

/* SZ-7: learners register themselves; nobody approves, the pledge of their system completes. */
static void a_learner_needs_no_approval(void **state)
{
    struct fixture *f = *state;
    char today[16];
    load_catalogue(f);
    clock_format_date(clock_now(), 480, today);
    assert_ok(RUN(f, "countysys", "account", "apply", "user", "xue", "person", "P000030", "role",
                  "learner", "system", "cme"));
    assert_string_equal(state_of(f, "xue"), "approved");
    assert_ok(RUN(f, "countysys", "agreement", "file", "person", "P000030", "kind", "sz-a3", "file",
                  "x", "date", today));
    assert_string_equal(state_of(f, "xue"), "active");
    assert_refused(RUN(f, "countysys", "account", "apply", "user", "yan", "person", "P000037",
                       "role", "learner", "system", "population"),
                   GDPOP_ERR_REFUSED, "not for the system");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKFLOW_TEST(the_catalogue_belongs_to_the_top),
        WORKFLOW_TEST(a_catalogue_is_read_strictly),
        WORKFLOW_TEST(a_role_shows_as_no_group_that_gives_rights),
        WORKFLOW_TEST(accounts_choose_inside_the_catalogue),
        WORKFLOW_TEST(a_held_role_cannot_leave_the_catalogue),
        WORKFLOW_TEST(nor_can_one_that_is_returned_to_or_held_as_a_right),
        WORKFLOW_TEST(a_role_shows_as_its_unix_group),
        WORKFLOW_TEST(a_learner_needs_no_approval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
