/* The matrix on a province of organisations: for every level, class and act each leader is asked
 * whether he may approve, and each administrator whether he may decide or carry out. What is
 * expected is written from the regulations (GD-5.5 to 7, 11.3, 12, 16), not from the table. */
#include "admin/office.h"
#include "fixture.h"

struct place {
    const char *id, *level, *division, *above, *kind;
    bool taken_up;
    const char *operators;      /* whose responsible leader approves an operator's account there */
    const char *administrators; /* and an administrator's; "" : there are none at this level */
};

static const struct place places[] = {
    {"p", "province", "440000", "", "", false, "p", "p"},
    {"p-hospital", "province", "440104", "p", "unit", false, "p", "p"},
    {"c", "city", "440100", "p", "", false, "c", "p"},
    {"c-hospital", "city", "440100", "c", "unit", false, "c", "p"},
    {"k", "county", "440104", "c", "", false, "k", "c"},
    {"k-hospital", "county", "440104", "k", "unit", false, "k", "c"},
    {"t", "town", "440104", "k", "", false, "k", ""},
    {"t-clinic", "village", "440104", "t", "", false, "k", ""},
    {"v", "village", "440104", "k", "", false, "k", ""},
    {"dongguan", "city", "441900", "p", "", false, "dongguan", "p"},
    /* GD-12: with the county's powers, and before it has taken them up: the city acts */
    {"changan", "town", "441900", "dongguan", "", true, "changan", "dongguan"},
    {"changan-v", "village", "441900", "changan", "", false, "changan", ""},
    {"humen", "town", "441900", "dongguan", "", false, "dongguan", ""},
    {"humen-v", "village", "441900", "humen", "", false, "dongguan", ""},
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

/* Leaders are called by their organisation: "k" is the responsible one, "k-principal" the other. */
static int build(struct txn *t, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < PLACES; i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        Model__Leader responsible = MODEL__LEADER__INIT, principal = MODEL__LEADER__INIT;
        Model__Leader *leaders[] = {&responsible, &principal};
        Model__Paper paper = MODEL__PAPER__INIT;
        char name[32];
        o.id = o.name = T(places[i].id);
        o.level = T(places[i].level);
        o.division = T(places[i].division);
        o.supervised_by = T(places[i].above);
        o.kind = T(places[i].kind);
        o.taken_up = places[i].taken_up ? &paper : NULL;
        responsible.person = T(places[i].id);
        responsible.kind = T("responsible");
        snprintf(name, sizeof(name), "%s-principal", places[i].id);
        principal.person = name;
        principal.kind = T("principal");
        responsible.from_at = principal.from_at = 1;
        o.leaders = leaders;
        o.n_leaders = 2;
        int r = store_put_organisation(t, &o);
        if (r != 0)
            return r;
    }
    return 0;
}

static void begin(struct fixture *f)
{
    with_store(f, build, NULL);
    assert_ok(gdpop_admin_begin(f->g, "topsec", 0, &f->a));
    assert_ok(call_op(f->a, "person", "show", "id", "P000005", (char *)NULL)); /* takes the store */
}

static const struct matrix_row *row_of(struct fixture *f, const struct place *p,
                                       const Model__Account *who, const char *act,
                                       struct applying *ap)
{
    const struct matrix_row *row;
    Model__Account x = *who;
    x.organisation = T(p->id);
    static Model__Account kept;
    kept = x;
    assert_ok(office_applying(f->a, &kept, act, ap));
    int r = office_row(ap, REGULATION_GD, &row);
    return r == 0 ? row : NULL;
}

static bool approves(struct fixture *f, const struct applying *ap, const struct matrix_row *row,
                     const char *leader)
{
    bool is;
    assert_ok(office_is_approver(f->a, ap, row, leader, clock_now(), &is));
    return is;
}

/* Of all leaders of the province only the one named does, himself or his principal. */
static void assert_only(struct fixture *f, const struct place *p, const struct applying *ap,
                        const struct matrix_row *row, const char *wanted, const char *also)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *leader = places[i].id;
        bool good = strcmp(leader, wanted) == 0 || (also && strcmp(leader, also) == 0);
        if (approves(f, ap, row, leader) != good)
            fail_msg("%s, %s: %s may%s approve", p->id, ap->act_name, leader, good ? " not" : "");
    }
}

static Model__Account *account(const char *name, unsigned duties)
{
    static Model__Account x;
    model__account__init(&x);
    x.name = T(name);
    x.person = T("P000005");
    x.state = T("active");
    x.duties = duties;
    return &x;
}

static void an_operators_account_at_every_place(void **state)
{
    struct fixture *f = *state;
    struct applying ap;
    begin(f);
    for (size_t i = 0; i < PLACES; i++) {
        const struct matrix_row *row = row_of(f, &places[i], account("x", 0), "account", &ap);
        assert_non_null(row);
        assert_only(f, &places[i], &ap, row, places[i].operators, NULL);
        /* the same leader lets somebody in from elsewhere (GD-16) */
        row = row_of(f, &places[i], account("x", 0), "exception", &ap);
        assert_only(f, &places[i], &ap, row, places[i].operators, NULL);
    }
}

static void an_administrators_account_at_every_place(void **state)
{
    struct fixture *f = *state;
    struct applying ap;
    begin(f);
    for (size_t i = 0; i < PLACES; i++) {
        const struct matrix_row *row =
            row_of(f, &places[i], account("x", GDPOP_DUTY_SYSTEM), "account", &ap);
        if (!*places[i].administrators) {
            assert_null(row);
            assert_non_null(strstr(err_sentence(), "GD-6"));
            continue;
        }
        assert_non_null(row);
        assert_only(f, &places[i], &ap, row, places[i].administrators, NULL);
    }
}

/* Who would decide for himself asks his principal, or the leader one level up. */
static void a_leaders_own_account(void **state)
{
    struct fixture *f = *state;
    struct applying ap;
    begin(f);
    for (size_t i = 0; i < PLACES; i++) {
        if (strcmp(places[i].operators, places[i].id) != 0)
            continue;
        Model__Account *x = account("x", 0);
        x->person = T(places[i].id);
        Model__Organisation *above;
        x->organisation = T(places[i].id);
        ap = (struct applying){.account = x, .act_name = "account", .act = ACT_ACCOUNT};
        assert_ok(store_get_organisation(f->a->call.txn, places[i].id, &ap.unit));
        ap.regulations = REGULATION_GD;
        ap.applicant = APPLICANT_LEADER;
        ap.level = office_level(ap.unit);
        const struct matrix_row *row;
        assert_ok(office_row(&ap, REGULATION_GD, &row));
        char principal[32];
        snprintf(principal, sizeof(principal), "%s-principal", places[i].id);
        assert_true(approves(f, &ap, row, principal));
        assert_false(approves(f, &ap, row, places[i].id));
        assert_ok(office_place(f->a, ap.unit, WHERE_ABOVE, &above));
        assert_true(strcmp(above->id, places[i].id) == 0 || approves(f, &ap, row, above->id));
    }
}

static bool holds(struct fixture *f, const struct applying *ap, struct office office,
                  const char *organisation, unsigned duties)
{
    Model__Account self = MODEL__ACCOUNT__INIT, *kept = f->a->self;
    bool yes;
    self.organisation = T(organisation);
    self.duties = duties;
    f->a->self = &self;
    assert_ok(office_holds(f->a, ap, office, &yes));
    f->a->self = kept;
    return yes;
}

static bool is_at_or_above(const char *top, const char *id)
{
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(places[i].id, id) == 0)
            return strcmp(top, id) == 0 ||
                   (*places[i].above && is_at_or_above(top, places[i].above));
    return false;
}

/* GD-6, GD-11.3: the administrators of the level that answers, or those above it; never those
 * below or beside, never the audit duty, never who has none. */
static void administrators_set_up_and_decide_rights(void **state)
{
    static const char *const acts[] = {"account", "right", "exception", "waiver", "observe"};
    struct fixture *f = *state;
    struct applying ap;
    begin(f);
    for (size_t k = 0; k < sizeof(acts) / sizeof(acts[0]); k++)
        for (size_t i = 0; i < PLACES; i++) {
            const struct matrix_row *row = row_of(f, &places[i], account("x", 0), acts[k], &ap);
            assert_non_null(row);
            for (size_t j = 0; j < PLACES; j++) {
                bool good = is_at_or_above(places[j].id, places[i].operators);
                if (holds(f, &ap, row->carries_out, places[j].id, GDPOP_DUTY_SYSTEM) != good ||
                    holds(f, &ap, row->carries_out, places[j].id, GDPOP_DUTY_SECURITY) != good)
                    fail_msg("%s at %s: an administrator of %s %s", acts[k], places[i].id,
                             places[j].id, good ? "may not" : "may");
                assert_false(holds(f, &ap, row->carries_out, places[j].id, GDPOP_DUTY_AUDIT));
                assert_false(holds(f, &ap, row->carries_out, places[j].id, 0));
            }
        }
}

/* What loosens a rule for a whole organisation is decided above it; at the top by itself. */
static void what_loosens_a_rule_for_an_organisation(void **state)
{
    static const char *const acts[] = {"waiver", "observe"};
    struct fixture *f = *state;
    struct applying ap;
    begin(f);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < PLACES; i++) {
            const struct matrix_row *row = row_of(f, &places[i], account("", 0), acts[k], &ap);
            assert_non_null(row);
            assert_int_equal(ap.applicant, APPLICANT_UNIT);
            for (size_t j = 0; j < PLACES; j++) {
                const char *first = *places[i].above ? places[i].above : places[i].id;
                bool good = is_at_or_above(places[j].id, first);
                if (approves(f, &ap, row, places[j].id) != good)
                    fail_msg("%s of %s: %s", acts[k], places[i].id, places[j].id);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(an_operators_account_at_every_place),
        ADMIN_TEST(an_administrators_account_at_every_place),
        ADMIN_TEST(a_leaders_own_account),
        ADMIN_TEST(administrators_set_up_and_decide_rights),
        ADMIN_TEST(what_loosens_a_rule_for_an_organisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
