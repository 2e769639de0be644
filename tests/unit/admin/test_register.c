#include "admin/register.h"
#include "fixture.h"

static int count_outstanding(struct fixture *f, const char *name)
{
    assert_ok(RUN(f, "topsec", "register", "due", "register", name));
    return (int)f->result->count;
}

/* Every row keeps to what the mechanism needs. */
static void the_table_is_sound(void **state)
{
    size_t count = 0;
    (void)state;
    for (const struct register_kind *k = register_kinds; k->name; k++, count++) {
        if (!*k->title || !*k->tags || strcmp(k->moves[0].from, "") != 0)
            fail_msg("%s", k->name);
        for (const struct register_kind *other = register_kinds; other != k; other++)
            assert_string_not_equal(other->name, k->name);
        for (const struct register_move *m = k->moves; m->from; m++) {
            bool reached = !*m->from;
            for (const struct register_move *b = k->moves; b->from; b++)
                reached |= strcmp(b->to, m->from) == 0;
            if (!reached || !m->duties)
                fail_msg("%s: nothing leads to %s", k->name, m->from);
            char needs[128];
            snprintf(needs, sizeof(needs), "%s", m->needs);
            for (char *word = strtok(needs, " "); word; word = strtok(NULL, " ")) {
                const struct register_field *f = k->fields;
                while (f->name && strcmp(f->name, word) != 0)
                    f++;
                if (!f->name)
                    fail_msg("%s: needs %s, which is no field", k->name, word);
            }
        }
        for (int i = 0; i < REGISTER_DUES_MAX; i++)
            if (k->due[i].kind == DUE_BY || k->due[i].field) {
                const struct register_field *f = k->fields;
                while (f->name && strcmp(f->name, k->due[i].field) != 0)
                    f++;
                if (!f->name)
                    fail_msg("%s: due by %s, which is no field", k->name, k->due[i].field);
            }
        for (const struct register_field *f = k->fields; f->name; f++)
            if (!*f->title || ((f->kind == FIELD_CHOICE || f->kind == FIELD_ENTRY) && !f->choices))
                fail_msg("%s: %s", k->name, f->name);
    }
    assert_true(count >= 25);
}

#define MEDIA                                                                                      \
    "register", "media", "org", "city", "date", "2026-03-02", "field", "kind=usb", "field",        \
        "label=U-7", "field", "content=统计表", "field", "destination=省", "field",                \
        "assessor=P000002", "field", "assessment=低"

/* GD-15: assessed, approved by the leader, out, destroyed with its proof. */
static void media_leave_in_four_steps(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "register", "add", MEDIA));
    assert_string_equal(field(f, 0, "id"), "R000001");
    assert_string_equal(field(f, 0, "state"), "assessed");
#define MOVE(who, to, ...)                                                                         \
    RUN(f, who, "register", "move", "id", "R000001", "state", to, ##__VA_ARGS__)
    assert_refused(MOVE("sysadm", "out", "field", "scanned_on=2026-03-02"), GDPOP_ERR_REFUSED,
                   "it can become: approved, rejected");
    assert_refused(MOVE("sysadm", "approved"), GDPOP_ERR_REFUSED, "approver");
    assert_refused(MOVE("sysadm", "approved", "field", "approver=P000002"), GDPOP_ERR_REFUSED,
                   "leader");
    assert_refused(MOVE("sysadm", "approved", "field", "approver=P009999"), GDPOP_ERR_NOT_FOUND,
                   "P009999");
    assert_refused(MOVE("audadm", "approved", "field", "approver=P000009"),
                   GDPOP_ERR_NOT_AUTHORISED, "duty");
    assert_refused(MOVE("sysadm", "approved", "field", "approver=P000009", "date", "2026-03-01"),
                   GDPOP_ERR_USAGE, "before the step");
    assert_refused(MOVE("sysadm", "approved", "field", "approver=P000009", "date", "2099-03-01"),
                   GDPOP_ERR_USAGE, "future");
    assert_ok(MOVE("secadm", "approved", "field", "approver=P000009", "date", "2026-03-02",
                   "paper-number", "2026-31"));
    assert_refused(MOVE("sysadm", "out", "field", "scanned_on=2026-03-03"), GDPOP_ERR_REFUSED,
                   "back_by");
    assert_refused(MOVE("sysadm", "out", "field", "scanned_on=2026-03-03", "field",
                        "back_by=2026-03-10", "field", "label=U-8"),
                   GDPOP_ERR_REFUSED, "written down already");
    assert_ok(MOVE("sysadm", "out", "field", "scanned_on=2026-03-03", "field", "back_by=2026-03-10",
                   "date", "2026-03-03"));
    assert_int_equal(count_outstanding(f, "media"), 1);
    assert_string_equal(field(f, 0, "outstanding"), "overdue");
    assert_string_equal(field(f, 0, "due_at"), "2026-03-11T00:00:00.000000+08:00");
    assert_ok(MOVE("sysadm", "destroyed", "field", "proof=照片 12", "date", "2026-03-12"));
    assert_int_equal(count_outstanding(f, "media"), 0);
    assert_ok(RUN(f, "audadm", "register", "show", "id", "R000001"));
    assert_string_equal(field(f, 0, "approver"), "P000009");
    assert_string_equal(field(f, 0, "steps"),
                        "2026-03-02 assessed (sysadm), 2026-03-02 approved (secadm 2026-31), "
                        "2026-03-03 out (sysadm), 2026-03-12 destroyed (sysadm)");
#undef MOVE
}

static void who_assesses_does_not_approve(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "org", "leader", "id", "city", "person", "P000003", "kind",
                  "principal", "from", "2020-01-01", "paper", "appointment"));
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "media", "org", "city", "field",
                  "kind=paper", "field", "label=1", "field", "content=x", "field", "destination=x",
                  "field", "assessor=P000003", "field", "assessment=x"));
    assert_refused(RUN(f, "sysadm", "register", "move", "id", "R000001", "state", "approved",
                       "field", "approver=P000003"),
                   GDPOP_ERR_REFUSED, "different persons");
}

static void what_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *who, *name, *subject, *value, *field;
        int code;
        const char *words;
    } cases[] = {
        {"sysadm", "no-such", "person", "P000005", "x=y", GDPOP_ERR_NOT_FOUND, "register kinds"},
        {"sysadm", "security-training", "org", "city", "subject=x", GDPOP_ERR_USAGE, "about"},
        {"sysadm", "security-training", "device", "D000001", "subject=x", GDPOP_ERR_USAGE,
         "no --device"},
        {"sysadm", "security-training", "person", "P000005", "subject", GDPOP_ERR_USAGE,
         "NAME=VALUE"},
        {"sysadm", "security-training", "person", "P000005", "subject=", GDPOP_ERR_USAGE,
         "NAME=VALUE"},
        {"sysadm", "security-training", "person", "P000005", "theme=x", GDPOP_ERR_USAGE,
         "no field \"theme\""},
        {"sysadm", "security-training", "person", "P000005", "hours=2", GDPOP_ERR_REFUSED,
         "subject"},
        {"sysadm", "security-training", "person", "P000002", "subject=x", GDPOP_ERR_NOT_AUTHORISED,
         "themselves"},
        {"sysadm", "security-training", "person", "P000007", "subject=x", GDPOP_ERR_NOT_AUTHORISED,
         "not supervised"},
        {"audadm", "security-training", "person", "P000005", "subject=x", GDPOP_ERR_NOT_AUTHORISED,
         "duty"},
        {"sysadm", "trail-review", "org", "city", "up_to=7", GDPOP_ERR_NOT_AUTHORISED, "duty"},
        {"audadm", "trail-review", "org", "city", "up_to=many", GDPOP_ERR_USAGE, "number"},
        {"sysadm", "drill", "org", "city", "scenario=x", GDPOP_ERR_REFUSED, "result"},
        {"sysadm", "notice", "person", "P000005", "version=1", 0, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int r = RUN(f, cases[i].who, "register", "add", "register", cases[i].name, cases[i].subject,
                    cases[i].value, "field", cases[i].field);
        if (r != cases[i].code || (r != 0 && !strstr(err_sentence(), cases[i].words)))
            fail_msg("%zu %s: %d %s", i, cases[i].name, r, err_sentence());
    }
    assert_refused(RUN(f, "sysadm", "register", "add", "register", "training", "person", "P000005",
                       "field", "kind=law,secrecy", "field", "subject=x"),
                   GDPOP_ERR_USAGE, "one of");
}

/* CQ-12: 12 months, to the day; a newer one replaces the older. */
static void training_falls_due_after_a_year(void **state)
{
    struct fixture *f = *state;
    const struct register_kind *kind;
    struct settings s;
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
    int64_t due;
    settings_default(&s);
    assert_ok(register_find("security-training", &kind));
    assert_ok(clock_parse("2024-02-29", 480, false, &m.at));
    assert_ok(clock_parse("2025-02-28", 480, true, &due));
    m.state = e.state = T("held");
    e.moves = moves;
    e.n_moves = 1;
    assert_int_equal(register_due_at(kind, &e, &s, 480), due);
    e.state = T("withdrawn");
    assert_int_equal(register_due_at(kind, &e, &s, 480), 0);

    int before = count_outstanding(f, "security-training"); /* each of the duty holders */
    assert_int_equal(before, 5);
    assert_ok(RUN(f, "secadm", "register", "add", "register", "security-training", "person",
                  "P000002", "date", "2020-01-01", "field", "subject=x"));
    assert_int_equal(count_outstanding(f, "security-training"), before);
    int row = find_row(f, "subject", "P000002");
    assert_string_equal(field(f, row, "outstanding"), "overdue");
    assert_ok(RUN(f, "secadm", "register", "add", "register", "security-training", "person",
                  "P000002", "field", "subject=y"));
    assert_int_equal(count_outstanding(f, "security-training"), before - 1);
    assert_ok(RUN(f, "secadm", "register", "withdraw", "id", "R000002", "reason", "误填"));
    assert_int_equal(count_outstanding(f, "security-training"), before);
    assert_refused(RUN(f, "secadm", "register", "withdraw", "id", "R000002", "reason", "误填"),
                   GDPOP_ERR_REFUSED, "already");
}

/* GD-13: each of the four kinds. */
static void a_person_needs_every_kind_of_training(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(count_outstanding(f, "training"), 9 * 4);
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "training", "person", "P000005",
                  "field", "kind=law", "field", "subject=网络安全法"));
    assert_int_equal(count_outstanding(f, "training"), 9 * 4 - 1);
    assert_ok(RUN(f, "sysadm", "register", "due", "register", "training"));
    assert_int_equal(f->result->count, 6 * 4 - 1); /* those of the city and below */
}

static void what_an_assessments_level_makes_due(void **state)
{
    struct fixture *f = *state;
    const struct register_kind *kind;
    struct settings s;
    const struct {
        const char *level, *last; /* NULL: never */
    } cases[] = {{"1", NULL}, {"2", "2028-03-02"}, {"3", "2027-03-02"}, {"4", "2027-03-02"}};
    (void)f;
    settings_default(&s);
    assert_ok(register_find("assessment", &kind));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
        Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
        Model__NamedValue v = MODEL__NAMED_VALUE__INIT, *values[] = {&v};
        int64_t due = 0;
        v.name = T("level");
        v.value = T(cases[i].level);
        e.fields = values;
        e.n_fields = 1;
        e.moves = moves;
        e.n_moves = 1;
        m.state = e.state = T("assessed");
        assert_ok(clock_parse("2026-03-02", 480, false, &m.at));
        if (cases[i].last)
            assert_ok(clock_parse(cases[i].last, 480, true, &due));
        assert_int_equal(register_due_at(kind, &e, &s, 480), due);
    }
}

/* Hours of a setting, until it is reported; whom to tell, by level and severity. */
static void an_incident_is_reported_within_hours(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "incident", "org", "county", "date",
                  "2026-03-02 08:00:00", "field", "kind=leak", "field", "severity=major", "field",
                  "what=名单外传"));
    assert_int_equal(count_outstanding(f, "incident"), 1);
    assert_string_equal(field(f, 0, "due_at"), "2026-03-02T12:00:00.000000+08:00");
    assert_ok(RUN(f, "audadm", "register", "show", "id", "R000001"));
    assert_non_null(strstr(field(f, 0, "recipients"), "CQ-10.2"));
    assert_non_null(strstr(field(f, 0, "recipients"), "leading group"));
    assert_null(strstr(field(f, 0, "recipients"), "level by level"));
    assert_ok(RUN(f, "secadm", "register", "move", "id", "R000001", "state", "reported", "field",
                  "reported_to=市卫生健康委"));
    assert_int_equal(count_outstanding(f, "incident"), 0);
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "incident", "org", "city", "field",
                  "kind=weakness", "field", "severity=ordinary", "field", "what=x"));
    assert_ok(RUN(f, "audadm", "register", "show", "id", "R000002"));
    assert_null(strstr(field(f, 0, "recipients"), "CQ-10.2"));
}

/* GD-5.2: province and cities, cities and counties; not the top, not towns. */
static void a_missing_a2_is_listed_by_city_and_county(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(count_outstanding(f, "agreement-a2"), 3);
    assert_true(find_row(f, "subject", "town") < 0 && find_row(f, "subject", "province") < 0);
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "agreement-a2", "org", "county",
                  "field", "counterpart=city", "field", "signed_by=a", "field",
                  "counterpart_signed_by=b", "paper", "scan"));
    assert_int_equal(count_outstanding(f, "agreement-a2"), 2);
    assert_ok(RUN(f, "sysadm", "register", "move", "id", "R000001", "state", "contract-ended"));
    assert_int_equal(count_outstanding(f, "agreement-a2"), 3);
}

static void lists_keep_to_the_scope(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "register", "add", "register", "background-check", "person",
                  "P000007", "field", "result=clean", "field", "authority=公安"));
    assert_ok(RUN(f, "topsec", "register", "list"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "secadm", "register", "list"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "secadm", "register", "show", "id", "R000001"), GDPOP_ERR_NOT_AUTHORISED,
                   "not supervised");
    assert_refused(RUN(f, "secadm", "register", "list", "org", "elsewhere"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_ok(RUN(f, "topsec", "register", "list", "register", "background-check", "state",
                  "checked", "org", "elsewhere"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "topsec", "register", "kinds"));
    assert_true(find_row(f, "register", "drill") >= 0);
    assert_ok(RUN(f, "topsec", "register", "kinds", "register", "drill"));
    assert_true(find_row(f, "field", "scenario") >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        ADMIN_TEST(media_leave_in_four_steps),
        ADMIN_TEST(who_assesses_does_not_approve),
        ADMIN_TEST(what_is_refused),
        ADMIN_TEST(training_falls_due_after_a_year),
        ADMIN_TEST(a_person_needs_every_kind_of_training),
        ADMIN_TEST(what_an_assessments_level_makes_due),
        ADMIN_TEST(an_incident_is_reported_within_hours),
        ADMIN_TEST(a_missing_a2_is_listed_by_city_and_county),
        ADMIN_TEST(lists_keep_to_the_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
