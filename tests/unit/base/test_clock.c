/* Civil dates, periods of months and the spelling of instants. */
#include "base/clock.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CHINA = 480 };

static int64_t at(const char *text)
{
    int64_t instant;
    if (clock_parse(text, CHINA, false, &instant) < 0)
        fail_msg("%s", err_sentence());
    return instant;
}

static void test_known_instants(void **state)
{
    static const struct {
        struct civil c;
        int offset_min;
        int64_t second;
    } cases[] = {
        {{1970, 1, 1, 0, 0, 0}, 0, 0},
        {{1970, 1, 1, 8, 0, 0}, CHINA, 0},
        {{1969, 12, 31, 23, 59, 59}, 0, -1},
        {{2000, 2, 29, 0, 0, 0}, 0, 951782400},
        {{2026, 9, 16, 0, 0, 0}, CHINA, 1789488000},
        {{1900, 3, 1, 0, 0, 0}, 0, -2203891200},
        {{2100, 2, 28, 23, 59, 59}, 0, 4107542399},
        {{1, 1, 1, 0, 0, 0}, 0, -62135596800},
        {{2026, 1, 1, 0, 0, 0}, -210, 1767238200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t instant = clock_instant(&cases[i].c, cases[i].offset_min);
        assert_int_equal(instant, cases[i].second * CLOCK_SECOND);
        struct civil c = clock_civil(instant + CLOCK_SECOND - 1, cases[i].offset_min);
        assert_memory_equal(&c, &cases[i].c, sizeof(c));
    }
}

static void test_each_day_of_800_years_goes_there_and_back(void **state)
{
    struct civil before = {1599, 12, 31, 0, 0, 0};
    (void)state;
    int64_t first = clock_instant(&before, 0) / CLOCK_DAY;
    for (int64_t day = first + 1; day <= first + 2 * 146097; day++) {
        struct civil c = clock_civil(day * CLOCK_DAY, 0);
        if (clock_instant(&c, 0) != day * CLOCK_DAY)
            fail_msg("%d-%d-%d", c.year, c.month, c.day);
        if (c.day != before.day + 1 && c.day != 1)
            fail_msg("after %d-%d-%d comes %d-%d-%d", before.year, before.month, before.day, c.year,
                     c.month, c.day);
        before = c;
    }
    assert_int_equal(before.year, 2399);
    assert_int_equal(before.month, 12);
    assert_int_equal(before.day, 31);
}

static void test_day_start(void **state)
{
    static const struct {
        const char *at;
        int days;
        const char *start;
    } cases[] = {
        {"2026-09-15 00:00:00", 0, "2026-09-15"},  {"2026-09-15 23:59:59.999999", 0, "2026-09-15"},
        {"2026-09-15 12:00", 1, "2026-09-16"},     {"2024-02-28 12:00", 1, "2024-02-29"},
        {"2025-02-28 12:00", 1, "2025-03-01"},     {"2026-01-01 00:00", -1, "2025-12-31"},
        {"2026-09-14 16:00:00Z", 0, "2026-09-15"}, {"2026-09-15 15:59:59Z", 0, "2026-09-15"},
        {"2026-09-15 16:00:00Z", 0, "2026-09-16"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(clock_day_start(at(cases[i].at), CHINA, cases[i].days),
                         at(cases[i].start));
}

static void test_months_end(void **state)
{
    static const struct {
        const char *set;
        int months;
        const char *over;
    } cases[] = {
        {"2026-03-15 09:30", 6, "2026-09-16"},
        {"2026-03-15 00:00:00", 6, "2026-09-16"},
        {"2026-03-15 23:59:59.999999", 6, "2026-09-16"},
        {"2026-03-16 00:00:00", 6, "2026-09-17"},
        {"2026-08-31", 6, "2027-03-01"}, /* through 28 February */
        {"2023-08-31", 6, "2024-03-01"}, /* through 29 February */
        {"2023-08-30", 6, "2024-03-01"},
        {"2023-08-29", 6, "2024-03-01"},
        {"2023-08-28", 6, "2024-02-29"},
        {"2026-08-28", 6, "2027-03-01"},
        {"2026-08-27", 6, "2027-02-28"},
        {"2024-02-29", 12, "2025-03-01"},
        {"2024-02-29", 48, "2028-03-01"},
        {"2026-03-31", 1, "2026-05-01"},
        {"2026-04-30", 1, "2026-05-31"}, /* the same number, not the month's end */
        {"2026-12-31", 1, "2027-02-01"},
        {"2026-06-30", 6, "2026-12-31"},
        {"2026-07-31", 5, "2027-01-01"},
        {"2026-07-31", 0, "2026-08-01"},
        {"2026-03-31", -1, "2026-03-01"},
        {"2026-01-15", -1, "2025-12-16"},
        {"2026-01-31", 1200, "2126-02-01"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char got[24];
        clock_format_minute(clock_months_end(at(cases[i].set), CHINA, cases[i].months), CHINA, got);
        if (clock_months_end(at(cases[i].set), CHINA, cases[i].months) != at(cases[i].over))
            fail_msg("%s + %d months: %s", cases[i].set, cases[i].months, got);
    }
}

static void test_for_ever_does_not_wrap(void **state)
{
    (void)state;
    assert_true(clock_months_end(INT64_MAX, CHINA, 12) > INT64_MAX - CLOCK_DAY * 400);
    assert_true(clock_day_start(INT64_MAX, CHINA, 5) > INT64_MAX - CLOCK_DAY);
    assert_true(clock_day_start(INT64_MIN, -CHINA, -5) < INT64_MIN + CLOCK_DAY);
    struct civil far = {INT32_MAX, 12, 31, 23, 59, 59};
    assert_true(clock_instant(&far, -CHINA) == INT64_MAX);
    char date[16], minute[24], full[40];
    clock_format_date(INT64_MIN, CHINA, date);
    clock_format_minute(INT64_MIN, CHINA, minute);
    clock_format_rfc3339(INT64_MAX, CHINA, full);
    assert_string_equal(full, "294247-01-10T04:00:54.775807+08:00");
}

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        bool end_of_day;
        int64_t second; /* -1: refused */
    } cases[] = {
        {"2026-09-15", false, 1789401600},
        {"2026-09-15", true, 1789488000},
        {"2024-02-29", true, 1709222400},
        {"2026-09-15 08:30", false, 1789432200},
        {"2026-09-15 08:30", true, 1789432200},
        {"2026-09-15T08:30:00", false, 1789432200},
        {"2026-09-15T00:30:00Z", false, 1789432200},
        {"2026-09-15T00:30Z", false, 1789432200},
        {"2026-09-15T08:30:00+08:00", false, 1789432200},
        {"2026-09-14T21:00:00-03:30", false, 1789432200},
        {"2026-02-29", false, -1},
        {"2100-02-29", false, -1},
        {"2026-13-01", false, -1},
        {"2026-00-01", false, -1},
        {"2026-04-31", false, -1},
        {"2026-04-00", false, -1},
        {"0000-01-01", false, -1},
        {"1899-12-31", false, -1},
        {"1970-01-01 08:00", false, 0},
        {"2026-9-15", false, -1},
        {"26-09-15", false, -1},
        {"2026-09-15 24:00", false, -1},
        {"2026-09-15 08:60", false, -1},
        {"2026-09-15 08:30:60", false, -1},
        {"2026-09-15 8:30", false, -1},
        {"2026-09-15 08", false, -1},
        {"2026-09-15  08:30", false, -1},
        {"2026-09-15 08:30 ", false, -1},
        {"2026-09-15 08:30:00.", false, -1},
        {"2026-09-15 08:30:00.1234567", false, -1},
        {"2026-09-15 08:30:00+8", false, -1},
        {"2026-09-15 08:30:00+08:60", false, -1},
        {"2026-09-15 08:30:00+15:00", false, -1},
        {"2026-09-15Z", false, -1},
        {"2026/09/15", false, -1},
        {"-026-09-15", false, -1},
        {"+026-09-15", false, -1},
        {"", false, -1},
        {"today", false, -1},
        {"\xef\xbc\x92"
         "026-09-15",
         false, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t instant = 7;
        int r = clock_parse(cases[i].text, CHINA, cases[i].end_of_day, &instant);
        if (cases[i].second < 0) {
            if (r != GDPOP_ERR_FORMAT || instant != 0)
                fail_msg("\"%s\" was read", cases[i].text);
        } else if (r != 0 || instant != cases[i].second * CLOCK_SECOND) {
            fail_msg("\"%s\" -> %d, %lld", cases[i].text, r, (long long)(instant / CLOCK_SECOND));
        }
    }
    clock_parse("soon", CHINA, false, &(int64_t){0});
    assert_string_equal(err_sentence(),
                        "\"soon\" is not a date (2026-09-15) or time (2026-09-15 08:30)");
}

static void test_spelling(void **state)
{
    char date[16], minute[24], full[40];
    (void)state;
    int64_t instant = at("2026-09-15 08:30:07.000042");
    clock_format_date(instant, CHINA, date);
    clock_format_minute(instant, CHINA, minute);
    clock_format_rfc3339(instant, CHINA, full);
    assert_string_equal(date, "2026-09-15");
    assert_string_equal(minute, "2026-09-15 08:30");
    assert_string_equal(full, "2026-09-15T08:30:07.000042+08:00");
    assert_int_equal(at(full), instant);
    clock_format_rfc3339(instant, -210, full);
    assert_string_equal(full, "2026-09-14T21:00:07.000042-03:30");
    assert_int_equal(at(full), instant);
    clock_format_rfc3339(-1, 0, full);
    assert_string_equal(full, "1969-12-31T23:59:59.999999+00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_instants),
        cmocka_unit_test(test_each_day_of_800_years_goes_there_and_back),
        cmocka_unit_test(test_day_start),
        cmocka_unit_test(test_months_end),
        cmocka_unit_test(test_for_ever_does_not_wrap),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
