/* Libraries loaded when they are needed: what is missing is told, and nothing is called. */
#include "base/err.h"
#include "base/library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

struct table {
    unsigned (*ZSTD_versionNumber)(void);
    const char *(*ZSTD_versionString)(void);
};

static void test_functions_can_be_called(void **state)
{
    struct table t = {0};
    const struct library_function functions[] = {
        LIBRARY_FUNCTION(t, ZSTD_versionNumber),
        LIBRARY_FUNCTION(t, ZSTD_versionString),
    };
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(library_load("libzstd.so.1", functions, 2), 0);
    assert_true(t.ZSTD_versionNumber() >= 10400);
    assert_int_equal(t.ZSTD_versionString()[0], '1');
}

static void test_what_is_missing_is_told_each_time(void **state)
{
    struct table t = {0};
    const struct library_function functions[] = {
        {"ZSTD_versionNumber", &t.ZSTD_versionNumber},
        {"ZSTD_no_such_function", &t.ZSTD_versionString},
    };
    (void)state;
    for (int i = 0; i < 2; i++) {
        err_clear();
        assert_int_equal(library_load("libzstd.so.1", functions, 2), GDPOP_ERR_SYSTEM);
        assert_non_null(strstr(err_sentence(), "libzstd.so.1"));
        assert_non_null(strstr(err_sentence(), "ZSTD_no_such_function"));
        err_clear();
        assert_int_equal(library_load("libno-such.so.7", functions, 1), GDPOP_ERR_SYSTEM);
        assert_non_null(strstr(err_sentence(), "libno-such.so.7"));
        assert_null(t.ZSTD_versionNumber);
        assert_null(t.ZSTD_versionString);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_can_be_called),
        cmocka_unit_test(test_what_is_missing_is_told_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
