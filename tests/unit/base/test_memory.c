/* Secrets, arenas and hexadecimal spelling. */
#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static bool all_zero(const void *at, size_t len)
{
    const unsigned char *p = at;
    for (size_t i = 0; i < len; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void test_secret_takes_512_bytes_and_no_more(void **state)
{
    char long_one[GDPOP_PASSWORD_MAX_BYTES + 1];
    struct secret s;
    (void)state;
    memset(long_one, 'x', sizeof(long_one));
    assert_int_equal(secret_set(&s, long_one, GDPOP_PASSWORD_MAX_BYTES), 0);
    assert_int_equal(s.len, GDPOP_PASSWORD_MAX_BYTES);
    assert_int_equal(strlen(s.text), GDPOP_PASSWORD_MAX_BYTES);
    assert_int_equal(secret_set(&s, long_one, GDPOP_PASSWORD_MAX_BYTES + 1), GDPOP_ERR_TOO_LONG);
    assert_true(all_zero(&s, sizeof(s)));
    assert_int_equal(secret_set(&s, NULL, 0), 0);
    assert_int_equal(s.len, 0);
}

static void test_shorter_secret_leaves_nothing_of_the_longer(void **state)
{
    struct secret s;
    (void)state;
    secret_set(&s, "a longer password", 17);
    secret_set(&s, "ab", 2);
    assert_string_equal(s.text, "ab");
    assert_true(all_zero(s.text + 2, sizeof(s.text) - 2));
    secret_wipe(&s);
    assert_true(all_zero(&s, sizeof(s)));
}

static void test_secrets_are_equal_only_in_all_bytes(void **state)
{
    static const struct {
        const char *a, *b;
        size_t a_len, b_len;
        bool equal;
    } cases[] = {
        {"", "", 0, 0, true},         {"abc", "abc", 3, 3, true},    {"abc", "abd", 3, 3, false},
        {"abc", "abcd", 3, 4, false}, {"a\0b", "a\0c", 3, 3, false}, {"a\0b", "a\0b", 3, 3, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct secret a, b;
        secret_set(&a, cases[i].a, cases[i].a_len);
        secret_set(&b, cases[i].b, cases[i].b_len);
        assert_int_equal(secret_equal(&a, &b), cases[i].equal);
    }
}

static void test_cleared_arena_gives_zeroed_memory_again(void **state)
{
    static const size_t sizes[] = {100, 16 * 1024, 1 << 18, 40, 0};
    struct arena *a = arena_new();
    (void)state;
    arena_clear(a);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 3 * sizeof(sizes) / sizeof(sizes[0]); i++) {
            size_t size = sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
            unsigned char *got = arena_alloc(a, size);
            assert_non_null(got);
            assert_true(all_zero(got, size));
            memset(got, 0xa5, size);
        }
        arena_clear(a);
    }
    arena_free(a);
}

static void test_arena_gives_zeroed_aligned_separate_memory(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4000, 16 * 1024, 16 * 1024 + 1, 1 << 20, 3};
    enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
    unsigned char *got[3 * COUNT];
    struct arena *a = arena_new();
    (void)state;
    assert_non_null(a);
    for (size_t i = 0; i < 3 * COUNT; i++) {
        size_t size = sizes[i % COUNT];
        got[i] = arena_alloc(a, size);
        assert_non_null(got[i]);
        assert_int_equal((uintptr_t)got[i] % _Alignof(max_align_t), 0);
        assert_true(all_zero(got[i], size));
        memset(got[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < 3 * COUNT; i++)
        for (size_t at = 0; at < sizes[i % COUNT]; at++)
            if (got[i][at] != i + 1)
                fail_msg("allocation %zu was written over at %zu", i, at);
    arena_free(a);
    arena_free(NULL);
}

static void test_arena_refuses_what_cannot_be(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX - 32, SIZE_MAX / 2};
    struct arena *a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        err_clear();
        assert_null(arena_alloc(a, sizes[i]));
        assert_string_equal(err_sentence(), "memory is short");
    }
    assert_non_null(arena_alloc(a, 10));
    assert_null(arena_alloc(NULL, 10));
    arena_free(a);
}

static void test_arena_copies(void **state)
{
    struct arena *a = arena_new();
    (void)state;
    assert_string_equal(arena_strdup(a, "text"), "text");
    assert_string_equal(arena_strdup(a, ""), "");
    assert_memory_equal(arena_memdup(a, "a\0b", 3), "a\0b", 3);
    assert_non_null(arena_memdup(a, NULL, 0));
    assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
    assert_int_equal(strlen(arena_printf(a, "%40000d", 1)), 40000);
    arena_free(a);
}

static void test_hex(void **state)
{
    static const struct {
        const char *hex;
        size_t len;
        bool good;
    } cases[] = {
        {"", 0, true},         {"00ff7A", 3, true},    {"00FF7a", 3, true},  {"00ff7", 3, false},
        {"00ff7a0", 3, false}, {"00ff7a00", 3, false}, {"00fg7a", 3, false}, {"0x00ff", 3, false},
        {"00ff7a ", 3, false}, {"", 1, false},         {"+0ff7a", 3, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[3];
        char back[7];
        int r = bytes_from_hex(cases[i].hex, out, cases[i].len);
        assert_int_equal(r, cases[i].good ? 0 : GDPOP_ERR_FORMAT);
        if (r == 0) {
            bytes_to_hex(BYTES(out, cases[i].len), back);
            assert_string_equal(back, cases[i].len ? "00ff7a" : "");
        }
    }
}

static void test_big_endian_sorts_like_numbers(void **state)
{
    static const uint64_t numbers[] = {
        0, 1, 255, 256, 65535, 1u << 31, UINT64_C(1) << 32, UINT64_MAX - 1, UINT64_MAX};
    uint8_t before[8], now[8];
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        bytes_put_be64(now, numbers[i]);
        assert_true(bytes_get_be64(now) == numbers[i]);
        assert_true(i == 0 || memcmp(before, now, 8) < 0);
        memcpy(before, now, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_takes_512_bytes_and_no_more),
        cmocka_unit_test(test_shorter_secret_leaves_nothing_of_the_longer),
        cmocka_unit_test(test_secrets_are_equal_only_in_all_bytes),
        cmocka_unit_test(test_cleared_arena_gives_zeroed_memory_again),
        cmocka_unit_test(test_arena_gives_zeroed_aligned_separate_memory),
        cmocka_unit_test(test_arena_refuses_what_cannot_be),
        cmocka_unit_test(test_arena_copies),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_big_endian_sorts_like_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
