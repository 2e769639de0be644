#include "fixture.h"

static uint64_t last_sequence(struct fixture *f)
{
    assert_ok(RUN(f, "topaud", "audit", "list", "last", "1"));
    return strtoull(field(f, 0, "sequence"), NULL, 10);
}

static void freeze_both(struct fixture *f)
{
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "zhangsan", "reason", "x"));
    assert_ok(RUN(f, "topsec", "account", "freeze", "user", "wangwu", "reason", "x"));
}

static void events_are_filtered_and_the_newest_come_last(void **state)
{
    struct fixture *f = *state;
    freeze_both(f);
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "account.freeze"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 0, "subject"), "zhangsan");
    assert_string_equal(field(f, 1, "subject"), "wangwu");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "account.freeze", "last", "1"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "subject"), "wangwu");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "account.free"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "topaud", "audit", "list", "account", "secadm"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "action"), "account.freeze");
    assert_ok(RUN(f, "topaud", "audit", "list", "from", "2090-01-01"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "topaud", "audit", "list", "to", "2020-01-01"));
    assert_int_equal(f->result->count, 0);
    assert_ok(RUN(f, "topaud", "audit", "list", "from", "2020-01-01", "to", "2090-01-01"));
    assert_true(f->result->count > 2);
    assert_refused(RUN(f, "topaud", "audit", "list", "last", "0"), GDPOP_ERR_USAGE, "--last");
}

static int fill_trail(struct txn *t, void *arg)
{
    int *count = arg, r = 0;
    for (int i = 0; r == 0 && i < *count; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        e.actor = e.subject = T(i == 0 ? "lisi" : "zhangsan");
        e.action = T("login.account");
        e.outcome = T("allowed");
        r = trail_append(t, &e);
    }
    return r;
}

/* More than one block is walked back. */
static void an_old_event_is_found_behind_many(void **state)
{
    struct fixture *f = *state;
    int count = 2100;
    with_store(f, fill_trail, &count);
    assert_ok(RUN(f, "audadm", "audit", "list", "account", "lisi"));
    assert_int_equal(f->result->count, 1);
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "login", "last", "2100"));
    assert_int_equal(f->result->count, 2100);
    assert_string_equal(field(f, 0, "subject"), "lisi");
    assert_ok(RUN(f, "audadm", "audit", "list"));
    assert_int_equal(f->result->count, 50);
}

static void an_auditor_sees_their_own_scope(void **state)
{
    struct fixture *f = *state;
    freeze_both(f);
    uint64_t last = last_sequence(f);
    char far[24], near[24];
    snprintf(far, sizeof(far), "%d", (int)last);
    snprintf(near, sizeof(near), "%d", (int)last - 1);
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "account.freeze"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "subject"), "zhangsan");
    assert_ok(RUN(f, "audadm", "audit", "show", "sequence", near));
    assert_string_equal(field(f, 0, "subject"), "zhangsan");
    assert_refused(RUN(f, "audadm", "audit", "show", "sequence", far), GDPOP_ERR_NOT_AUTHORISED,
                   "supervise");
    assert_ok(RUN(f, "topaud", "audit", "show", "sequence", far));
    assert_refused(RUN(f, "topaud", "audit", "show", "sequence", "999999"), GDPOP_ERR_NOT_FOUND,
                   "999999");
}

/* Whom or what it was about, too; what may be anything that was typed is not repeated. */
static void a_refused_attempt_names_whom_it_was_about(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *verb, *user, *subject, *object;
    } cases[] = {{"freeze", "zhangsan", "zhangsan", ""},
                 {"freeze", "nobody-here", "", "nobody-here"},
                 {"freeze", "pass#word", "", ""},
                 {"freeze", "张三", "", ""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_refused(
            RUN(f, "audadm", "account", cases[i].verb, "user", cases[i].user, "reason", "x"),
            GDPOP_ERR_NOT_AUTHORISED, "may not");
        assert_ok(RUN(f, "topaud", "audit", "list", "last", "1"));
        assert_string_equal(field(f, 0, "outcome"), "refused");
        assert_string_equal(field(f, 0, "subject"), cases[i].subject);
        assert_string_equal(field(f, 0, "object"), cases[i].object);
    }
}

static void only_the_audit_duty_reads(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "secadm", "audit", "list"), GDPOP_ERR_NOT_AUTHORISED, "audit");
    assert_ok(RUN(f, "audadm", "audit", "list", "account", "secadm"));
    assert_string_equal(field(f, 0, "outcome"), "refused");
    assert_string_equal(field(f, 0, "action"), "audit.list");
}

static int cut_event(struct txn *t, void *arg)
{
    const uint64_t *sequence = arg;
    uint8_t key[8];
    bytes_put_be64(key, *sequence);
    return store_delete(t, &table_event, BYTES(key, sizeof(key)));
}

static void a_trail_with_a_gap_does_not_verify(void **state)
{
    struct fixture *f = *state;
    freeze_both(f);
    uint64_t last = last_sequence(f), third = 3;
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_true(f->result->ok);
    assert_string_equal(field(f, 0, "bad"), "0");
    assert_string_equal(shown(f, 0, "bad"), "");
    assert_int_equal(strtoull(field(f, 0, "last"), NULL, 10), last);
    with_store(f, cut_event, &third);
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_false(f->result->ok);
    assert_string_equal(field(f, 0, "bad"), "3");
    assert_string_equal(shown(f, 0, "bad"), "3");
    assert_string_not_equal(field(f, 0, "why"), "");
}

/* An event three days ahead, of another boot: the clock seems to have gone back. */
static int step_clock(struct txn *t, void *arg)
{
    Model__TrailEntry *entry;
    Model__Event e = MODEL__EVENT__INIT;
    struct bytes packed;
    uint64_t last;
    (void)arg;
    assert_ok(store_last_event(t, &last, &entry));
    e.sequence = last + 1;
    e.at = clock_now() + 3 * CLOCK_DAY;
    e.boot_id = T("00000000-0000-0000-0000-000000000000");
    e.action = T("login.account");
    assert_ok(codec_encode(&e, txn_arena(t), &packed));
    entry->event.data = (uint8_t *)(uintptr_t)packed.data;
    entry->event.len = packed.len;
    return store_append_event(t, last + 1, entry);
}

static void a_stepped_clock_stops_changes_until_it_is_accepted(void **state)
{
    struct fixture *f = *state;
    with_store(f, step_clock, NULL);
    assert_refused(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000005"),
        GDPOP_ERR_CLOCK, "accept-clock");
    assert_refused(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000005"),
        GDPOP_ERR_CLOCK, "accept-clock");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "clock.step"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "object"), "back");
    assert_ok(RUN(f, "audadm", "audit", "list"));
    assert_refused(RUN(f, "sysadm", "audit", "accept-clock"), GDPOP_ERR_NOT_AUTHORISED, "security");
    assert_ok(RUN(f, "secadm", "audit", "accept-clock"));
    assert_ok(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", "n", "responsible", "P000005"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(events_are_filtered_and_the_newest_come_last),
        ADMIN_TEST(an_old_event_is_found_behind_many),
        ADMIN_TEST(an_auditor_sees_their_own_scope),
        ADMIN_TEST(a_refused_attempt_names_whom_it_was_about),
        ADMIN_TEST(only_the_audit_duty_reads),
        ADMIN_TEST(a_trail_with_a_gap_does_not_verify),
        ADMIN_TEST(a_stepped_clock_stops_changes_until_it_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
