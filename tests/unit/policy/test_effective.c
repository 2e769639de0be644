/* Which settings hold: profiles combined for each set of systems, overrides, waivers and rules that
 * only observe. */
#include "fixture.h"

static int put_text(struct txn *t, const char *name, const char *systems, const char *settings)
{
    Model__Profile record = MODEL__PROFILE__INIT;
    struct profile *p = arena_alloc(txn_arena(t), sizeof(*p));
    char *text = arena_printf(txn_arena(t), "[profile]\nname = %s\nsystems = %s\n%s", name, systems,
                              settings);
    struct bytes file = BYTES(text, strlen(text));
    int r = profile_parse(file, name, txn_arena(t), p);
    record.name = T(name);
    record.text.data = (uint8_t *)text;
    record.text.len = file.len;
    return r == 0 ? store_put_profile(t, &record) : r;
}

/* Three profiles that disagree in every direction: alpha, beta, and one for all. The names of the
 * fixture's own, which they replace. */
static int put_three(struct txn *t, void *arg)
{
    int r;
    (void)arg;
    if ((r = put_text(t, "gd-population", "alpha",
                      "[AA-1]\nlength_min = 10\nrotation_months = 6\nlockout_limit = 5\n"
                      "dormant_days = 0\nclasses_upper = yes\n")) != 0 ||
        (r = put_text(t, "second", "beta",
                      "[BB-1]\nlength_min = 12\nrotation_months = 3\nlockout_limit = 4\n"
                      "dormant_days = 30\nclasses_upper = no\ncron_personal = yes\n")) != 0 ||
        (r = put_text(t, "db-3", "*", "[DB-1]\nlength_min = 9\n")) != 0)
        return r;
    return policy_compile(t);
}

static int put_three_and_overrides(struct txn *t, void *arg)
{
    const char *const(*list)[2] = arg;
    for (size_t i = 0; list[i][0]; i++) {
        Model__Override o = MODEL__OVERRIDE__INIT;
        o.setting = T(list[i][0]);
        o.value = T(list[i][1]);
        int r = store_put_override(t, &o);
        if (r != 0)
            return r;
    }
    return put_three(t, NULL);
}

/* The settings in a set of systems, given as words. */
struct view {
    struct call call;
    struct settings s;
};

static int open_view(struct fixture *f, const char *systems, struct view *v)
{
    char *list[8], *rest = NULL;
    size_t count = 0;
    assert_ok(call_open(&v->call, f->g));
    assert_ok(call_read(&v->call));
    char *copy = arena_strdup(v->call.arena, systems);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        list[count++] = word;
    return policy_settings(v->call.txn, list, count, &v->s);
}

static int number_in(struct fixture *f, const char *systems, enum setting_id id)
{
    struct view v;
    assert_ok(open_view(f, systems, &v));
    int64_t number = settings_number(&v.s, id);
    call_close(&v.call);
    return (int)number;
}

static void test_the_strictest_of_each_set(void **state)
{
    struct fixture *f = *state;
    static const enum setting_id ids[] = {SETTING_length_min,    SETTING_rotation_months,
                                          SETTING_lockout_limit, SETTING_dormant_days,
                                          SETTING_classes_upper, SETTING_cron_personal};
    enum { IDS = sizeof(ids) / sizeof(ids[0]) };
    static const struct {
        const char *systems;
        int number[IDS];
    } cases[] = {
        {"", {9, 0, 5, 90, 0, 0}},
        {"alpha", {10, 6, 5, 0, 1, 0}},
        {"beta", {12, 3, 4, 30, 0, 1}},
        {"alpha beta", {12, 3, 4, 30, 1, 1}},
        {"beta alpha", {12, 3, 4, 30, 1, 1}},
        {"beta alpha beta alpha", {12, 3, 4, 30, 1, 1}},
    };
    with_store(f, put_three, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int k = 0; k < IDS; k++)
            if (number_in(f, cases[i].systems, ids[k]) != cases[i].number[k])
                fail_msg("\"%s\": %s is %d", cases[i].systems, setting_row(ids[k])->name,
                         number_in(f, cases[i].systems, ids[k]));
}

static void test_the_article_is_the_stricter_ones(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *systems, *tag, *profile;
    } cases[] = {{"", "DB-1", "db-3"},
                 {"alpha", "AA-1", "gd-population"},
                 {"beta", "BB-1", "second"},
                 {"alpha beta", "BB-1", "second"}};
    with_store(f, put_three, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct view v;
        assert_ok(open_view(f, cases[i].systems, &v));
        assert_string_equal(settings_tag(&v.s, SETTING_length_min), cases[i].tag);
        assert_string_equal(v.s.value[SETTING_length_min].profile, cases[i].profile);
        call_close(&v.call);
    }
}

/* Systems that no profile names have no policy, and nobody is judged by a guess. */
static void test_unknown_systems_are_an_error(void **state)
{
    struct fixture *f = *state;
    static const char *const unknown[] = {"gamma", "population gamma", "*", "+", "Population"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct view v;
        int r = open_view(f, unknown[i], &v);
        call_close(&v.call);
        if (r != GDPOP_ERR_STORE)
            fail_msg("%s: %d", unknown[i], r);
    }
}

static int read_version(struct txn *t, void *arg)
{
    Model__Meta *meta;
    int r = store_meta(t, &meta);
    if (r == 0)
        *(uint64_t *)arg = meta->policy_version;
    return r;
}

/* A system that its profile names no more is one without a policy: what was compiled for it would
 * stand still while everything else is made stricter. */
static void test_nothing_compiled_outlives_its_profiles(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    struct view w;
    uint64_t before, after;
    assert_ok(gdpop_account(f->g, &ev, &v));
    with_store(f, read_version, &before);
    with_store(f, put_three, NULL); /* population is gone */
    with_store(f, read_version, &after);
    assert_int_equal(after, before + 1);
    assert_int_equal(open_view(f, "population", &w), GDPOP_ERR_STORE);
    call_close(&w.call);
    assert_int_equal(gdpop_account(f->g, &ev, &v), GDPOP_ERR_STORE);
    assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
    assert_int_equal(try_password(f, &ev, FIRST_PASSWORD), GDPOP_DENIED_UNAVAILABLE);
}

static int put_many(struct txn *t, void *arg)
{
    const char *const *systems = arg;
    int r = put_text(t, "gd-population", *systems, "[AA-1]\nlength_min = 8\n");
    return r == 0 ? policy_compile(t) : r;
}

static void test_eight_systems(void **state)
{
    struct fixture *f = *state;
    const char *eight = "s1 s2 s3 s4 s5 s6 s7 s8", *nine = "s1 s2 s3 s4 s5 s6 s7 s8 s9";
    struct call call;
    with_store(f, put_many, &eight);
    assert_int_equal(number_in(f, "s8 s1 s3 s2 s4 s5 s6 s7", SETTING_length_min), 8);
    with_store(f, put_many, &eight); /* all 256 sets are made anew */
    assert_int_equal(number_in(f, "s8", SETTING_length_min), 8);
    assert_ok(call_open(&call, f->g));
    assert_int_equal(store_update(call.store, call.arena, put_many, &nine), GDPOP_ERR_REFUSED);
    call_close(&call);
    assert_int_equal(number_in(f, "s8", SETTING_length_min), 8); /* as it was */
}

/* ---- Overrides ---- */

static void test_overrides_only_tighten(void **state)
{
    struct fixture *f = *state;
    static const char *const overrides[][2] = {
        {"length_min", "11"},   {"rotation_months", "4"}, {"lockout_limit", "6"},
        {"dormant_days", "60"}, {"classes_upper", "no"},  {"cron_personal", "no"},
        {"witnesses_min", "3"}, {"idle_sec", "0"},        {"initial_valid_days", "30"},
        {NULL, NULL},
    };
    static const struct {
        const char *systems;
        enum setting_id id;
        int number;
    } cases[] = {
        {"", SETTING_length_min, 11},          {"alpha", SETTING_length_min, 11},
        {"beta", SETTING_length_min, 12},      {"", SETTING_rotation_months, 4},
        {"alpha", SETTING_rotation_months, 4}, {"beta", SETTING_rotation_months, 3},
        {"alpha", SETTING_lockout_limit, 5},   {"beta", SETTING_lockout_limit, 4},
        {"alpha", SETTING_dormant_days, 60},   {"beta", SETTING_dormant_days, 30},
        {"alpha", SETTING_classes_upper, 1},   {"beta", SETTING_cron_personal, 0},
        {"alpha", SETTING_witnesses_min, 3},   {"", SETTING_idle_sec, 1800},
        {"", SETTING_initial_valid_days, 7},
    };
    with_store(f, put_three_and_overrides, (void *)(uintptr_t)overrides);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int number = number_in(f, cases[i].systems, cases[i].id);
        if (number != cases[i].number)
            fail_msg("case %zu: %s is %d", i, setting_row(cases[i].id)->name, number);
    }
    struct view v;
    assert_ok(open_view(f, "alpha", &v));
    assert_string_equal(settings_tag(&v.s, SETTING_length_min), "AA-1"); /* it serves the article */
    assert_string_equal(v.s.value[SETTING_length_min].profile, "override");
    assert_string_equal(v.s.value[SETTING_lockout_limit].profile, "gd-population");
    call_close(&v.call);
}

/* ---- Waivers ---- */

struct permit {
    const char *id, *subject, *setting, *value;
    int64_t from_at, until_at, ended_at;
    const char *kind; /* NULL: waiver */
    const char *by;
};

static int put_permits(struct txn *t, void *arg)
{
    int r = 0;
    for (const struct permit *w = arg; r == 0 && w->id; w++) {
        Model__Permit p = MODEL__PERMIT__INIT;
        p.id = T(w->id);
        p.kind = T(w->kind ? w->kind : "waiver");
        p.subject = T(w->subject);
        p.setting = T(w->setting);
        p.value = T(w->value);
        p.from_at = w->from_at;
        p.until_at = w->until_at;
        p.created_by = T(w->by ? w->by : "secadm");
        p.ended_at = w->ended_at;
        r = store_put_permit(t, &p);
    }
    return r;
}

/* length_min for the user at an instant. */
static int waived(struct fixture *f, int64_t now_at)
{
    struct view v;
    assert_ok(open_view(f, "population", &v));
    assert_ok(policy_waive(v.call.txn, USER, "yuexiu", now_at, &v.s));
    int64_t number = settings_number(&v.s, SETTING_length_min);
    assert_string_equal(settings_tag(&v.s, SETTING_length_min), "GD-17");
    call_close(&v.call);
    return (int)number;
}

static void test_a_waiver_in_its_time(void **state)
{
    struct fixture *f = *state;
    enum { FROM = 1000000, UNTIL = 2000000 };
    static const struct permit list[] = {{"X000001", USER, "length_min", "4", FROM, UNTIL}, {NULL}};
    with_store(f, put_permits, (void *)(uintptr_t)list);
    assert_int_equal(waived(f, FROM - 1), 8);
    assert_int_equal(waived(f, FROM), 4);
    assert_int_equal(waived(f, UNTIL - 1), 4);
    assert_int_equal(waived(f, UNTIL), 8);
}

static void test_whom_a_waiver_is_for(void **state)
{
    static const struct {
        struct permit list[4];
        int expected;
    } cases[] = {
        {{{"X000001", "", "length_min", "4", 0, 9}}, 4},
        {{{"X000001", "yuexiu", "length_min", "4", 0, 9}}, 4},
        {{{"X000001", "elsewhere", "length_min", "4", 0, 9}}, 8},
        {{{"X000001", USER "2", "length_min", "4", 0, 9}}, 8},
        {{{"X000001", "gdpop-zhang", "length_min", "4", 0, 9}}, 8},
        {{{"X000001", USER, "length_min", "4", 0, 9, .ended_at = 3}}, 8},
        {{{"X000001", USER, "length_min", "4", 0, 9, .kind = "exception"}}, 8},
        /* nobody waives for themselves, by no detour */
        {{{"X000001", "yuexiu", "length_min", "4", 0, 9, .by = USER}}, 8},
        {{{"X000001", "", "length_min", "4", 0, 9, .by = USER}}, 8},
        {{{"X000001", USER, "no_such_setting", "4", 0, 9}}, 8},
        /* the account's own before its organisation's, that before everybody's */
        {{{"X000003", "", "length_min", "4", 0, 9},
          {"X000002", "yuexiu", "length_min", "5", 0, 9},
          {"X000001", USER, "length_min", "6", 0, 9}},
         6},
        {{{"X000003", "", "length_min", "4", 0, 9}, {"X000002", "yuexiu", "length_min", "5", 0, 9}},
         5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f;
        assert_int_equal(fixture_setup((void **)&f), 0);
        with_store(f, put_permits, (void *)(uintptr_t)cases[i].list);
        int number = waived(f, 5);
        if (number != cases[i].expected)
            fail_msg("case %zu: %d", i, number);
        assert_int_equal(fixture_teardown((void **)&f), 0);
    }
}

/* A waiver whose value cannot be read is an error, and so a denial: never the waiver, never luck.
 */
static void test_a_damaged_waiver_denies(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    static const struct permit list[] = {{"X000001", USER, "length_min", "many", 0, INT64_MAX},
                                         {NULL}};
    with_store(f, put_permits, (void *)(uintptr_t)list);
    assert_true(gdpop_account(f->g, &ev, &v) < 0);
    assert_int_equal(v.outcome, GDPOP_DENIED_UNAVAILABLE);
}

/* ---- Rules that only observe ---- */

struct observed {
    unsigned n;
    char rule[24], code[8];
};

static int find_observed(const Model__Event *e, void *arg)
{
    struct observed *o = arg;
    if (strcmp(e->outcome, "observed") == 0) {
        o->n++;
        snprintf(o->rule, sizeof(o->rule), "%s", e->rule);
        snprintf(o->code, sizeof(o->code), "%s", e->code);
    }
    return 0;
}

static struct observed read_observed(struct fixture *f)
{
    struct observed o = {0};
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_walk(call.txn, 1, 0, find_observed, &o));
    call_close(&call);
    return o;
}

/* One permit, and a login from outside of the workplace. */
static void expect_outside(const struct permit *permit, bool denied)
{
    struct permit list[] = {*permit, {NULL}};
    struct fixture *f;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    list[0].id = "X000001";
    list[0].value = "";
    list[0].kind = "observe";
    assert_int_equal(fixture_setup((void **)&f), 0);
    with_store(f, put_permits, list);
    ev.address = OUTSIDE;
    ev.password_proved = true;
    assert_ok(gdpop_account(f->g, &ev, &v));
    struct observed o = read_observed(f);
    assert_int_equal(v.outcome, denied ? GDPOP_DENIED : GDPOP_ALLOWED);
    assert_int_equal(o.n, denied ? 0 : 1);
    if (!denied) {
        assert_string_equal(o.rule, "workplace");
        assert_string_equal(o.code, "W02");
    }
    assert_int_equal(fixture_teardown((void **)&f), 0);
}

static void test_observe_only(void **state)
{
    int64_t now = clock_now(), later = now + CLOCK_DAY;
    const struct permit observing[] = {
        {.subject = "", .setting = "workplace", .until_at = later},
        {.subject = "yuexiu", .setting = "workplace", .until_at = later},
        {.subject = USER, .setting = "workplace", .until_at = later},
    };
    const struct permit void_here[] = {
        {.subject = USER, .setting = "workplace", .until_at = now - 1},
        {.subject = USER, .setting = "workplace", .from_at = later, .until_at = later + CLOCK_DAY},
        {.subject = USER, .setting = "workplace", .until_at = later, .ended_at = 5},
        {.subject = USER, .setting = "device", .until_at = later},
        {.subject = USER, .setting = "workplaces", .until_at = later},
        {.subject = "elsewhere", .setting = "workplace", .until_at = later},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(observing) / sizeof(observing[0]); i++)
        expect_outside(&observing[i], false);
    for (size_t i = 0; i < sizeof(void_here) / sizeof(void_here[0]); i++)
        expect_outside(&void_here[i], true);
}

static int freeze(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, USER, &x);
    (void)arg;
    x->state = T("frozen");
    return r == 0 ? store_put_account(t, x) : r;
}

/* What keeps a frozen account out is in force whatever a permit says. */
static void test_some_rules_never_only_observe(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    static const struct permit list[] = {
        {"X000001", USER, "freeze", "", 0, INT64_MAX, .kind = "observe"}, {NULL}};
    with_store(f, put_permits, (void *)(uintptr_t)list);
    with_store(f, freeze, NULL);
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_DENIED);
    assert_string_equal(v.code, "F07");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_strictest_of_each_set),
        TEST(test_the_article_is_the_stricter_ones),
        TEST(test_unknown_systems_are_an_error),
        TEST(test_nothing_compiled_outlives_its_profiles),
        TEST(test_eight_systems),
        TEST(test_overrides_only_tighten),
        TEST(test_a_waiver_in_its_time),
        cmocka_unit_test(test_whom_a_waiver_is_for),
        TEST(test_a_damaged_waiver_denies),
        cmocka_unit_test(test_observe_only),
        TEST(test_some_rules_never_only_observe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
