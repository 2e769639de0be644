/* The seal: epochs, the change of keys with a crash anywhere in it, and what root can and cannot do
 * with the keys that are on the disk. */
#include "../store/fixture.h"

#include "audit/private.h"
#include "audit/sealing.h"
#include "audit/verifier.h"
#include "model/codec.h"
#include "store/private.h"

/* Events of an epoch here, its closing one not counted, and epochs closed. */
enum { EVENTS = 10, EPOCHS = 3, ALL = EPOCHS * (EVENTS + 1) + 4 };

static uint8_t first_key[DIGEST_BYTES];

static const struct trail_limits limits = {3600, EVENTS};

static void append(struct fixture *f, const char *action)
{
    struct store *s = fixture_open(f);
    Model__Event e = MODEL__EVENT__INIT;
    struct txn *t;
    bool ended;
    e.action = T(action);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_append(t, &e));
    assert_ok(txn_commit(t));
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_end_epoch(t, &limits, &ended));
    assert_ok(txn_commit(t));
    store_close(s);
}

static void read_key(const char *text, uint8_t key[DIGEST_BYTES])
{
    char hex[65] = "";
    const char *at = strstr(text, "\nkey ");
    assert_non_null(at);
    memcpy(hex, at + 5, 64);
    assert_ok(bytes_from_hex(hex, key, DIGEST_BYTES));
}

static int setup(void **state)
{
    struct secret key;
    struct txn *t;
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_first_key(t, &key));
    assert_ok(txn_commit(t));
    store_close(s);
    read_key(key.text, first_key);
    for (int i = 1; i <= EPOCHS * EVENTS + 4; i++)
        append(f, "test");
    return 0;
}

static struct seal_file seal_of(const struct fixture *f)
{
    struct seal_file file;
    assert_ok(seal_file_open(f->conf.store_dir, &file));
    return file;
}

static uint64_t epoch_on_disk(const struct fixture *f)
{
    struct seal_file file = seal_of(f);
    assert_int_equal(file.filled[0] + file.filled[1], 1);
    uint64_t epoch = file.slot[file.filled[0] ? 0 : 1].epoch;
    seal_file_close(&file);
    return epoch;
}

static int verify(struct txn *t, struct trail_report *report)
{
    struct verifier v;
    verifier_init(&v);
    assert_ok(verifier_add_key(&v, 0, first_key));
    int r = trail_verify_with(t, &v, report);
    verifier_wipe(&v);
    return r;
}

static void assert_sound(struct fixture *f, uint64_t last)
{
    struct store *s = fixture_open(f);
    struct trail_report report;
    struct txn *t;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(verify(t, &report));
    assert_int_equal(report.last, last);
    txn_abort(t);
    store_close(s);
}

static void test_epochs(void **state)
{
    struct fixture *f = *state;
    struct secret key;
    struct txn *t;
    assert_sound(f, ALL);
    assert_int_equal(epoch_on_disk(f), EPOCHS);
    struct store *s = fixture_open(f);
    assert_ok(store_write(s, f->arena, &t));
    assert_fails(trail_first_key(t, &key), GDPOP_ERR_REFUSED);
    txn_abort(t);
    store_close(s);
}

/* An epoch without events does not end: an idle host writes nothing. */
static void test_idle(void **state)
{
    struct fixture *f = *state;
    const struct trail_limits now = {0, EVENTS};
    struct store *s = fixture_open(f);
    struct txn *t;
    bool ended;
    for (int i = 0; i < 3; i++) {
        assert_ok(store_write(s, f->arena, &t));
        assert_ok(trail_end_epoch(t, &now, &ended));
        assert_int_equal(ended, i == 0);
        assert_ok(txn_commit(t));
    }
    store_close(s);
    assert_sound(f, ALL + 1);
    assert_int_equal(epoch_on_disk(f), EPOCHS + 1);
}

/* The event that meets an epoch which is over closes it in its own transaction. */
static void test_ended_by_an_event(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct seal_file file = seal_of(f);
    int slot = file.filled[0] ? 0 : 1;
    struct seal_slot changed = file.slot[slot];
    struct txn *t;
    changed.limit_events = 4;
    assert_ok(seal_file_put(&file, slot, &changed));
    seal_file_close(&file);
    for (int i = 0; i < 2; i++) {
        Model__Event e = MODEL__EVENT__INIT;
        assert_ok(store_write(s, f->arena, &t));
        assert_ok(trail_append(t, &e));
        assert_int_equal(e.sequence, ALL + 2);
        if (i == 0)
            txn_abort(t); /* both slots stay; the next one tells which counts */
        else
            assert_ok(txn_commit(t));
    }
    store_close(s);
    assert_sound(f, ALL + 2);
    assert_int_equal(epoch_on_disk(f), EPOCHS + 1);
}

/* ---- A crash between the slots ---- */

static struct seal_slot next_of(struct seal_slot slot)
{
    slot.epoch++;
    slot.first = ALL + 1;
    assert_ok(seal_next_key(slot.key));
    return slot;
}

/* The next slot was written, the commit never came. */
static void test_crash_before_commit(void **state)
{
    struct fixture *f = *state;
    struct seal_file file = seal_of(f);
    int slot = file.filled[0] ? 0 : 1;
    struct seal_slot next = next_of(file.slot[slot]);
    assert_ok(seal_file_put(&file, 1 - slot, &next));
    seal_file_close(&file);
    append(f, "after");
    assert_sound(f, ALL + 1);
    assert_int_equal(epoch_on_disk(f), EPOCHS);
}

/* The commit came, the old slot was not erased. */
static void test_crash_before_erasure(void **state)
{
    struct fixture *f = *state;
    const struct trail_limits now = {0, EVENTS};
    struct seal_file file = seal_of(f);
    struct store *s = fixture_open(f);
    int slot = file.filled[0] ? 0 : 1;
    struct seal_slot old = file.slot[slot];
    struct txn *t;
    bool ended;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_end_epoch(t, &now, &ended));
    assert_ok(txn_commit(t));
    assert_ok(seal_file_put(&file, slot, &old));
    seal_file_close(&file);
    store_close(s);
    append(f, "after");
    assert_sound(f, ALL + 2);
    assert_int_equal(epoch_on_disk(f), EPOCHS + 1);
}

/* A slot that was half written counts as empty. */
static void test_torn_slot(void **state)
{
    struct fixture *f = *state;
    for (size_t cut = 0; cut < 104; cut += 13) {
        struct seal_file file = seal_of(f);
        int slot = file.filled[0] ? 0 : 1;
        struct seal_slot next = next_of(file.slot[slot]);
        uint8_t zeros[104] = {0};
        assert_ok(seal_file_put(&file, 1 - slot, &next));
        assert_int_equal(pwrite(file.fd, zeros, 104 - cut, (1 - slot) * 4096 + (off_t)cut),
                         104 - cut);
        seal_file_close(&file);
        append(f, "after");
    }
    assert_sound(f, ALL + 8 + 1);
}

/* ---- A seal that is lost or of another time ---- */

static void test_lost_seal(void **state)
{
    struct fixture *f = *state;
    struct trail_report report;
    struct verifier v;
    struct secret key;
    uint8_t renewed[DIGEST_BYTES];
    struct txn *t;
    assert_int_equal(unlink(fixture_file(f, STORE_SEAL_FILE)), 0);
    struct store *s = fixture_open(f);
    Model__Event e = MODEL__EVENT__INIT, rekey = MODEL__EVENT__INIT;
    assert_ok(store_write(s, f->arena, &t));
    assert_fails(trail_append(t, &e), GDPOP_ERR_SEAL);
    assert_non_null(strstr(err_sentence(), "audit rekey"));
    txn_abort(t);
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_rekey(t, &rekey, &key));
    assert_ok(txn_commit(t));
    append(f, "after");
    read_key(key.text, renewed);
    assert_ok(store_read(s, f->arena, &t));
    assert_fails(verify(t, &report), GDPOP_ERR_TRAIL);
    assert_int_equal(report.bad, ALL);
    assert_int_equal(report.findings, 2); /* the open epoch; the new key is not known */
    verifier_init(&v);
    assert_ok(verifier_add_key(&v, 0, first_key));
    assert_ok(verifier_add_key(&v, EPOCHS + 1, renewed));
    assert_fails(trail_verify_with(t, &v, &report), GDPOP_ERR_TRAIL);
    verifier_wipe(&v);
    assert_int_equal(report.findings, 1);
    assert_non_null(strstr(report.why, "was not closed: its key was lost before event 38"));
    txn_abort(t);
    store_close(s);
}

/* A renewal while the seal is good leaves nothing unproved. */
static void test_renewed_seal(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Event rekey = MODEL__EVENT__INIT;
    struct trail_report report;
    struct verifier v;
    struct secret key;
    uint8_t renewed[DIGEST_BYTES];
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(trail_rekey(t, &rekey, &key));
    assert_ok(txn_commit(t));
    append(f, "after");
    read_key(key.text, renewed);
    verifier_init(&v);
    assert_ok(verifier_add_key(&v, 0, first_key));
    assert_ok(verifier_add_key(&v, EPOCHS + 1, renewed));
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_verify_with(t, &v, &report));
    verifier_wipe(&v);
    assert_int_equal(report.last, ALL + 3);
    txn_abort(t);
    store_close(s);
}

/* ---- Root with the current keys ---- */

struct attack {
    struct fixture *f;
    struct txn *t;
    struct seal_slot slot; /* what root finds on the disk */
};

static Model__TrailEntry *entry_at(struct attack *a, uint64_t n)
{
    uint8_t key[8];
    Model__TrailEntry *entry;
    bytes_put_be64(key, n);
    assert_ok(store_get(a->t, &table_event, BYTES(key, 8), (void **)&entry));
    return entry;
}

static Model__Event *event_of(struct attack *a, const Model__TrailEntry *entry)
{
    Model__Event *e;
    assert_ok(codec_decode(&model__event__descriptor, BYTES(entry->event.data, entry->event.len),
                           a->f->arena, (void **)&e));
    return e;
}

/* Not by MDB_APPEND: anywhere. */
static void lay(struct attack *a, uint64_t n, const Model__TrailEntry *entry)
{
    uint8_t key[8];
    struct bytes packed;
    MDB_val k = {8, key}, v;
    bytes_put_be64(key, n);
    assert_ok(codec_encode(entry, a->f->arena, &packed));
    v = (MDB_val){packed.len, (void *)(uintptr_t)packed.data};
    assert_int_equal(mdb_put(a->t->mdb, env_database(a->t->store->env, &table_event), &k, &v, 0),
                     0);
}

static void strike(struct attack *a, uint64_t n)
{
    uint8_t key[8];
    MDB_val k = {8, key};
    bytes_put_be64(key, n);
    assert_int_equal(mdb_del(a->t->mdb, env_database(a->t->store->env, &table_event), &k, NULL), 0);
}

static void repack(struct attack *a, Model__TrailEntry *entry, const Model__Event *e)
{
    struct bytes packed;
    assert_ok(codec_encode(e, a->f->arena, &packed));
    entry->event.data = (uint8_t *)(uintptr_t)packed.data;
    entry->event.len = packed.len;
}

static void set_digest(struct attack *a, Model__TrailEntry *entry, const uint8_t *previous)
{
    uint8_t *digest = arena_alloc(a->f->arena, DIGEST_BYTES);
    assert_ok(trail_digest(previous, BYTES(entry->event.data, entry->event.len), digest));
    entry->digest.data = digest;
    entry->digest.len = DIGEST_BYTES;
}

static void set_mac(struct attack *a, Model__TrailEntry *entry)
{
    uint8_t *mac = arena_alloc(a->f->arena, DIGEST_BYTES);
    assert_ok(sealing_mac(&a->slot, entry->digest.data, mac));
    entry->mac.data = mac;
    entry->mac.len = DIGEST_BYTES;
}

/* Chains and seals everything from n on anew with what root has. */
static void mend(struct attack *a, uint64_t n, uint64_t last)
{
    const uint8_t zeros[DIGEST_BYTES] = {0}, *previous = zeros;
    if (n > 1)
        previous = entry_at(a, n - 1)->digest.data;
    for (; n <= last; n++) {
        Model__TrailEntry *entry = entry_at(a, n);
        Model__Event *e = event_of(a, entry);
        e->sequence = n;
        repack(a, entry, e);
        set_digest(a, entry, previous);
        set_mac(a, entry);
        lay(a, n, entry);
        previous = entry->digest.data;
    }
}

static void edit(struct attack *a)
{
    Model__TrailEntry *entry = entry_at(a, 7);
    Model__Event *e = event_of(a, entry);
    e->actor = T("nobody");
    repack(a, entry, e);
    lay(a, 7, entry);
}

static void edit_and_mend(struct attack *a)
{
    edit(a);
    mend(a, 7, ALL);
}

static void edit_one_and_seal(struct attack *a)
{
    edit(a);
    mend(a, 7, 7);
}

static void drop_and_mend(struct attack *a)
{
    for (uint64_t n = 7; n < ALL; n++)
        lay(a, n, entry_at(a, n + 1));
    strike(a, ALL);
    mend(a, 7, ALL - 1);
}

static void drop(struct attack *a)
{
    strike(a, 7);
    strike(a, 8);
}

static void swap(struct attack *a)
{
    Model__TrailEntry *one = entry_at(a, 7), *two = entry_at(a, 8);
    lay(a, 7, two);
    lay(a, 8, one);
}

static void insert_and_seal(struct attack *a)
{
    for (uint64_t n = ALL; n >= 7; n--)
        lay(a, n + 1, entry_at(a, n));
    Model__TrailEntry *entry = entry_at(a, 8);
    Model__Event *e = event_of(a, entry);
    e->actor = T("nobody");
    repack(a, entry, e);
    set_digest(a, entry, entry_at(a, 6)->digest.data);
    set_mac(a, entry);
    lay(a, 7, entry);
}

static void duplicate(struct attack *a)
{
    for (uint64_t n = ALL; n >= 7; n--)
        lay(a, n + 1, entry_at(a, n));
}

static void forge_seal(struct attack *a)
{
    Model__TrailEntry *entry = entry_at(a, 7);
    set_mac(a, entry);
    lay(a, 7, entry);
}

static void take_seal_away(struct attack *a)
{
    Model__TrailEntry *entry = entry_at(a, 7);
    entry->mac.len = 0;
    lay(a, 7, entry);
}

static void of_another_host(struct attack *a)
{
    Model__TrailEntry *entry = entry_at(a, 7);
    Model__Event *e = event_of(a, entry);
    e->host = T("0123456789abcdef0123456789abcdef");
    repack(a, entry, e);
    lay(a, 7, entry);
    mend(a, 7, 7);
}

/* The end of a closed epoch goes, what is left of the trail is made to fit. */
static void cut_inside(struct attack *a)
{
    const uint64_t gone = 2 * (EVENTS + 1), first = 3 * (EVENTS + 1) + 1;
    for (uint64_t n = first; n <= ALL; n++)
        lay(a, gone + n - first, entry_at(a, n));
    for (uint64_t n = gone + ALL - first + 1; n <= ALL; n++)
        strike(a, n);
    mend(a, gone, gone + ALL - first);
}

static void test_root(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *name;
        void (*attack)(struct attack *a);
        uint64_t bad;
        const char *why;
    } cases[] = {
        {"edit", edit, 7, "event 7 was altered after it was sealed"},
        {"edit, all computed anew", edit_and_mend, 7, "the seals of events 7 to 33 are forged"},
        {"edit, one computed anew", edit_one_and_seal, 7, "the seal of event 7 is forged"},
        {"drop, all computed anew", drop_and_mend, 7, "the seals of events 7 to 32 are forged"},
        {"drop", drop, 7, "events 7 to 8 are missing"},
        {"swap", swap, 7, "events 7 and 8 stand in each other's place"},
        {"insert", insert_and_seal, 7, "an event was inserted beside event 7"},
        {"duplicate", duplicate, 7, "event 7 stands there twice"},
        {"forge", forge_seal, 7, "the seal of event 7 is forged"},
        {"no seal", take_seal_away, 7, "event 7 has no seal"},
        {"another host", of_another_host, 7, "event 7 was recorded by another host, 0123"},
        {"end of an epoch", cut_inside, 21, "epoch 1 ends with event 21 and was not closed"},
    };
    struct store *s = fixture_open(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct seal_file file = seal_of(f);
        struct attack a = {.f = f, .slot = file.slot[file.filled[0] ? 0 : 1]};
        struct trail_report report;
        seal_file_close(&file);
        assert_ok(store_write(s, f->arena, &a.t));
        assert_ok(verify(a.t, &report));
        cases[i].attack(&a);
        assert_fails(verify(a.t, &report), GDPOP_ERR_TRAIL);
        if (report.bad != cases[i].bad || !strstr(report.why, cases[i].why) || report.findings != 1)
            fail_msg("%s: %zu findings, %d %s", cases[i].name, report.findings, (int)report.bad,
                     report.why);
        txn_abort(a.t);
    }
    store_close(s);
}

/* The end of the trail goes with its epochs: the seal on the disk is then of another time. */
static void test_cut_end(void **state)
{
    struct fixture *f = *state;
    struct attack a = {.f = f};
    struct store *s = fixture_open(f);
    Model__Event e = MODEL__EVENT__INIT;
    assert_ok(store_write(s, f->arena, &a.t));
    for (uint64_t n = 2 * (EVENTS + 1) + 1; n <= ALL; n++)
        strike(&a, n);
    assert_fails(trail_append(a.t, &e), GDPOP_ERR_SEAL);
    assert_non_null(strstr(err_sentence(), "is of epoch 3, the trail of epoch 2"));
    txn_abort(a.t);
    store_close(s);
}

/* With an anchor held elsewhere even a trail put back together with its key is found. */
static void test_anchor(void **state)
{
    struct fixture *f = *state;
    struct attack a = {.f = f};
    struct trail_anchor anchor = {.sequence = ALL};
    struct trail_report report;
    struct verifier v;
    struct store *s = fixture_open(f);
    assert_ok(store_write(s, f->arena, &a.t));
    Model__TrailEntry *last = entry_at(&a, ALL);
    memcpy(anchor.digest, last->digest.data, DIGEST_BYTES);
    snprintf(anchor.host, sizeof(anchor.host), "%s", event_of(&a, last)->host);
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            strike(&a, ALL);
        if (i == 2) {
            Model__Event *e = event_of(&a, last);
            struct seal_file file = seal_of(f);
            a.slot = file.slot[file.filled[0] ? 0 : 1];
            seal_file_close(&file);
            e->actor = T("nobody");
            repack(&a, last, e);
            lay(&a, ALL, last);
            mend(&a, ALL, ALL);
        }
        verifier_init(&v);
        assert_ok(verifier_add_key(&v, 0, first_key));
        anchor.met = false;
        v.anchors = &anchor;
        v.anchor_count = 1;
        assert_fails(trail_verify_with(a.t, &v, &report), i == 0 ? 0 : GDPOP_ERR_TRAIL);
        verifier_wipe(&v);
        if (i > 0)
            assert_non_null(strstr(report.why, i == 1 ? "its end was cut off" : "was put back"));
    }
    txn_abort(a.t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_epochs),
        TEST(test_idle),
        TEST(test_ended_by_an_event),
        TEST(test_crash_before_commit),
        TEST(test_crash_before_erasure),
        TEST(test_torn_slot),
        TEST(test_lost_seal),
        TEST(test_renewed_seal),
        TEST(test_root),
        TEST(test_cut_end),
        TEST(test_anchor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
