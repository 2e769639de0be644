#include "../store/fixture.h"

#include "audit/line.h"
#include "audit/private.h"
#include "base/clock.h"
#include "model/codec.h"
#include "store/private.h"

enum { EVENTS = 20 };

static void append(struct store *s, struct arena *a, const char *action)
{
    struct txn *t;
    Model__Event e = MODEL__EVENT__INIT;
    e.action = T(action);
    e.subject = NULL;
    assert_ok(store_write(s, a, &t));
    assert_ok(trail_append(t, &e));
    assert_ok(txn_commit(t));
}

static int setup(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    for (int i = 1; i <= EVENTS; i++)
        append(s, f->arena, arena_printf(f->arena, "test.%d", i));
    store_close(s);
    return 0;
}

static void test_empty(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct trail_report report;
    struct txn *t;
    int64_t at, before = clock_now();
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_verify(t, &report));
    assert_int_equal(report.first, 0);
    assert_int_equal(report.last, 0);
    assert_ok(trail_newest_at(t, &at));
    assert_int_equal(at, 0);
    assert_ok(trail_now(t, &at));
    assert_in_range(at, before, clock_now());
    txn_abort(t);
    store_close(s);
}

static int fits_a_line(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    static char line[LINE_MAX_BYTES];
    struct trail_line l;
    Model__Event *e;
    (void)sequence;
    assert_ok(codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                           arg, (void **)&e));
    line_from(e, entry, &l);
    assert_int_not_equal(line_write(&l, LINE_JSONL, 480, line), 0);
    assert_true(strlen(e->subject) < 512 && strlen(e->detail) > 3000);
    assert_string_equal(e->subject + strlen(e->subject) - strlen("字…"), "字…");
    return 0;
}

/* Whoever knocks chooses the name that is recorded; it must not keep the trail from its export. */
static void test_long_texts_are_cut(void **state)
{
    enum { LONG = 100002 };
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    char *text = arena_alloc(f->arena, LONG + 1);
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    for (size_t i = 0; i < LONG; i += 3)
        memcpy(text + i, "字", 3);
    text[LONG] = '\0';
    e.actor = e.subject = e.action = e.object = e.outcome = e.rule = e.tag = e.service = text;
    e.address = e.tty = e.device = e.session = e.detail = e.code = text;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_append(t, &e));
    assert_ok(store_each_event(t, e.sequence, e.sequence, fits_a_line, f->arena));
    txn_abort(t);
    store_close(s);
}

struct seen {
    uint64_t next;
    int64_t at;
    int stop_after;
};

static int look(const Model__Event *e, void *arg)
{
    struct seen *s = arg;
    char action[16];
    snprintf(action, sizeof(action), "test.%d", (int)e->sequence);
    assert_string_equal(e->action, action);
    assert_int_equal(e->sequence, s->next++);
    assert_true(e->at >= s->at);
    assert_true(e->uptime > 0);
    assert_true(strlen(e->boot_id) > 0 && strlen(e->host) > 0);
    s->at = e->at;
    return --s->stop_after == 0 ? 5 : 0;
}

static void test_walk(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct seen seen = {.next = 1};
    struct txn *t;
    int64_t newest;
    assert_ok(store_read(s, f->arena, &t));
    assert_int_equal(trail_walk(t, 1, 0, look, &seen), 0);
    assert_int_equal(seen.next, EVENTS + 1);
    assert_ok(trail_newest_at(t, &newest));
    assert_int_equal(newest, seen.at);
    seen = (struct seen){.next = 5};
    assert_int_equal(trail_walk(t, 5, 9, look, &seen), 0);
    assert_int_equal(seen.next, 10);
    seen = (struct seen){.next = 5, .stop_after = 2};
    assert_int_equal(trail_walk(t, 5, 0, look, &seen), 5);
    assert_int_equal(seen.next, 7);
    seen = (struct seen){.next = EVENTS + 1};
    assert_int_equal(trail_walk(t, EVENTS + 1, 0, look, &seen), 0);
    txn_abort(t);
    store_close(s);
}

static void test_no_event_without_commit(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct trail_report report;
    struct txn *t;
    Model__Event e = MODEL__EVENT__INIT;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_append(t, &e));
    assert_int_equal(e.sequence, EVENTS + 1);
    txn_abort(t);
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_verify(t, &report));
    assert_int_equal(report.last, EVENTS);
    txn_abort(t);
    store_close(s);
}

static int keep_subject(const Model__Event *e, void *arg)
{
    snprintf(arg, 64, "%s", e->subject);
    return 0;
}

static void test_texts_of_peers(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const char *cases[][2] = {{"zhang", "zhang"},
                              {"张三", "张三"},
                              {"a\nb\033[2J", "a\\x0ab\\x1b[2J"},
                              {"\xff\xe5\xbc", "\\xff\\xe5\\xbc"},
                              {"", ""}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        Model__Event e = MODEL__EVENT__INIT;
        char subject[64];
        struct txn *t;
        e.subject = T(cases[i][0]);
        assert_ok(store_write(s, f->arena, &t));
        assert_ok(trail_append(t, &e));
        assert_ok(txn_commit(t));
        assert_ok(store_read(s, f->arena, &t));
        assert_int_equal(trail_walk(t, e.sequence, 0, keep_subject, subject), 0);
        assert_string_equal(subject, cases[i][1]);
        txn_abort(t);
    }
    store_close(s);
}

/* ---- Changes behind the trail's back, by LMDB itself ---- */

static MDB_val key_of(uint64_t sequence, uint8_t out[static 8])
{
    bytes_put_be64(out, sequence);
    return (MDB_val){8, out};
}

static MDB_val take(struct fixture *f, struct txn *t, uint64_t sequence)
{
    uint8_t key[8];
    MDB_val k = key_of(sequence, key), v;
    MDB_dbi dbi = env_database(t->store->env, &table_event);
    assert_int_equal(mdb_get(t->mdb, dbi, &k, &v), 0);
    v.mv_data = arena_memdup(f->arena, v.mv_data, v.mv_size);
    assert_int_equal(mdb_del(t->mdb, dbi, &k, NULL), 0);
    return v;
}

static void lay(struct txn *t, uint64_t sequence, MDB_val v)
{
    uint8_t key[8];
    MDB_val k = key_of(sequence, key);
    assert_int_equal(mdb_put(t->mdb, env_database(t->store->env, &table_event), &k, &v, 0), 0);
}

static void drop(struct fixture *f, struct txn *t)
{
    take(f, t, 7);
}

static void drop_first(struct fixture *f, struct txn *t)
{
    take(f, t, 1);
}

static void drop_and_close_up(struct fixture *f, struct txn *t)
{
    take(f, t, 7);
    for (uint64_t i = 8; i <= EVENTS; i++)
        lay(t, i - 1, take(f, t, i));
}

static void swap(struct fixture *f, struct txn *t)
{
    MDB_val one = take(f, t, 7), two = take(f, t, 8);
    lay(t, 7, two);
    lay(t, 8, one);
}

static void duplicate(struct fixture *f, struct txn *t)
{
    MDB_val one = take(f, t, 7);
    for (uint64_t i = EVENTS; i > 7; i--)
        lay(t, i + 1, take(f, t, i));
    lay(t, 7, one);
    lay(t, 8, one);
}

/* An event whose inner number, but not its place in the chain, is right. */
static void forge(struct fixture *f, struct txn *t, uint64_t sequence, bool own_digest)
{
    Model__TrailEntry *entry;
    Model__Event *e;
    struct bytes packed;
    MDB_val v = take(f, t, sequence);
    assert_ok(codec_decode(&model__trail_entry__descriptor, BYTES(v.mv_data, v.mv_size), f->arena,
                           (void **)&entry));
    assert_ok(codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                           f->arena, (void **)&e));
    e->actor = T("nobody");
    assert_ok(codec_encode(e, f->arena, &packed));
    entry->event.data = (uint8_t *)(uintptr_t)packed.data;
    entry->event.len = packed.len;
    if (own_digest)
        assert_ok(digest_sm3(&packed, 1, entry->digest.data));
    assert_ok(codec_encode(entry, f->arena, &packed));
    lay(t, sequence, (MDB_val){packed.len, (void *)(uintptr_t)packed.data});
}

static void alter(struct fixture *f, struct txn *t)
{
    forge(f, t, 7, false);
}

static void alter_with_digest(struct fixture *f, struct txn *t)
{
    forge(f, t, 7, true);
}

static void alter_last(struct fixture *f, struct txn *t)
{
    forge(f, t, EVENTS, false);
}

static void insert(struct fixture *f, struct txn *t)
{
    for (uint64_t i = EVENTS; i >= 7; i--)
        lay(t, i + 1, take(f, t, i));
    Model__Event e = MODEL__EVENT__INIT;
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT;
    struct bytes packed;
    uint8_t digest[DIGEST_BYTES] = {0};
    e.sequence = 7;
    assert_ok(codec_encode(&e, f->arena, &packed));
    entry.event.data = (uint8_t *)(uintptr_t)packed.data;
    entry.event.len = packed.len;
    entry.digest.data = digest;
    entry.digest.len = sizeof(digest);
    assert_ok(codec_encode(&entry, f->arena, &packed));
    lay(t, 7, (MDB_val){packed.len, (void *)(uintptr_t)packed.data});
}

static void spoil(struct fixture *f, struct txn *t)
{
    take(f, t, 7);
    lay(t, 7, (MDB_val){3, T("\xff\xff\xff")});
}

static void spoil_last(struct fixture *f, struct txn *t)
{
    take(f, t, EVENTS);
    lay(t, EVENTS, (MDB_val){0, T("")});
}

static void test_changes_are_found(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *name;
        void (*change)(struct fixture *f, struct txn *t);
        uint64_t bad;
        const char *why;
    } cases[] = {
        {"drop", drop, 7, "missing"},
        {"drop first", drop_first, 1, "missing"},
        {"drop and close up", drop_and_close_up, 7, "missing"},
        {"swap", swap, 7, "each other's place"},
        {"duplicate", duplicate, 7, "twice"},
        {"alter", alter, 7, "altered"},
        {"alter with digest", alter_with_digest, 7, "altered"},
        {"alter last", alter_last, EVENTS, "altered"},
        {"insert", insert, 7, "inserted"},
        {"spoil", spoil, 7, "cannot be read"},
        {"spoil last", spoil_last, EVENTS, "cannot be read"},
    };
    struct store *s = fixture_open(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct trail_report report;
        struct txn *t;
        assert_ok(store_write(s, f->arena, &t));
        assert_ok(trail_verify(t, &report));
        cases[i].change(f, t);
        assert_fails(trail_verify(t, &report), GDPOP_ERR_TRAIL);
        if (report.bad != cases[i].bad || !strstr(report.why, cases[i].why))
            fail_msg("%s: %d %s", cases[i].name, (int)report.bad, report.why);
        txn_abort(t);
    }
    store_close(s);
}

static void test_nothing_is_appended_to_a_damaged_end(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    int64_t now;
    assert_ok(store_write(s, f->arena, &t));
    spoil_last(f, t);
    assert_fails(trail_append(t, &e), GDPOP_ERR_TRAIL);
    assert_fails(trail_now(t, &now), GDPOP_ERR_TRAIL);
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_long_texts_are_cut, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_empty, fixture_setup, fixture_teardown),
        TEST(test_walk),
        TEST(test_no_event_without_commit),
        TEST(test_texts_of_peers),
        TEST(test_changes_are_found),
        TEST(test_nothing_is_appended_to_a_damaged_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
