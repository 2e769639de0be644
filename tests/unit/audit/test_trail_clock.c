#include "../store/fixture.h"

#include "audit/export.h"
#include "audit/private.h"
#include "audit/sealing.h"
#include "base/clock.h"
#include "base/host.h"
#include "model/codec.h"

static const int64_t day = CLOCK_DAY;
static const int64_t at = INT64_C(1790000000000000);
static const int64_t up = INT64_C(5000000000);

static void test_expected(void **state)
{
    (void)state;
    const struct {
        const char *name, *boot;
        int64_t uptime, wall, now;
        bool stepped;
    } cases[] = {
        {"the same moment", "a", up, at, at, false},
        {"a second later", "a", up + 1000000, at + 1000000, at + 1000000, false},
        {"a little behind counts as the newest", "a", up + 10, at - 1, at, false},
        {"24 hours behind", "a", up, at - day, at, false},
        {"more", "a", up, at - day - 1, at, true},
        {"24 hours behind where it should be", "a", up + 2 * day, at + day, at + day, false},
        {"more", "a", up + 2 * day, at + day - 1, at + 2 * day, true},
        {"24 hours ahead", "a", up, at + day, at + day, false},
        {"more", "a", up, at + day + 1, at, true},
        {"idle for a year", "a", up + 365 * day, at + 365 * day, at + 365 * day, false},
        {"another boot, 24 hours behind", "b", 1, at - day, at, false},
        {"another boot, more", "b", 1, at - day - 1, at, true},
        {"another boot, switched off for a year", "b", 1, at + 365 * day, at + 365 * day, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        Model__Event e = MODEL__EVENT__INIT;
        bool stepped;
        e.at = at;
        e.uptime = up;
        e.boot_id = T("a");
        int64_t now =
            trail_clock_expected(&e, cases[i].uptime, cases[i].boot, cases[i].wall, &stepped);
        if (now != cases[i].now || stepped != cases[i].stepped)
            fail_msg("%s: %+lld, stepped %d", cases[i].name, (long long)(now - at), stepped);
    }
}

/* Appends an event as it would stand there if the clock had been off by `offset`. */
static void append_as_of(struct txn *t, int64_t offset)
{
    Model__Event e = MODEL__EVENT__INIT;
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT;
    const uint8_t before_all[DIGEST_BYTES] = {0};
    uint8_t digest[DIGEST_BYTES], mac[DIGEST_BYTES];
    struct sealing *sealing;
    char boot_id[40];
    struct bytes packed;
    host_boot_id(boot_id);
    e.sequence = 1;
    e.at = clock_now() + offset;
    e.uptime = host_uptime();
    e.boot_id = boot_id;
    assert_ok(codec_encode(&e, txn_arena(t), &packed));
    assert_ok(trail_digest(before_all, packed, digest));
    entry.event.data = (uint8_t *)(uintptr_t)packed.data;
    entry.event.len = packed.len;
    entry.digest.data = digest;
    entry.digest.len = sizeof(digest);
    assert_ok(sealing_open(t, NULL, NULL, false, &sealing));
    assert_ok(sealing_mac(sealing_slot(sealing), digest, mac));
    entry.mac.data = mac;
    entry.mac.len = sizeof(mac);
    assert_ok(store_append_event(t, 1, &entry));
}

static void test_step_until_accepted(void **state)
{
    struct fixture *f = *state;
    const int64_t offsets[] = {30 * CLOCK_DAY, -30 * CLOCK_DAY};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = fixture_open(f);
        Model__Event e = MODEL__EVENT__INIT, accept = MODEL__EVENT__INIT,
                     after = MODEL__EVENT__INIT;
        struct trail_report report;
        Model__Meta *meta;
        struct txn *t;
        int64_t now;
        assert_ok(store_write(s, f->arena, &t));
        append_as_of(t, offsets[i]);
        assert_fails(trail_now(t, &now), GDPOP_ERR_CLOCK);
        assert_non_null(strstr(err_sentence(), "accept-clock"));
        /* The denial is recorded, and recording it accepts nothing. */
        assert_ok(trail_append(t, &e));
        assert_true(llabs(e.at - (clock_now() + offsets[i])) < CLOCK_DAY / 2);
        assert_fails(trail_now(t, &now), GDPOP_ERR_CLOCK);
        assert_ok(trail_accept_clock(t, &accept));
        assert_true(llabs(accept.at - clock_now()) < CLOCK_DAY / 2);
        assert_ok(trail_now(t, &now));
        assert_ok(trail_append(t, &after));
        assert_int_equal(after.sequence, accept.sequence + 1);
        assert_true(after.at >= accept.at);
        assert_ok(store_meta(t, &meta));
        assert_true(meta->clock_accepted_at > 0 && meta->clock_accepted_at <= accept.at);
        assert_ok(trail_verify(t, &report));
        txn_abort(t);
        store_close(s);
    }
}

/* The events clock.step, a line each: object, outcome, seconds. */
static int list_step(const Model__Event *e, void *arg)
{
    char *out = arg;
    if (strcmp(e->action, "clock.step") == 0)
        sprintf(out + strlen(out), "%s %s %lld\n", e->object, e->outcome, atoll(e->detail));
    return 0;
}

/* As if the clock had been set by so much since it was last looked at. */
static void set_clock(struct txn *t, int64_t by)
{
    Model__Meta *meta;
    assert_ok(store_meta(t, &meta));
    meta->clock_base_at -= by;
    assert_ok(store_put_meta(t, meta));
}

static void assert_steps(struct txn *t, const char *expected)
{
    char found[512] = "";
    assert_ok(trail_note_clock(t));
    assert_ok(trail_walk(t, 1, 0, list_step, found));
    assert_string_equal(found, expected);
}

static void test_each_step_is_one_event(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_append(t, &e));
    assert_steps(t, "");
    set_clock(t, 59 * CLOCK_SECOND);
    assert_steps(t, "");
    set_clock(t, -59 * CLOCK_SECOND);
    assert_steps(t, "");
    set_clock(t, 3600 * CLOCK_SECOND + CLOCK_SECOND / 2);
    assert_steps(t, "forward done 3600\n");
    assert_steps(t, "forward done 3600\n");
    set_clock(t, -61 * CLOCK_SECOND);
    assert_steps(t, "forward done 3600\nback done 61\n");
    assert_steps(t, "forward done 3600\nback done 61\n");
    txn_abort(t);
    store_close(s);
}

/* Beyond a day logins stand still: the first of those refused tells, the others add nothing. */
static void test_a_step_beyond_a_day(void **state)
{
    struct fixture *f = *state;
    const int64_t offsets[] = {30 * CLOCK_DAY, -30 * CLOCK_DAY};
    for (size_t i = 0; i < 2; i++) {
        struct store *s = fixture_open(f);
        const char *expected = i ? "forward failed 2592000\n" : "back failed 2592000\n";
        char found[64] = "";
        struct txn *t;
        assert_ok(store_write(s, f->arena, &t));
        append_as_of(t, offsets[i]);
        assert_ok(trail_note_clock(t));
        assert_ok(trail_walk(t, 1, 0, list_step, found));
        /* A second more or less passes between the two. */
        assert_true(strncmp(found, expected, strlen(expected) - 5) == 0);
        expected = f->arena ? arena_strdup(f->arena, found) : found;
        assert_steps(t, expected);
        txn_abort(t);
        store_close(s);
    }
}

static void test_host(void **state)
{
    (void)state;
    char machine[33], boot[40], again[40];
    host_machine_id(machine);
    host_boot_id(boot);
    host_boot_id(again);
    assert_true(strlen(machine) == 32 || strcmp(machine, "-") == 0);
    assert_int_equal(strlen(boot), 36);
    assert_string_equal(boot, again);
    int64_t one = host_uptime();
    assert_true(one > 0 && host_uptime() >= one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expected),   TEST(test_step_until_accepted),
        TEST(test_each_step_is_one_event), TEST(test_a_step_beyond_a_day),
        cmocka_unit_test(test_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
