/* Sealed records: opened only whole, in their place, with their key. */
#include "base/err.h"
#include "crypto/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/gdpop-seal-XXXXXX";
static struct keyring *ring;

static int make_ring(void **state)
{
    (void)state;
    return mkdtemp(dir) && keyring_create(dir) == 0 && keyring_open(dir, &ring) == 0 ? 0 : -1;
}

static int remove_ring(void **state)
{
    char path[64];
    (void)state;
    keyring_free(ring);
    for (int i = 1; i <= 2; i++) {
        snprintf(path, sizeof(path), "%s/seal-%d.key", dir, i);
        unlink(path);
    }
    return rmdir(dir);
}

static struct seal_place place_of(const char *table, const char *key)
{
    return (struct seal_place){table, bytes_of_text(key), 3};
}

static void assert_refused(const struct keyring *k, struct seal_place place, struct bytes sealed)
{
    struct arena *a = arena_new();
    struct bytes plain = BYTES("x", 1);
    place.schema = 99;
    assert_int_equal(seal_open(k, &place, sealed, a, &plain), GDPOP_ERR_SEAL);
    assert_null(plain.data);
    assert_int_equal(plain.len, 0);
    assert_int_equal(place.schema, 99);
    arena_free(a);
}

static void test_any_length_comes_back(void **state)
{
    static const size_t lengths[] = {0, 1, 15, 16, 17, 31, 32, 300, 4096, 100001};
    static uint8_t text[100001];
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct arena *a = arena_new();
        struct seal_place place = place_of("account", "zhang");
        struct bytes sealed, again, plain, given = BYTES(text, lengths[i]);
        assert_int_equal(seal_wrap(ring, &place, given, a, &sealed), 0);
        assert_int_equal(sealed.len, lengths[i] + SEAL_OVERHEAD_BYTES);
        assert_int_equal(seal_wrap(ring, &place, given, a, &again), 0);
        assert_false(bytes_equal(sealed, again)); /* a nonce of its own */
        if (lengths[i] >= 16)
            assert_null(memmem(sealed.data, sealed.len, text, 16));
        place.schema = 0;
        assert_int_equal(seal_open(ring, &place, sealed, a, &plain), 0);
        assert_true(bytes_equal(plain, given));
        assert_int_equal(place.schema, 3);
        arena_free(a);
    }
}

static void test_every_bit_and_every_length_matters(void **state)
{
    struct arena *a = arena_new();
    struct seal_place place = place_of("account", "zhang");
    struct bytes sealed;
    (void)state;
    assert_int_equal(seal_wrap(ring, &place, bytes_of_text("zhang@440000"), a, &sealed), 0);
    for (size_t i = 0; i < sealed.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t *altered = arena_memdup(a, sealed.data, sealed.len);
            altered[i] ^= (uint8_t)(1 << bit);
            assert_refused(ring, place, BYTES(altered, sealed.len));
        }
        assert_refused(ring, place, BYTES(arena_memdup(a, sealed.data, i), i));
    }
    uint8_t *longer = arena_alloc(a, sealed.len + 1);
    memcpy(longer, sealed.data, sealed.len);
    assert_refused(ring, place, BYTES(longer, sealed.len + 1));
    assert_refused(ring, place, BYTES(NULL, 0));
    arena_free(a);
}

static void test_opens_in_its_place_only(void **state)
{
    struct arena *a = arena_new();
    struct seal_place place = place_of("account", "zhang");
    struct bytes sealed;
    (void)state;
    assert_int_equal(seal_wrap(ring, &place, bytes_of_text("rights"), a, &sealed), 0);
    assert_refused(ring, place_of("account", "li"), sealed);
    assert_refused(ring, place_of("person", "zhang"), sealed);
    assert_refused(ring, place_of("accountz", "hang"), sealed); /* the same letters in a row */
    assert_refused(ring, place_of("account", ""), sealed);
    arena_free(a);
}

static void test_sentence_names_the_place(void **state)
{
    struct arena *a = arena_new();
    struct seal_place text = place_of("account", "zhang");
    struct seal_place binary = {"session", BYTES("\x00\x01\xfe", 3), 0};
    struct bytes plain;
    (void)state;
    seal_open(ring, &text, BYTES("cut", 3), a, &plain);
    assert_string_equal(err_sentence(), "table account, key zhang: the record was cut");
    seal_open(ring, &binary, BYTES("cut", 3), a, &plain);
    assert_string_equal(err_sentence(), "table session, key 0001fe: the record was cut");
    arena_free(a);
}

static void test_both_keys_open_after_a_rotation(void **state)
{
    struct arena *a = arena_new();
    struct seal_place place = place_of("account", "zhang");
    struct bytes old, new, plain;
    struct keyring *both;
    (void)state;
    assert_int_equal(seal_wrap(ring, &place, bytes_of_text("old"), a, &old), 0);
    assert_int_equal(keyring_create(dir), 0);
    assert_int_equal(keyring_open(dir, &both), 0);
    assert_int_equal(seal_wrap(both, &place, bytes_of_text("new"), a, &new), 0);
    assert_int_equal(seal_open(both, &place, old, a, &plain), 0);
    assert_true(bytes_equal(plain, bytes_of_text("old")));
    assert_int_equal(seal_open(both, &place, new, a, &plain), 0);
    assert_true(bytes_equal(plain, bytes_of_text("new")));
    assert_refused(ring, place, new); /* a ring without the new key */
    assert_non_null(strstr(err_sentence(), "a key that is not on this host"));
    keyring_free(both);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_length_comes_back),
        cmocka_unit_test(test_every_bit_and_every_length_matters),
        cmocka_unit_test(test_opens_in_its_place_only),
        cmocka_unit_test(test_sentence_names_the_place),
        cmocka_unit_test(test_both_keys_open_after_a_rotation),
    };
    return cmocka_run_group_tests(tests, make_ring, remove_ring);
}
