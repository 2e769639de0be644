/* Password hashes: whole passwords, one hash a verification, what is current and what readable. */
#include "base/err.h"
#include "crypto/phash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <crypt.h>
#include <dlfcn.h>
#include <string.h>

/* Every hash of libcrypt that this program computes passes here. */
static int hashes;

char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
    char *(*real)(const char *, const char *, void *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "crypt_rn");
    hashes++;
    return real(phrase, setting, data, size);
}

static struct secret password_of(const char *text)
{
    struct secret s;
    assert_int_equal(secret_set(&s, text, strlen(text)), 0);
    return s;
}

static void make(const struct secret *s, const char *prefix, char out[static PHASH_MAX_BYTES])
{
    char salt[PHASH_MAX_BYTES];
    assert_int_equal(phash_salt(prefix, 0, salt), 0);
    assert_int_equal(phash_make(s, salt, out), 0);
}

/* $6$ and $5$ by openssl passwd, $2a$ from the tests of crypt_blowfish */
static void test_known_answers(void **state)
{
    static const struct {
        const char *password, *hash;
    } cases[] = {
        {"Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnI"
                         "FNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"},
        {"Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"},
        {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    };
    bool match;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct secret s = password_of(cases[i].password);
        assert_int_equal(phash_verify(&s, cases[i].hash, &match), 0);
        assert_true(match);
        s = password_of("Hello world");
        assert_int_equal(phash_verify(&s, cases[i].hash, &match), 0);
        assert_false(match);
    }
}

static void test_one_hash_each(void **state)
{
    char hash[PHASH_MAX_BYTES];
    bool match;
    (void)state;
    struct secret s = password_of("correct horse");
    hashes = 0;
    make(&s, "$y$", hash);
    assert_int_equal(hashes, 1);
    assert_int_equal(phash_verify(&s, hash, &match), 0);
    assert_int_equal(hashes, 2);
    phash_dummy(&s, "$y$", 0);
    assert_int_equal(hashes, 3);
    phash_dummy(&s, "no such prefix", 0);
    assert_int_equal(hashes, 4);
    phash_current(hash, "$y$", 0);
    phash_readable(hash);
    assert_int_equal(hashes, 4);
}

static void test_every_byte_counts(void **state)
{
    static const size_t lengths[] = {1, 72, 73, 255, 256, 510, 511, 512};
    static const char *const prefixes[] = {"$y$", "$6$"};
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            char hash[PHASH_MAX_BYTES];
            bool match = false;
            struct secret s = {.len = lengths[i]};
            memset(s.text, 'x', s.len);
            make(&s, prefixes[p], hash);
            assert_int_equal(phash_verify(&s, hash, &match), 0);
            assert_true(match);
            s.text[s.len - 1] = 'y';
            assert_int_equal(phash_verify(&s, hash, &match), 0);
            assert_false(match);
            s.text[--s.len] = '\0';
            assert_int_equal(phash_verify(&s, hash, &match), 0);
            assert_false(match);
        }
    }
}

static void test_method_that_cuts_makes_no_hash_of_a_long_password(void **state)
{
    static const struct {
        const char *salt;
        size_t max_bytes;
    } cases[] = {{"$2b$05$CCCCCCCCCCCCCCCCCCCCC.", 72}, {"ab", 8}};
    char out[PHASH_MAX_BYTES];
    struct secret s;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        memset(&s, 0, sizeof(s));
        memset(s.text, 'x', cases[i].max_bytes + 1);
        s.len = cases[i].max_bytes + 1;
        assert_int_equal(phash_make(&s, cases[i].salt, out), GDPOP_ERR_TOO_LONG);
        assert_string_equal(out, "");
        s.text[--s.len] = '\0';
        assert_int_equal(phash_make(&s, cases[i].salt, out), 0);
    }
}

static void test_unicode_and_zero_bytes(void **state)
{
    char hash[PHASH_MAX_BYTES];
    bool match = true;
    (void)state;
    struct secret s = password_of("\u5bc6\u7801 \U0001f600 Aa1");
    make(&s, "$y$", hash);
    assert_int_equal(phash_verify(&s, hash, &match), 0);
    assert_true(match);
    /* equal up to the zero byte must not be enough */
    struct secret zero;
    secret_set(&zero, "ab\0cd", 5);
    match = true;
    assert_int_equal(phash_verify(&zero, hash, &match), GDPOP_ERR_ARGUMENT);
    assert_false(match);
    assert_int_equal(phash_make(&zero, hash, hash), GDPOP_ERR_ARGUMENT);
    assert_string_equal(hash, "");
}

static void test_unusable_hashes_never_match(void **state)
{
    static const char *const hashes_of_locked[] = {
        "", "*", "!", "!!", "*0", "x", "$", "$9$abc$def", "!$6$saltstring$svn8", "$y$", "$y$j9T$"};
    (void)state;
    struct secret s = password_of("*");
    for (size_t i = 0; i < sizeof(hashes_of_locked) / sizeof(hashes_of_locked[0]); i++) {
        bool match = true;
        phash_verify(&s, hashes_of_locked[i], &match);
        if (match)
            fail_msg("\"%s\" matched", hashes_of_locked[i]);
        assert_false(phash_readable(hashes_of_locked[i]));
    }
}

static void test_salts(void **state)
{
    char one[PHASH_MAX_BYTES], two[PHASH_MAX_BYTES];
    (void)state;
    assert_int_equal(phash_salt("$y$", 0, one), 0);
    assert_int_equal(phash_salt("$y$", 0, two), 0);
    assert_string_not_equal(one, two);
    assert_int_equal(phash_salt("$6$", 100000, one), 0);
    assert_memory_equal(one, "$6$rounds=100000$", 17);
    assert_int_equal(phash_salt("$nosuch$", 0, one), GDPOP_ERR_CRYPTO);
    assert_string_equal(one, "");
    assert_int_equal(phash_salt("$y$", 99, one), GDPOP_ERR_CRYPTO);
    assert_non_null(strstr(err_sentence(), "\"$y$\" with cost 99"));
}

static void test_current(void **state)
{
    static const struct {
        const char *made_prefix, *prefix;
        unsigned long made_count, count;
        bool current;
    } cases[] = {
        {"$y$", "$y$", 0, 0, true},
        {"$y$", "$y$", 5, 0, true}, /* 5 is the default */
        {"$y$", "$y$", 1, 0, false},
        {"$y$", "$y$", 0, 1, false},
        {"$y$", "$6$", 0, 0, false},
        {"$6$", "$y$", 0, 0, false},
        {"$6$", "$6$", 0, 0, true},
        {"$6$", "$6$", 100000, 0, false},
        {"$6$", "$6$", 0, 100000, false},
        {"$6$", "$6$", 100000, 100000, true},
        {"$6$", "$6$", 10000, 100000, false},
        {"$6$", "$6$", 100000, 10000, false},
        {"$2b$", "$2b$", 5, 5, true},
        {"$2b$", "$2b$", 4, 5, false},
        {"$gy$", "$y$", 0, 0, false},
        {"$y$", "no such", 0, 0, false},
        {"$y$", "", 0, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char salt[PHASH_MAX_BYTES];
        assert_int_equal(phash_salt(cases[i].made_prefix, cases[i].made_count, salt), 0);
        if (phash_current(salt, cases[i].prefix, cases[i].count) != cases[i].current)
            fail_msg("%s for %s %lu", salt, cases[i].prefix, cases[i].count);
    }
}

static void test_readable(void **state)
{
    static const char *const prefixes[] = {"$y$",   "$gy$", "$7$", "$6$", "$5$", "$2b$", "$2y$",
                                           "$sha1", "$md5", "$1$", "$3$", "",    "_"};
    struct secret s = password_of("abc");
    (void)state;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        char hash[PHASH_MAX_BYTES], salt[PHASH_MAX_BYTES];
        /* the cheapest, where a method is slow */
        unsigned long count = strcmp(prefixes[i], "$7$") == 0 ? 6 : 0;
        assert_int_equal(phash_salt(prefixes[i], count, salt), 0);
        assert_int_equal(phash_make(&s, salt, hash), 0);
        if (!phash_readable(hash))
            fail_msg("%s", hash);
        size_t len = strlen(hash);
        hash[len - 1] = '\0';
        if (phash_readable(hash))
            fail_msg("cut: %s", hash);
        hash[len - 1] = ':';
        assert_false(phash_readable(hash));
    }
}

static void test_generated_passwords(void **state)
{
    (void)state;
    for (unsigned chars = 8; chars <= 40; chars++) {
        struct secret a, b;
        assert_int_equal(phash_generate(chars, &a), 0);
        assert_int_equal(phash_generate(chars, &b), 0);
        assert_int_equal(a.len, chars);
        assert_int_equal(strlen(a.text), chars);
        assert_false(secret_equal(&a, &b));
        assert_null(strpbrk(a.text, "0O1lI o"));
        assert_non_null(strpbrk(a.text, "23456789"));
        assert_non_null(strpbrk(a.text, "ABCDEFGHJKLMNPQRSTUVWXYZ"));
        assert_non_null(strpbrk(a.text, "abcdefghijkmnpqrstuvwxyz"));
        assert_non_null(strpbrk(a.text, "-+=%@#"));
    }
    struct secret s;
    assert_int_equal(phash_generate(7, &s), GDPOP_ERR_ARGUMENT);
    assert_int_equal(s.len, 0);
    assert_int_equal(phash_generate(513, &s), GDPOP_ERR_ARGUMENT);
    assert_int_equal(phash_generate(512, &s), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_one_hash_each),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_method_that_cuts_makes_no_hash_of_a_long_password),
        cmocka_unit_test(test_unicode_and_zero_bytes),
        cmocka_unit_test(test_unusable_hashes_never_match),
        cmocka_unit_test(test_salts),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_readable),
        cmocka_unit_test(test_generated_passwords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
