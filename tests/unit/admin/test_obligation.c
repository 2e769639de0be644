#include "admin/calendar.h"
#include "admin/obligation.h"
#include "fixture.h"

/* A service account in the custody of secadm, whose password is old. */
static int put_service(struct txn *t, void *arg)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    (void)arg;
    x.name = T("exchange1");
    x.organisation = T("city");
    x.state = T("active");
    x.service = true;
    x.custodian = T("secadm");
    x.uid = x.gid = FIRST_UID + 90;
    x.home = T("/nonexistent");
    x.shell = T("/usr/sbin/nologin");
    c.hash = T("*");
    c.set_at = 1;
    int r = store_put_account(t, &x);
    if (r == 0)
        r = store_put_credential(t, "exchange1", &c);
    return r == 0 ? store_put_credential(t, "secadm", &c) : r;
}

static void hold_much(struct fixture *f)
{
    with_store(f, put_service, NULL);
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "secret-custody", "person", "P000003",
                  "date", "2020-01-01", "field", "kind=root", "field", "what=app1"));
}

static const char *of(const struct fixture *f, const char *account, const char *name)
{
    int row = find_row(f, "account", account);
    return row < 0 ? "?" : field(f, (size_t)row, name);
}

static void a_leaver_opens_one_for_all_that_was_held(void **state)
{
    struct fixture *f = *state;
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2026-02-13"));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_int_equal(f->result->count, 3);
    assert_string_equal(of(f, "secadm", "due_at"), "2026-03-06T00:00:00.000000+08:00");
    assert_string_equal(of(f, "exchange1", "due_at"), "2026-03-06T00:00:00.000000+08:00");
    assert_string_equal(of(f, "exchange1", "provisional"), "false");
    assert_true(find_row(f, "secret", "R000001") >= 0);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2026-09-18"));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_int_equal(f->result->count, 3);
}

static int make_vendor(struct txn *t, void *arg)
{
    Model__Person *p;
    int r = store_get_person(t, "P000006", &p);
    (void)arg;
    if (r != 0)
        return r;
    p->staff = T("vendor");
    return store_put_person(t, p);
}

static void whom_it_concerns(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "obligation", "open", "person", "P000006"), GDPOP_ERR_REFUSED,
                   "no duty");
    with_store(f, make_vendor, NULL);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000006"));
    assert_refused(RUN(f, "sysadm", "obligation", "open", "person", "P000005"), GDPOP_ERR_REFUSED,
                   "CQ-6.7");
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "responsible", "person", "P000005",
                  "field", "office=room-custodian"));
    assert_ok(RUN(f, "secadm", "obligation", "open", "person", "P000005"));
    assert_refused(RUN(f, "sysadm", "obligation", "open", "person", "P000002"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "sysadm", "obligation", "open", "person", "P000007"),
                   GDPOP_ERR_NOT_AUTHORISED, "not supervised");
    assert_refused(RUN(f, "audadm", "obligation", "open", "person", "P000003"),
                   GDPOP_ERR_NOT_AUTHORISED, "duty");
}

static int change_passwords(struct txn *t, void *arg)
{
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    c.hash = T("*");
    c.set_at = *(int64_t *)arg;
    int r = store_put_credential(t, "exchange1", &c);
    return r == 0 ? store_put_credential(t, "secadm", &c) : r;
}

static void only_a_change_ends_it(void **state)
{
    struct fixture *f = *state;
    int64_t at;
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    const char *account = strdup(of(f, "exchange1", "id"));
    const char *secret = strdup(field(f, (size_t)find_row(f, "secret", "R000001"), "id"));
    assert_refused(RUN(f, "sysadm", "obligation", "done", "id", account, "proof", "x"),
                   GDPOP_ERR_REFUSED, "has not been changed");
    assert_ok(clock_parse("2024-02-09 23:59:59", 480, false, &at));
    with_store(f, change_passwords, &at);
    assert_refused(RUN(f, "sysadm", "obligation", "done", "id", account, "proof", "x"),
                   GDPOP_ERR_REFUSED, "has not been changed");
    assert_ok(clock_parse("2024-02-10", 480, false, &at));
    with_store(f, change_passwords, &at);
    assert_ok(RUN(f, "sysadm", "obligation", "done", "id", account, "proof", "工单 7"));
    assert_refused(RUN(f, "sysadm", "obligation", "done", "id", account, "proof", "x"),
                   GDPOP_ERR_REFUSED, "already");
    assert_refused(RUN(f, "sysadm", "obligation", "done", "id", secret, "proof", "x"),
                   GDPOP_ERR_REFUSED, "changed_on");
    assert_ok(RUN(f, "sysadm", "register", "move", "id", "R000001", "state", "held", "field",
                  "changed_on=2024-02-08"));
    assert_refused(RUN(f, "sysadm", "obligation", "done", "id", secret, "proof", "x"),
                   GDPOP_ERR_REFUSED, "changed_on");
    assert_ok(RUN(f, "sysadm", "register", "move", "id", "R000001", "state", "held", "field",
                  "changed_on=2024-02-09"));
    assert_ok(RUN(f, "sysadm", "tick", "")); /* finds the secret and secadm's own */
    assert_string_equal(field(f, 0, "obligations_done"), "2");
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "audadm", "obligation", "list", "all", "yes"));
    assert_int_equal(f->result->count, 3);
    assert_string_equal(of(f, "exchange1", "proof"), "工单 7");
    free((void *)(uintptr_t)account);
    free((void *)(uintptr_t)secret);
}

static void past_the_end_accounts_lock_and_others_are_told(void **state)
{
    struct fixture *f = *state;
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    assert_ok(RUN(f, "topsec", "obligation", "open", "person", "P000002", "on", "2099-02-09"));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_string_equal(field(f, 0, "overdue"), "true"); /* overdue first */
    assert_string_equal(field(f, 3, "account"), "sysadm");
    assert_string_equal(field(f, 3, "overdue"), "false");
    assert_string_equal(field(f, 0, "due_at"), "2024-03-01T00:00:00.000000+08:00");
    assert_false(f->result->ok);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "1");
    assert_string_equal(field(f, 0, "obligations_escalated"), "2");
    assert_string_equal(field(f, 0, "obligations_overdue"), "3");
    assert_string_equal(field(f, 0, "obligations_open"), "4");
    assert_ok(RUN(f, "audadm", "account", "show", "user", "secadm"));
    assert_string_equal(field(f, 0, "state"), "frozen");
    assert_ok(RUN(f, "audadm", "account", "show", "user", "exchange1"));
    assert_string_equal(field(f, 0, "state"), "active");
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_string_equal(of(f, "exchange1", "escalated_to"), "province");
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "0");
    assert_string_equal(field(f, 0, "obligations_escalated"), "0");
}

/* The password that the leaver knew never works again: a new one comes before the lock ends. */
static int unfrozen_behind_the_back(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->state = T("active");
    x->frozen_tag = T("");
    return r != 0 ? r : store_put_account(t, x);
}

static void only_a_new_password_ends_the_lock(void **state)
{
    struct fixture *f = *state;
    char path[96];
    snprintf(path, sizeof(path), "%s/password", f->dir);
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "1");
    assert_refused(RUN(f, "topsec", "account", "unfreeze", "user", "secadm", "reason", "x"),
                   GDPOP_ERR_REFUSED, "CQ-6.7");
    with_store(f, unfrozen_behind_the_back, T("secadm"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "1");
    assert_string_equal(field(f, 0, "obligations_escalated"), "0");
    assert_ok(RUN(f, "sysadm", "account", "initial-password", "user", "secadm", "to", path));
    assert_ok(RUN(f, "audadm", "account", "show", "user", "secadm"));
    assert_string_equal(field(f, 0, "state"), "frozen");
    assert_ok(RUN(f, "topsec", "account", "unfreeze", "user", "secadm", "reason", "x"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "0");
    assert_string_equal(field(f, 0, "obligations_done"), "1");
    assert_ok(RUN(f, "audadm", "account", "show", "user", "secadm"));
    assert_string_equal(field(f, 0, "state"), "active");
}

/* Who was suspended when it fell due is locked when the suspension ends. */
static int suspend_until(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "secadm", &x);
    x->state = T("frozen");
    x->frozen_by = T("sysadm");
    x->suspended_until_at = *(int64_t *)arg;
    return r != 0 ? r : store_put_account(t, x);
}

static void a_suspension_does_not_outwait_the_lock(void **state)
{
    struct fixture *f = *state;
    int64_t later = clock_now() + CLOCK_DAY, over = clock_now() - 1;
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    with_store(f, suspend_until, &later);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "0");
    with_store(f, suspend_until, &over);
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "1");
}

/* An entry of the register that is withdrawn proves no change of what it told of. */
static int withdraw_secret(struct txn *t, void *arg)
{
    Model__RegisterEntry *e;
    int r = store_get_register_entry(t, arg, &e);
    e->state = T("withdrawn");
    return r != 0 ? r : store_put_register_entry(t, e);
}

static void a_withdrawn_secret_still_is_to_be_changed(void **state)
{
    struct fixture *f = *state;
    hold_much(f);
    assert_ok(RUN(f, "sysadm", "obligation", "open", "person", "P000003", "on", "2024-02-09"));
    assert_refused(RUN(f, "sysadm", "register", "withdraw", "id", "R000001", "reason", "误填"),
                   GDPOP_ERR_REFUSED, "CQ-6.7");
    with_store(f, withdraw_secret, T("R000001"));
    assert_ok(RUN(f, "sysadm", "tick", ""));
    assert_string_equal(field(f, 0, "obligations_done"), "0");
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    const char *secret = strdup(field(f, (size_t)find_row(f, "secret", "R000001"), "id"));
    assert_ok(RUN(f, "sysadm", "obligation", "done", "id", secret, "proof", "工单 8"));
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "secret-custody", "person", "P000003",
                  "date", "2020-01-01", "field", "kind=vpn", "field", "what=gw"));
    assert_ok(RUN(f, "sysadm", "register", "withdraw", "id", "R000002", "reason", "误填"));
    free((void *)(uintptr_t)secret);
}

/* The last holder of a duty is not locked out. */
static void the_last_holder_stays_and_the_level_above_is_told(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "obligation", "open", "person", "P000002", "on", "2024-02-09"));
    assert_ok(RUN(f, "secadm", "tick", ""));
    assert_string_equal(field(f, 0, "accounts_locked"), "0");
    assert_string_equal(field(f, 0, "obligations_escalated"), "1");
    assert_ok(RUN(f, "audadm", "account", "show", "user", "sysadm"));
    assert_string_equal(field(f, 0, "state"), "active");
}

static int set_end(struct txn *t, void *arg)
{
    Model__Obligation *o;
    int r = store_get_obligation(t, "O000001", &o);
    if (r != 0)
        return r;
    o->due_at = *(int64_t *)arg;
    o->provisional = false;
    return store_put_obligation(t, o);
}

static void reminders_come_at_five_and_one(void **state)
{
    struct fixture *f = *state;
    const struct {
        int days;
        const char *reminded;
    } cases[] = {{6, "0"}, {5, "1"}, {4, "0"}, {2, "0"}, {1, "1"}, {1, "0"}};
    struct arena *arena = arena_new();
    struct workday_calendar c;
    assert_ok(workday_parse(workday_shipped(), "x", arena, &c));
    assert_ok(RUN(f, "topsec", "obligation", "open", "person", "P000002", "on", "2099-02-09"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool provisional;
        int64_t end_at = workday_end(&c, clock_now(), cases[i].days, 480, &provisional);
        with_store(f, set_end, &end_at);
        assert_ok(RUN(f, "secadm", "tick", ""));
        if (strcmp(field(f, 0, "obligations_reminded"), cases[i].reminded) != 0)
            fail_msg("%d days: %s", cases[i].days, field(f, 0, "obligations_reminded"));
    }
    arena_free(arena);
}

/* What was computed without a year's notice is computed again when it has come. */
static void a_notice_moves_what_was_provisional(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "topsec", "obligation", "open", "person", "P000002", "on", "2099-03-02"));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_string_equal(field(f, 0, "provisional"), "true");
    assert_string_equal(field(f, 0, "due_at"), "2099-03-17T00:00:00.000000+08:00");
    assert_refused(RUN(f, "secadm", "calendar", "load", "file", "year = 2099\n"),
                   GDPOP_ERR_NOT_AUTHORISED, "at the top");
    assert_refused(RUN(f, "topsec", "calendar", "load", "file", "off = 2099-03-03\n"),
                   GDPOP_ERR_FORMAT, "year");
    assert_refused(RUN(f, "sysadm", "calendar", "load", "file", "year = 2099\n"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_ok(
        RUN(f, "topsec", "calendar", "load", "file",
            "year = 2099\ndocument = x\noff = 2099-03-03\nwork = 2099-03-07\noff = 2099-03-09"));
    assert_ok(RUN(f, "secadm", "tick", ""));
    assert_ok(RUN(f, "audadm", "obligation", "list"));
    assert_string_equal(field(f, 0, "provisional"), "false");
    assert_string_equal(field(f, 0, "due_at"), "2099-03-18T00:00:00.000000+08:00");
    assert_ok(RUN(f, "audadm", "calendar", "list"));
    assert_true(find_row(f, "year", "2026") >= 0 && find_row(f, "year", "2099") >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_leaver_opens_one_for_all_that_was_held),
        ADMIN_TEST(whom_it_concerns),
        ADMIN_TEST(only_a_change_ends_it),
        ADMIN_TEST(past_the_end_accounts_lock_and_others_are_told),
        ADMIN_TEST(only_a_new_password_ends_the_lock),
        ADMIN_TEST(a_suspension_does_not_outwait_the_lock),
        ADMIN_TEST(a_withdrawn_secret_still_is_to_be_changed),
        ADMIN_TEST(the_last_holder_stays_and_the_level_above_is_told),
        ADMIN_TEST(reminders_come_at_five_and_one),
        ADMIN_TEST(a_notice_moves_what_was_provisional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
