/* Sentences of errors: what is kept, what an error number becomes, and in which language. */
#include "base/err.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

static void test_sentence_is_kept_until_the_next(void **state)
{
    (void)state;
    err_clear();
    assert_string_equal(err_sentence(), "");
    assert_int_equal(err_fail(GDPOP_ERR_FORMAT, "line %d", 3), GDPOP_ERR_FORMAT);
    assert_string_equal(err_sentence(), "line 3");
    assert_string_equal(gdpop_error(), "line 3");
    err_clear();
    assert_string_equal(gdpop_error(), "");
}

static void test_last_sentence_may_be_an_argument(void **state)
{
    (void)state;
    err_fail(GDPOP_ERR_SYSTEM, "disk");
    err_fail(GDPOP_ERR_STORE, "store: %s, %s", err_sentence(), err_sentence());
    assert_string_equal(err_sentence(), "store: disk, disk");
    assert_int_equal(err_prefix(GDPOP_ERR_STORE, "while %s", "reading"), GDPOP_ERR_STORE);
    assert_string_equal(err_sentence(), "while reading: store: disk, disk");
}

static void test_prefix_without_sentence_says_what_the_code_means(void **state)
{
    (void)state;
    err_clear();
    err_prefix(GDPOP_ERR_FULL, "commit");
    assert_string_equal(err_sentence(), "commit: no space left");
}

static void test_errno_becomes_a_code(void **state)
{
    static const struct {
        int number, code;
        const char *ending;
    } cases[] = {
        {ENOSPC, GDPOP_ERR_FULL, "no space left on the device"},
        {EDQUOT, GDPOP_ERR_FULL, "the disk quota is used up"},
        {ENOMEM, GDPOP_ERR_NOMEM, "memory is short"},
        {ENOENT, GDPOP_ERR_NOT_FOUND, "no such file or directory"},
        {EACCES, GDPOP_ERR_SYSTEM, "permission denied"},
        {EIO, GDPOP_ERR_SYSTEM, "input/output error"},
        {EBADF, GDPOP_ERR_SYSTEM, "Bad file descriptor"},
        {99999, GDPOP_ERR_SYSTEM, "unknown system error"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char wanted[100] = "cannot open x: ";
        errno = cases[i].number;
        assert_int_equal(err_errno("cannot open %s", "x"), cases[i].code);
        assert_string_equal(err_sentence(), strcat(wanted, cases[i].ending));
    }
}

static void test_long_sentence_is_cut_between_characters(void **state)
{
    char text[2001] = "";
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "\u5f20", 4);
        err_fail(GDPOP_ERR_FORMAT, "%s", text);
        size_t len = strlen(err_sentence());
        assert_in_range(len, 1000, 1023);
        assert_true(text_is_clean(err_sentence()));
        assert_memory_equal(err_sentence(), text, len);
    }
}

static void *other_thread(void *unused)
{
    (void)unused;
    assert_string_equal(err_sentence(), "");
    err_fail(GDPOP_ERR_FORMAT, "theirs");
    return NULL;
}

static void test_each_thread_has_its_own(void **state)
{
    pthread_t thread;
    (void)state;
    err_fail(GDPOP_ERR_FORMAT, "mine");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(err_sentence(), "mine");
}

static void test_every_code_has_a_meaning(void **state)
{
    (void)state;
    for (int r = 0; r >= GDPOP_ERR_TRAIL; r--) {
        assert_string_not_equal(gdpop_strerror(r), "");
        assert_string_not_equal(gdpop_strerror(r), "unknown error");
        for (int other = 0; other > r; other--)
            assert_string_not_equal(gdpop_strerror(r), gdpop_strerror(other));
    }
    assert_string_equal(gdpop_strerror(GDPOP_ERR_TRAIL - 1), "unknown error");
    assert_string_equal(gdpop_strerror(1), "unknown error");
    assert_string_equal(gdpop_strerror(INT32_MIN), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentence_is_kept_until_the_next),
        cmocka_unit_test(test_last_sentence_may_be_an_argument),
        cmocka_unit_test(test_prefix_without_sentence_says_what_the_code_means),
        cmocka_unit_test(test_errno_becomes_a_code),
        cmocka_unit_test(test_long_sentence_is_cut_between_characters),
        cmocka_unit_test(test_each_thread_has_its_own),
        cmocka_unit_test(test_every_code_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
