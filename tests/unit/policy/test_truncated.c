/* Logins while a file of the host is cut off at some length: a sound login or a denial that says
 * why, by root's programs and by those of users alike, break-glass goes on, and with the whole file
 * everything is as before.
 *
 *   test_truncated [STEP]   lengths tried: page boundaries, and of the first and the last page each
 *                           STEPth (default 17, of files larger than one page 509); 1: all of them,
 *                           some minutes */
#include "damaged.h"

enum { CALLER = 60001, LARGER = 30 };

static size_t step = 17;

static const struct kind {
    const char *name;
    bool needed; /* whole, else nobody logs in */
    bool within; /* but who is logged in already may go on: su needs no seal */
    size_t used; /* what lies behind is never read; 0: all of it */
} kinds[] = {
    {"store/data.mdb", true, false, 0},   {"store/lock.mdb", true, false, 0},
    {"store/seal", true, true, 104}, /* its first slot */
    {"store/open.lock", false, false, 0}, {"store/write.lock", false, false, 0},
    {"keys/seal-1.key", true, false, 0},  {"nss/snapshot", false, false, 0},
    {"gdpop.conf", false, false, 0},
};

static struct gdpop_evidence by_user(void)
{
    struct gdpop_evidence ev = evidence();
    ev.service = "su";
    ev.auth_info = ev.address = NULL;
    ev.caller_uid = CALLER;
    return ev;
}

static void try_length(struct fixture *f, const struct kind *k, const struct file *m, size_t len)
{
    bool whole = len >= (k->used ? k->used : m->len);
    save(m, m->bytes, len);
    const int outcome[] = {login(f, evidence()), login(f, by_user())};
    for (int i = 0; i < 2; i++) {
        bool needed = k->needed && !(i == 1 && k->within);
        if (outcome[i] == GDPOP_ALLOWED ? needed && !whole
                                        : whole || outcome[i] != GDPOP_DENIED_UNAVAILABLE)
            fail_msg("%s cut off at %zu of %zu bytes: outcome %d", k->name, len, m->len,
                     outcome[i]);
    }
    let_rescue_in(f);
}

static bool is_tried(size_t at, size_t len)
{
    bool edge = at < PAGE_BYTES || len - at <= PAGE_BYTES;
    size_t each = len > PAGE_BYTES && step > 1 ? step * LARGER - 1 : step;
    return at % PAGE_BYTES == 0 || (edge && at % each == 0) || len - at <= 1;
}

static void test_every_length(void **state)
{
    struct fixture *f = *state;
    unsigned tried = 0;
    assert_int_equal(login(f, evidence()), GDPOP_ALLOWED);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct file m, data, seal;
        load(&data, f->dir, "store/data.mdb");
        load(&seal, f->dir, "store/seal");
        load(&m, f->dir, kinds[i].name);
        for (size_t at = 0; at <= m.len; at++) {
            if (!is_tried(at, m.len))
                continue;
            try_length(f, &kinds[i], &m, at);
            save(&data, data.bytes, data.len);
            save(&seal, seal.bytes, seal.len);
            save(&m, m.bytes, m.len);
            tried++;
        }
        assert_int_equal(login(f, evidence()), GDPOP_ALLOWED);
        free(m.bytes);
        free(data.bytes);
        free(seal.bytes);
    }
    printf("%u lengths\n", tried);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_length, fixture_setup, fixture_teardown),
    };
    if (argc > 1)
        step = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
