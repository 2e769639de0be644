/* What reaches syslog: the lines are caught by this program's own syslog(). */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

static int caught_priority;
static char caught[4096];

__attribute__((format(printf, 2, 0))) static void catch_line(int priority, const char *format,
                                                             va_list ap)
{
    caught_priority = priority;
    vsnprintf(caught, sizeof(caught), format, ap);
    errno = EIO;
}

#undef syslog
void syslog(int priority, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    catch_line(priority, format, ap);
    va_end(ap);
}

/* syslog() of a fortified build */
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list ap;
    (void)flag;
    va_start(ap, format);
    catch_line(priority, format, ap);
    va_end(ap);
}

static void test_levels(void **state)
{
    (void)state;
    log_error("a %d", 1);
    assert_int_equal(caught_priority, LOG_AUTHPRIV | LOG_ERR);
    assert_string_equal(caught, "gdpop: a 1");
    log_warning("b");
    assert_int_equal(caught_priority, LOG_AUTHPRIV | LOG_WARNING);
    log_notice("c");
    assert_int_equal(caught_priority, LOG_AUTHPRIV | LOG_NOTICE);
    assert_string_equal(caught, "gdpop: c");
}

static void test_errno_is_kept(void **state)
{
    (void)state;
    errno = ENOENT;
    log_error("x");
    assert_int_equal(errno, ENOENT);
}

static void test_nothing_unprintable_gets_out(void **state)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"\u5f20\u4e09", "gdpop: \u5f20\u4e09"},
        {"a\nb", "gdpop: a\\x0ab"}, /* a line of its own would be a forged one */
        {"\x1b[2J", "gdpop: \\x1b[2J"},
        {"\xff", "gdpop: \\xff"},
        {"\u202e", "gdpop: \\xe2\\x80\\xae"},
        {"\xe5\xbc", "gdpop: \\xe5\\xbc"},
        {"\\x0a", "gdpop: \\x5cx0a"},
        {"%n%s", "gdpop: %n%s"},
        {"", "gdpop: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        log_notice("%s", cases[i].text);
        assert_string_equal(caught, cases[i].line);
    }
}

static void test_long_line_is_cut(void **state)
{
    char text[5000];
    (void)state;
    memset(text, '\n', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_notice("%s", text);
    assert_in_range(strlen(caught), 2000, 2060);
    assert_string_equal(caught + strlen(caught) - 4, "\\x0a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_errno_is_kept),
        cmocka_unit_test(test_nothing_unprintable_gets_out),
        cmocka_unit_test(test_long_line_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
