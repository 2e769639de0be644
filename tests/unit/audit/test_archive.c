/* Archives, and what may leave the store. */
#include "../store/fixture.h"

#include "audit/archive.h"
#include "audit/export.h"
#include "audit/extract.h"
#include "audit/trail.h"
#include "audit/verifier.h"
#include "base/clock.h"

enum { EPOCH = 10, FIRST_END = EPOCH + 1 };

static void append(struct store *s, struct arena *a)
{
    const struct trail_limits limits = {3600, EPOCH};
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    bool ended;
    static int made; /* zhangsan is in every third event, in one of three places */
    char **const places[] = {&e.actor, &e.subject, &e.object};
    *places[made % 9 / 3] = (char *)(made % 3 ? "lisi" : "zhangsan");
    made++;
    assert_ok(store_write(s, a, &t));
    assert_ok(trail_append(t, &e));
    assert_ok(trail_end_epoch(t, &limits, &ended));
    assert_ok(txn_commit(t));
}

static int setup(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    assert_ok(trail_make_sign_key(&f->conf));
    for (int i = 0; i < EPOCH + 5; i++)
        append(s, f->arena);
    store_close(s);
    return 0;
}

static Model__Archive make(struct fixture *f, struct store *s)
{
    Model__Archive made;
    struct txn *t;
    assert_ok(trail_archive_make(s, f->arena, "audadm", 0, &made));
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_archive_put(t, &made));
    assert_ok(txn_commit(t));
    return made;
}

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    snprintf(arg, 256, "%s", f->sentence);
}

static void test_chained(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct gdpop_audit_report report;
    struct gdpop_audit *g;
    char sentence[256] = "";
    Model__Archive one = make(f, s), two, none;
    assert_int_equal(one.first, 1);
    assert_int_equal(one.last, FIRST_END); /* the open epoch stays */
    assert_fails(trail_archive_make(s, f->arena, "audadm", 0, &none), GDPOP_ERR_NOT_FOUND);
    for (int i = 0; i < 5; i++)
        append(s, f->arena);
    two = make(f, s);
    assert_int_equal(two.first, FIRST_END + 1);
    assert_memory_equal(two.previous.data, one.digest.data, 32);
    assert_ok(gdpop_audit_open(&g));
    assert_ok(gdpop_audit_add(g, trail_archive_path(&f->conf, &two, f->arena)));
    assert_ok(gdpop_audit_add(g, trail_archive_path(&f->conf, &one, f->arena)));
    assert_ok(gdpop_audit_verify(g, found, sentence, &report));
    assert_string_equal(sentence, "");
    assert_int_equal(report.last, 2 * FIRST_END);
    gdpop_audit_close(g);
    store_close(s);
}

/* Six calendar months and the rest of the day. */
static void test_retention(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    uint64_t first, last;
    struct txn *t;
    int64_t before_at = clock_now() + CLOCK_DAY;
    int64_t good_at = clock_months_end(before_at, 480, 6);
    make(f, s);
    assert_ok(store_write(s, f->arena, &t));
    assert_fails(trail_prune_check(t, before_at, clock_now(), 480, 6, &first, &last),
                 GDPOP_ERR_REFUSED);
    assert_fails(trail_prune_check(t, before_at, good_at - 1, 480, 6, &first, &last),
                 GDPOP_ERR_REFUSED);
    assert_non_null(strstr(err_sentence(), "nothing younger than 6 months"));
    assert_fails(trail_prune_check(t, before_at, good_at, 480, 7, &first, &last),
                 GDPOP_ERR_REFUSED);
    assert_ok(trail_prune_check(t, before_at, good_at, 480, 6, &first, &last));
    assert_int_equal(first, 1);
    assert_int_equal(last, FIRST_END); /* what no archive has stays */
    assert_fails(trail_prune_check(t, clock_now() - CLOCK_DAY, good_at, 480, 6, &first, &last),
                 GDPOP_ERR_NOT_FOUND);
    txn_abort(t);
    store_close(s);
}

static void test_pruned(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct trail_report report;
    const struct trail_export x = {FIRST_END + 1, FIRST_END + 5, LINE_JSONL, false,
                                   "export",      "audadm",      "test",     480};
    uint8_t previous[32], digest[32];
    struct txn *t;
    const struct trail_pruning pruning = {1, FIRST_END, clock_now(), "secadm", "P000001", NULL};
    Model__Archive one = make(f, s);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_prune(t, &pruning));
    assert_ok(trail_verify(t, &report));
    assert_int_equal(report.first, FIRST_END + 1);
    assert_ok(txn_commit(t));
    append(s, f->arena);
    int fd = open(fixture_file(f, "out"), O_WRONLY | O_CREAT, 0600);
    assert_ok(trail_export(s, &x, fd, previous, digest));
    close(fd);
    assert_memory_equal(previous, one.digest.data, 32);
    store_close(s);
    fixture_check_clean(f);
}

struct extracted {
    uint64_t sequence[32];
    size_t count;
};

static int keep_sequence(const struct trail_line *line, void *arg)
{
    struct extracted *e = arg;
    e->sequence[e->count++] = line->sequence;
    return 0;
}

/* The same events, whether the store still has them or an archive only; those of others never. */
static void test_extract(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    static const char *const zhangsan[] = {"zhangsan", NULL}, *const both[] = {"zhangsan", "lisi",
                                                                               NULL};
    struct extracted before = {.count = 0}, after = {.count = 0}, all = {.count = 0}, late = {0};
    struct statement made;
    struct trail_extract x = {
        .last = FIRST_END + 5, .names = zhangsan, .each = keep_sequence, .made = &made};
    const struct trail_pruning pruning = {1, FIRST_END, clock_now(), "secadm", "P000001", NULL};
    struct txn *t;
    Model__Archive one = make(f, s);
    x.arg = &before;
    assert_ok(trail_extract(s, &x));
    assert_int_equal(before.count, 5);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_prune(t, &pruning));
    assert_ok(txn_commit(t));
    x.arg = &after;
    assert_ok(trail_extract(s, &x));
    assert_int_equal(after.count, before.count);
    assert_memory_equal(after.sequence, before.sequence, sizeof(before.sequence));
    assert_int_equal(made.first, 1);
    assert_int_equal(made.last, x.last);
    x.names = both;
    x.arg = &all;
    assert_ok(trail_extract(s, &x));
    assert_int_equal(all.count, EPOCH + 5); /* the end of the epoch names neither */

    /* what began later needs no archive; what began before is not told without it */
    assert_int_equal(unlink(trail_archive_path(&f->conf, &one, f->arena)), 0);
    assert_fails(trail_extract(s, &x), GDPOP_ERR_TRAIL);
    assert_non_null(strstr(err_sentence(), "archive of events 1 to 11"));
    x.from_at = clock_now() + CLOCK_DAY;
    x.arg = &late;
    assert_ok(trail_extract(s, &x));
    assert_int_equal(late.count, 0);
    store_close(s);
}

/* Only what is archived and verifies may leave. */
static void test_damaged_archive(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct trail_report report;
    uint64_t first, last;
    struct txn *t;
    Model__Archive one = make(f, s);
    const char *path = trail_archive_path(&f->conf, &one, f->arena);
    int64_t before_at = clock_now() + CLOCK_DAY;
    int64_t good_at = clock_months_end(before_at, 480, 6);
    int fd = open(path, O_RDWR);
    off_t middle = lseek(fd, 0, SEEK_END) / 2;
    assert_int_equal(pwrite(fd, "????", 4, middle), 4);
    close(fd);
    assert_ok(store_write(s, f->arena, &t));
    assert_fails(trail_prune_check(t, before_at, good_at, 480, 6, &first, &last), GDPOP_ERR_TRAIL);
    assert_int_equal(unlink(path), 0);
    assert_fails(trail_prune_check(t, before_at, good_at, 480, 6, &first, &last), GDPOP_ERR_TRAIL);
    assert_non_null(strstr(err_sentence(), "archive of events 1 to 11"));
    assert_fails(trail_verify(t, &report), GDPOP_ERR_TRAIL);
    assert_non_null(strstr(report.why, "of events 1 to 11 is missing"));
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_chained), TEST(test_retention),       TEST(test_pruned),
        TEST(test_extract), TEST(test_damaged_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
