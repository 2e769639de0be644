/* A scan whose work threads share: every record once, in order over the parts, and the error of any
 * of them with its sentence. */
#include "fixture.h"

#include "store/private.h"

enum { RECORDS = 20000, PARTS = 8 };

struct part {
    size_t count;
    int first, last;
    bool sorted;
    int refused; /* the record at which it stops, or -1 */
};

static void name_of(int i, char id[static 16])
{
    snprintf(id, 16, "o%05d", i);
}

static int put_some(struct txn *t, void *arg)
{
    int from = *(const int *)arg;
    for (int i = from; i < from + RECORDS / 4; i++) {
        Model__Organisation o = MODEL__ORGANISATION__INIT;
        char id[16];
        name_of(i, id);
        o.id = id;
        int r = store_put_organisation(t, &o);
        if (r < 0)
            return r;
    }
    return 0;
}

static int fill(void **state)
{
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    for (int from = 0; from < RECORDS; from += RECORDS / 4)
        assert_ok(store_update(s, f->arena, put_some, &from));
    store_close(s);
    return 0;
}

static int see(struct bytes key, void *message, void *arg)
{
    const Model__Organisation *o = message;
    struct part *p = arg;
    int i = atoi(o->id + 1);
    assert_int_equal(key.len, strlen(o->id));
    if (i == p->refused)
        return err_fail(GDPOP_ERR_REFUSED, "not %s", o->id);
    p->sorted &= p->count == 0 || i == p->last + 1;
    p->first = p->count++ == 0 ? i : p->first;
    p->last = i;
    return 0;
}

static int scan(struct fixture *f, struct part *parts, size_t count)
{
    struct store *s = fixture_open(f);
    void *args[PARTS];
    struct txn *t;
    for (size_t i = 0; i < count; i++)
        args[i] = &parts[i];
    assert_ok(store_read(s, f->arena, &t));
    err_clear();
    int r = store_scan_shared(t, &table_organisation, see, args, count);
    txn_abort(t);
    store_close(s);
    return r;
}

static void start(struct part *parts, int refused)
{
    for (int i = 0; i < PARTS; i++)
        parts[i] = (struct part){.sorted = true, .refused = refused};
}

static void test_every_record_once_in_order(void **state)
{
    static const size_t counts[] = {1, 2, 3, PARTS};
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        struct part parts[PARTS];
        int next = 0;
        start(parts, -1);
        assert_ok(scan(*state, parts, counts[c]));
        for (size_t i = 0; i < counts[c]; i++) {
            assert_true(parts[i].sorted);
            assert_true(parts[i].count == 0 || parts[i].first == next);
            next += (int)parts[i].count;
        }
        assert_int_equal(next, RECORDS);
    }
}

static void test_error_of_any_part_has_its_sentence(void **state)
{
    static const int refused[] = {0, RECORDS / 2 - 1, RECORDS - 1};
    for (size_t c = 0; c < sizeof(refused) / sizeof(refused[0]); c++) {
        struct part parts[PARTS];
        char sentence[32], id[16];
        start(parts, refused[c]);
        assert_fails(scan(*state, parts, PARTS), GDPOP_ERR_REFUSED);
        name_of(refused[c], id);
        snprintf(sentence, sizeof(sentence), "not %s", id);
        assert_string_equal(err_sentence(), sentence);
    }
}

static void test_altered_record_is_told(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct part parts[PARTS];
    struct txn *t;
    MDB_val k = {6, T("o19000")}, v;
    assert_ok(store_write(s, f->arena, &t));
    MDB_dbi dbi = env_database(t->store->env, &table_organisation);
    assert_int_equal(mdb_get(t->mdb, dbi, &k, &v), 0);
    unsigned char *copy = arena_alloc(f->arena, v.mv_size);
    memcpy(copy, v.mv_data, v.mv_size);
    copy[v.mv_size / 2] ^= 1;
    v.mv_data = copy;
    assert_int_equal(mdb_put(t->mdb, dbi, &k, &v, 0), 0);
    assert_ok(txn_commit(t));
    store_close(s);
    start(parts, -1);
    assert_fails(scan(f, parts, PARTS), GDPOP_ERR_SEAL);
    assert_non_null(strstr(err_sentence(), "o19000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_record_once_in_order),
        cmocka_unit_test(test_error_of_any_part_has_its_sentence),
        cmocka_unit_test(test_altered_record_is_told),
    };
    return cmocka_run_group_tests(tests, fill, fixture_teardown);
}
