/* Logins on a store whose pages are damaged at random places. LMDB believes what stands in its
 * pages, so the first process that reads a damaged one may end: from then on that is a child, and
 * whoever logs in gets an answer. Break-glass names are let through before the store is opened.
 *
 *   test_damage [ROUNDS]   one damage a round (default 150) */
#include "damaged.h"

enum { META_PAGES = 2, FLIPS_MAX = 64, HEADER_BYTES = 64 };

static unsigned rounds = 150;

/* Bytes of some pages, as often of their headers as of all of them. */
static void damage(uint8_t *bytes, size_t len)
{
    for (int flips = 1 + rand() % FLIPS_MAX; flips > 0; flips--) {
        size_t page = META_PAGES + (size_t)rand() % (len / PAGE_BYTES - META_PAGES);
        size_t at = (size_t)rand() % (rand() % 2 ? HEADER_BYTES : PAGE_BYTES);
        bytes[page * PAGE_BYTES + at] ^= (uint8_t)(1 + rand() % 255);
    }
}

static void test_damaged_pages(void **state)
{
    struct fixture *f = *state;
    struct file data, seal;
    unsigned ended = 0;
    assert_int_equal(login(f, evidence()), GDPOP_ALLOWED);
    assert_int_equal(store_left_open(&f->g->conf), 0);
    load(&data, f->dir, "store/data.mdb");
    load(&seal, f->dir, "store/seal");
    uint8_t *bad = malloc(data.len);
    for (unsigned i = 0; i < rounds; i++) {
        memcpy(bad, data.bytes, data.len);
        damage(bad, data.len);
        save(&data, bad, data.len);
        save(&seal, seal.bytes, seal.len);
        int first = login(f, evidence());
        assert_int_not_equal(first, -SIGALRM);
        ended += first < 0;
        assert_true(first >= 0 || store_left_open(&f->g->conf) == 1);
        for (int again = 0; first < 0 && again < 2; again++)
            assert_true(login(f, evidence()) >= 0);
        if (first < 0)
            let_rescue_in(f);
        store_forget_left(&f->g->conf);
        assert_int_equal(store_left_open(&f->g->conf), 0);
    }
    printf("%u of %u were the first to meet a damaged page and ended by it\n", ended, rounds);
    assert_true(ended > 0);
    save(&data, data.bytes, data.len);
    save(&seal, seal.bytes, seal.len);
    assert_int_equal(login(f, evidence()), GDPOP_ALLOWED);
    free(bad);
    free(data.bytes);
    free(seal.bytes);
}

static void die_inside(struct fixture *f)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct call call;
        if (call_open(&call, f->g) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

/* Who has it open, and who has closed it, has not left it. */
static void test_who_is_inside(void **state)
{
    struct fixture *f = *state;
    struct call call;
    assert_ok(call_open(&call, f->g));
    assert_int_equal(store_left_open(&f->g->conf), 0);
    call_close(&call);
    assert_int_equal(store_left_open(&f->g->conf), 0);
    die_inside(f);
    assert_int_equal(store_left_open(&f->g->conf), 1);
    assert_int_equal(login(f, evidence()), GDPOP_ALLOWED);
    assert_int_equal(store_left_open(&f->g->conf), 1); /* until it has been checked */
    store_forget_left(&f->g->conf);
    assert_int_equal(store_left_open(&f->g->conf), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {TEST(test_damaged_pages), TEST(test_who_is_inside)};
    if (argc > 1)
        rounds = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
