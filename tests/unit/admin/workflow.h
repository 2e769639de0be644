/* More of the fixture for workflows: persons, applications, papers. */
#ifndef GDPOP_TESTS_ADMIN_WORKFLOW_H
#define GDPOP_TESTS_ADMIN_WORKFLOW_H

#include "fixture.h"

struct person_row {
    const char *id, *organisation, *staff, *department, *document;
};

static inline int put_person(struct txn *t, const struct person_row *row)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    d.type = T("passport");
    d.number = T(row->document);
    p.id = T(row->id);
    p.name = T("某人");
    p.document = &d;
    p.organisation = T(row->organisation);
    p.post = T("科员");
    p.phone = T("13800138000");
    p.staff = T(row->staff);
    p.department = T(row->department);
    return store_put_person(t, &p);
}

static inline int put_account(struct txn *t, const char *name, const char *person,
                              const char *organisation, unsigned duties, uint32_t uid)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    char *systems[] = {T("population")};
    x.name = T(name);
    x.person = T(person);
    x.organisation = T(organisation);
    x.state = T("active");
    x.systems = systems;
    x.n_systems = 1;
    x.duties = duties;
    x.uid = x.gid = uid;
    x.home = T("/nonexistent");
    x.shell = T("/bin/sh");
    x.activated_at = 1;
    return store_put_account(t, &x);
}

/* Beside the fixture's: a town of Dongguan, a data-using unit, a vendor; persons to apply; leaders
 * of province (P000020), county (P000021), dgtown (P000022), head of 科教科 in the county
 * (P000023); administrators countysys, dgsys, topsys; the county leader's own account cleader. */
static inline int more(struct txn *t, void *arg)
{
    static const struct person_row persons[] = {
        {"P000020", "province", "permanent", "", "E00000020"},
        {"P000021", "county", "permanent", "", "E00000021"},
        {"P000022", "dgtown", "permanent", "", "E00000022"},
        {"P000023", "county", "permanent", "科教科", "E00000023"},
        {"P000024", "county", "permanent", "", "E00000024"},
        {"P000025", "dg", "permanent", "", "E00000025"},
        {"P000026", "province", "permanent", "", "E00000026"},
        {"P000027", "dg", "permanent", "", "E00000027"},
        {"P000030", "county", "permanent", "科教科", "E00000030"},
        {"P000031", "town", "permanent", "", "E00000031"},
        {"P000032", "dgtown", "permanent", "", "E00000032"},
        {"P000033", "county", "temporary", "", "E00000033"},
        {"P000034", "police", "permanent", "", "E00000034"},
        {"P000035", "vendor", "vendor", "", "E00000035"},
        {"P000036", "province", "permanent", "", "E00000036"},
        {"P000037", "hospital", "permanent", "", "E00000037"},
    };
    static const struct {
        const char *id, *level, *division, *above, *kind;
    } orgs[] = {
        {"dg", "city", "441900", "province", ""},
        {"dgtown", "town", "441900003000", "dg", ""},
        {"police", "county", "440104", "county", "data-user"},
        {"vendor", "county", "440104", "county", "vendor"},
        {"hospital", "county", "440104", "county", "unit"},
    };
    int r = 0;
    (void)arg;
    for (size_t i = 0; r == 0 && i < sizeof(orgs) / sizeof(orgs[0]); i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        o.id = o.name = T(orgs[i].id);
        o.level = T(orgs[i].level);
        o.division = T(orgs[i].division);
        o.supervised_by = T(orgs[i].above);
        o.kind = T(orgs[i].kind);
        r = store_put_organisation(t, &o);
    }
    for (size_t i = 0; r == 0 && i < sizeof(persons) / sizeof(persons[0]); i++)
        r = put_person(t, &persons[i]);
    assert_int_equal(r, 0);
    assert_int_equal(put_leader(t, "province", "P000020", "responsible", ""), 0);
    assert_int_equal(put_leader(t, "county", "P000021", "responsible", ""), 0);
    assert_int_equal(put_leader(t, "dgtown", "P000022", "responsible", ""), 0);
    assert_int_equal(put_leader(t, "county", "P000023", "head", "科教科"), 0);
    assert_int_equal(put_leader(t, "dg", "P000027", "responsible", ""), 0);
    put_account(t, "cleader", "P000021", "county", 0, FIRST_UID + 21);
    put_account(t, "countysys", "P000024", "county", GDPOP_DUTY_SYSTEM, FIRST_UID + 24);
    put_account(t, "dgsys", "P000025", "dg", GDPOP_DUTY_SYSTEM, FIRST_UID + 25);
    return put_account(t, "topsys", "P000026", "province", GDPOP_DUTY_SYSTEM, FIRST_UID + 26);
}

static inline int workflow_setup(void **state)
{
    int r = fixture_setup(state);
    if (r == 0)
        with_store(*state, more, NULL);
    return r;
}

#define WORKFLOW_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, workflow_setup, fixture_teardown)

/* State of an account now. */
static inline const char *state_of(struct fixture *f, const char *user)
{
    static char text[16];
    assert_ok(RUN(f, "topaud", "account", "show", "user", user));
    snprintf(text, sizeof(text), "%s", field(f, 0, "state"));
    return text;
}

#endif
