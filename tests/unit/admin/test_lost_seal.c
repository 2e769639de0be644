/* Where the seal of the trail is lost, what freezes and ends goes on and is told apart; the rest is
 * refused until the seal is renewed. */
#include "living.h"

#include "audit/sealing.h"
#include "audit/verifier.h"

enum { WAYS = 4 };

/* The seal is lost in each of these ways. */
static void lose(const struct fixture *f, int way)
{
    char path[400];
    snprintf(path, sizeof(path), "%.300s/seal", f->g->conf.store_dir);
    if (way == 0)
        assert_int_equal(unlink(path), 0);
    else if (way == 1)
        assert_int_equal(truncate(path, 0), 0);
    else if (way == 2)
        assert_int_equal(chmod(path, 0644), 0);
    else
        assert_true(unlink(path) == 0 && mkdir(path, 0700) == 0);
}

static const char *const refused_with[WAYS] = {"missing or damaged", "missing or damaged",
                                               "mode 0600", "seal"};
static const char *const reasons[WAYS] = {
    "the seal was missing or damaged", "the seal was missing or damaged",
    "the seal could not be read", "the seal could not be read"};

static uint64_t last_event(struct fixture *f)
{
    assert_ok(RUN(f, "audadm", "status", ""));
    return strtoull(field(f, (size_t)find_row(f, "item", "trail_last"), "value"), NULL, 10);
}

static int rekey(struct fixture *f)
{
    const struct gdpop_result *result;
    const struct gdpop_arg args[] = {{"reason", "lost", 4}, {"to", "-", 1}};
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
    int r = gdpop_admin_call(f->a, "audit", "rekey", args, 2, &result);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}

static void freezing_and_ending_go_on(void **state)
{
    struct fixture *f = *state;
    for (int way = 0; way < WAYS; way++) {
        uint64_t before = last_event(f);
        pid_t pid = start_living(5);
        lose(f, way);
        int r = RUN(f, "secadm", "account", "unlock", "user", "zhangsan");
        assert_true(r == GDPOP_ERR_SEAL || r == GDPOP_ERR_KEY || r == GDPOP_ERR_SYSTEM);
        assert_non_null(strstr(err_sentence(), refused_with[way]));
        assert_ok(RUN(f, "sysadm", "account", "freeze", "user", "zhangsan", "reason", "test"));
        assert_int_equal(ended_by(pid), SIGTERM);
        /* What is refused is recorded as well. */
        assert_refused(RUN(f, "sysadm", "account", "freeze", "user", "zhangsan", "reason", "again"),
                       GDPOP_ERR_REFUSED, "only an active account");

        assert_ok(RUN(f, "audadm", "audit", "verify"));
        char range[80];
        snprintf(range, sizeof(range), "events %llu to %llu have no seal: %s",
                 (unsigned long long)before + 1, (unsigned long long)before + 3, reasons[way]);
        assert_string_equal(field(f, 0, "verified"), "false");
        assert_string_equal(field(f, 0, "findings"), way == 0 ? "1" : field(f, 0, "findings"));
        if (!strstr(field(f, 0, "why"), range))
            fail_msg("\"%s\" lacks \"%s\"", field(f, 0, "why"), range);

        assert_ok(RUN(f, "audadm", "status", ""));
        size_t row = (size_t)find_row(f, "item", "seal");
        assert_string_equal(field(f, row, "ok"), "false");
        assert_non_null(strstr(field(f, row, "remedy"), "recover audit rekey"));

        char path[400];
        snprintf(path, sizeof(path), "%.300s/seal", f->g->conf.store_dir);
        if (way == WAYS - 1)
            assert_int_equal(rmdir(path), 0);
        assert_ok(rekey(f));
        assert_ok(RUN(f, "secadm", "account", "unfreeze", "user", "zhangsan", "reason", "done"));
        assert_ok(RUN(f, "audadm", "status", ""));
        row = (size_t)find_row(f, "item", "seal");
        assert_string_equal(field(f, row, "ok"), "true");
    }
}

/* The seal that comes back seals again, and the unsealed events stay told apart. */
static void a_seal_that_returns_seals_again(void **state)
{
    struct fixture *f = *state;
    char path[400], away[420];
    snprintf(path, sizeof(path), "%.300s/seal", f->g->conf.store_dir);
    snprintf(away, sizeof(away), "%.400s.away", path);
    assert_int_equal(rename(path, away), 0);
    assert_ok(RUN(f, "sysadm", "account", "suspend", "user", "lisi", "until", "2099-01-01",
                  "reason", "test"));
    assert_int_equal(rename(away, path), 0);
    assert_ok(RUN(f, "secadm", "account", "unfreeze", "user", "lisi", "reason", "done"));
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_string_equal(field(f, 0, "findings"), "1");
    assert_non_null(strstr(field(f, 0, "why"), "the seal was missing or damaged"));
}

/* An event whose seal was taken off is not told as one that could not be sealed. */
static int take_off(struct txn *t, void *arg)
{
    Model__TrailEntry *entry;
    uint64_t sequence;
    (void)arg;
    int r = store_last_event(t, &sequence, &entry);
    uint8_t key[8];
    bytes_put_be64(key, sequence);
    entry->mac.len = 0;
    return r != 0 || (r = store_delete(t, &table_event, BYTES(key, 8))) != 0
               ? r
               : store_append_event(t, sequence, entry);
}

static void a_seal_taken_off_is_not_excused(void **state)
{
    struct fixture *f = *state;
    with_store(f, take_off, NULL);
    assert_ok(RUN(f, "audadm", "audit", "verify"));
    assert_string_equal(field(f, 0, "verified"), "false");
    assert_non_null(strstr(field(f, 0, "why"), "has no seal: no event says why"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(freezing_and_ending_go_on),
        TEST(a_seal_that_returns_seals_again),
        TEST(a_seal_taken_off_is_not_excused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
