/* A login that only a permit lets in is marked in the trail with the rule, the article and the
 * permit. */
#include "audit/export.h"
#include "fixture.h"

struct permit {
    const char *id, *kind, *setting, *value;
};

static int put_permits(struct txn *t, void *arg)
{
    int r = 0;
    for (const struct permit *w = arg; r == 0 && w->id; w++) {
        Model__Permit p = MODEL__PERMIT__INIT;
        p.id = T(w->id);
        p.kind = T(w->kind);
        p.subject = T(USER);
        p.setting = T(w->setting);
        p.value = T(w->value);
        p.until_at = clock_now() + CLOCK_DAY;
        p.created_by = T("secadm");
        r = store_put_permit(t, &p);
    }
    return r;
}

/* The decisions in the trail, a line each: action, outcome, tag, rule, code, object, detail. */
static int list_event(const Model__Event *e, void *arg)
{
    char *out = arg, code[8] = "";
    if (strncmp(e->action, "login.", 6) != 0)
        return 0;
    snprintf(code, sizeof(code), "%s", e->code);
    snprintf(out + strlen(out), 1024 - strlen(out), "%s%s %s|%s|%s|%s|%s|%s", *out ? "\n" : "",
             e->action + 6, e->outcome, e->tag, e->rule, code, e->object, e->detail);
    return 0;
}

static void expect(const char *address, const struct permit *permits, const char *expected)
{
    struct fixture *f;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    struct call call;
    char found[1024] = "";
    assert_int_equal(fixture_setup((void **)&f), 0);
    with_store(f, put_permits, (void *)(uintptr_t)permits);
    ev.address = address;
    ev.password_proved = true;
    assert_ok(gdpop_account(f->g, &ev, &v));
    if (v.outcome == GDPOP_ALLOWED)
        assert_ok(gdpop_session_open(f->g, &ev, &v));
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_walk(call.txn, 1, 0, list_event, found));
    call_close(&call);
    assert_string_equal(found, expected);
    assert_int_equal(fixture_teardown((void **)&f), 0);
}

#define SEEN OUTSIDE ", network of nobody"

static void a_login_from_outside_names_its_permit(void **state)
{
    (void)state;
    expect(OUTSIDE, (struct permit[]){{"X000001", "exception", "", ""}, {NULL}},
           "account allowed|GD-16|workplace|W04|X000001|" SEEN "\n"
           "session allowed|GD-16|workplace|W04|X000001|" SEEN);
    expect(OUTSIDE, (struct permit[]){{"X000002", "waiver", "workplace_required", "no"}, {NULL}},
           "account allowed|GD-16|workplace||X000002|" SEEN "\n"
           "session allowed|GD-16|workplace||X000002|" SEEN);
    expect(OUTSIDE, (struct permit[]){{"X000003", "observe", "workplace", ""}, {NULL}},
           "account allowed|||||\n"
           "account observed|GD-16|workplace|W02|X000003|" SEEN "\n"
           "session allowed|||||\n"
           "session observed|GD-16|workplace|W02|X000003|" SEEN);
}

static void what_needs_no_permit_names_none(void **state)
{
    (void)state;
    const struct permit permits[] = {{"X000001", "exception", "", ""},
                                     {"X000002", "waiver", "workplace_required", "no"},
                                     {"X000003", "observe", "workplace", ""},
                                     {NULL}};
    expect(WORKPLACE, permits, "account allowed|||||\nsession allowed|||||");
    expect(OUTSIDE, (struct permit[]){{"X000002", "waiver", "rotation_months", "9"}, {NULL}},
           "account denied|GD-16|workplace|W02||" SEEN);
}

static int age_password(struct txn *t, void *arg)
{
    Model__Credential *c;
    int r = store_get_credential(t, USER, &c);
    (void)arg;
    if (r != 0)
        return r;
    c->set_at = clock_now() - 200 * CLOCK_DAY;
    return store_put_credential(t, USER, c);
}

/* The first of two is named by the login itself, the other by an event beside it. */
static void two_permits_are_both_named(void **state)
{
    struct fixture *f = *state;
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    struct call call;
    char found[1024] = "";
    const struct permit permits[] = {
        {"X000001", "exception", "", ""}, {"X000002", "waiver", "rotation_months", "9"}, {NULL}};
    with_store(f, put_permits, (void *)(uintptr_t)permits);
    with_store(f, age_password, NULL);
    ev.address = OUTSIDE;
    ev.password_proved = true;
    assert_ok(gdpop_account(f->g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_ALLOWED);
    assert_ok(call_open(&call, f->g));
    assert_ok(call_read(&call));
    assert_ok(trail_walk(call.txn, 1, 0, list_event, found));
    call_close(&call);
    assert_non_null(strstr(found, "account allowed|GD-16|workplace|W04|X000001|" SEEN "\n"));
    assert_non_null(strstr(found, "account permitted|GD-17|rotation||X000002|"));
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_from_outside_names_its_permit),
        cmocka_unit_test(what_needs_no_permit_names_none),
        cmocka_unit_test_setup_teardown(two_permits_are_both_named, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_among_themselves(run);
}
