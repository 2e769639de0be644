/* SM3 and HMAC-SM3 against known answers; many threads; forked children; no environment. */
#include "base/err.h"
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_hex(const uint8_t digest[static DIGEST_BYTES], const char *hex)
{
    char got[2 * DIGEST_BYTES + 1];
    bytes_to_hex(BYTES(digest, DIGEST_BYTES), got);
    assert_string_equal(got, hex);
}

/* GB/T 32905-2016, annex A; the digest of nothing by the openssl command. */
static void test_sm3(void **state)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
        {"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
        {"abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd",
         "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
    };
    uint8_t out[DIGEST_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes whole = bytes_of_text(cases[i].text);
        assert_int_equal(digest_sm3(&whole, 1, out), 0);
        assert_hex(out, cases[i].hex);
        size_t half = whole.len / 2;
        struct bytes parts[] = {BYTES(cases[i].text, half), BYTES(NULL, 0),
                                BYTES(cases[i].text + half, whole.len - half)};
        assert_int_equal(digest_sm3(parts, 3, out), 0);
        assert_hex(out, cases[i].hex);
    }
    assert_int_equal(digest_sm3(NULL, 0, out), 0);
    assert_hex(out, cases[0].hex);
}

/* openssl dgst -sm3 -mac HMAC over 8 bytes of length and "abc" (and 8 zeros for an empty part). */
static void test_hmac(void **state)
{
    uint8_t key[100], out[DIGEST_BYTES];
    const struct bytes parts[] = {bytes_of_text("abc"), BYTES(NULL, 0)};
    (void)state;
    for (uint8_t i = 0; i < 32; i++)
        key[i] = i;
    assert_int_equal(digest_hmac(BYTES(key, 32), parts, 1, out), 0);
    assert_hex(out, "5524aaa685963a42f682885e6e7727527e102b0b15b638a9cce2fd9d62491868");
    assert_int_equal(digest_hmac(BYTES(key, 32), parts, 2, out), 0);
    assert_hex(out, "6c87a458c1acdac7523dbd5c4929dfa8684e5fc76dfa6d7c9b0b4473b0861893");
    memset(key, 0x0b, 64);
    assert_int_equal(digest_hmac(BYTES(key, 64), parts, 1, out), 0);
    assert_hex(out, "eab1ac905cae9362fea6081e88785552bac1d76e529beeeb8abcdbceb439bd50");
    memset(key, 0xaa, 100); /* longer than a block */
    assert_int_equal(digest_hmac(BYTES(key, 100), parts, 1, out), 0);
    assert_hex(out, "1c2b784107e2556e3b2197f307f2370e87e87f0b1224fcca958a36542d7fcd88");
}

static void test_parts_do_not_run_into_each_other(void **state)
{
    const struct bytes a[] = {bytes_of_text("ab"), bytes_of_text("c")};
    const struct bytes b[] = {bytes_of_text("a"), bytes_of_text("bc")};
    const struct bytes c[] = {bytes_of_text("abc"), bytes_of_text("")};
    uint8_t key[32] = {1}, one[DIGEST_BYTES], two[DIGEST_BYTES], three[DIGEST_BYTES];
    (void)state;
    digest_hmac(BYTES(key, 32), a, 2, one);
    digest_hmac(BYTES(key, 32), b, 2, two);
    digest_hmac(BYTES(key, 32), c, 2, three);
    assert_false(digest_equal(one, two));
    assert_false(digest_equal(one, three));
    assert_false(digest_equal(two, three));
}

static void test_equal_looks_at_every_byte(void **state)
{
    uint8_t a[DIGEST_BYTES] = {0}, b[DIGEST_BYTES] = {0};
    (void)state;
    assert_true(digest_equal(a, b));
    for (int i = 0; i < DIGEST_BYTES; i++) {
        b[i] = 0x80;
        assert_false(digest_equal(a, b));
        b[i] = 0;
    }
}

static void test_random(void **state)
{
    uint8_t a[300] = {0}, b[300] = {0};
    (void)state;
    assert_int_equal(digest_random(a, sizeof(a)), 0);
    assert_int_equal(digest_random(b, sizeof(b)), 0);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a + 268, a + 236, 32);
    assert_int_equal(digest_random(NULL, 0), 0);
}

static bool abc_is_right(void)
{
    struct bytes abc = bytes_of_text("abc");
    uint8_t out[DIGEST_BYTES];
    return digest_sm3(&abc, 1, out) == 0 && out[0] == 0x66 && out[31] == 0xe0;
}

static void *many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++)
        if (!abc_is_right())
            return (void *)1;
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, NULL), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

static void test_forked_child(void **state)
{
    int status;
    (void)state;
    assert_true(abc_is_right());
    pid_t pid = fork();
    if (pid == 0)
        _exit(abc_is_right() ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(abc_is_right());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads), /* the first, so that they meet a library not set up */
        cmocka_unit_test(test_forked_child),
        cmocka_unit_test(test_sm3),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_parts_do_not_run_into_each_other),
        cmocka_unit_test(test_equal_looks_at_every_byte),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
