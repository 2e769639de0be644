#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "model/workday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

enum { OFFSET = 480 };

struct fixture {
    struct arena *arena;
    struct workday_calendar shipped;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    text_language("en");
    if (!f || !(f->arena = arena_new()))
        return -1;
    *state = f;
    return workday_parse(workday_shipped(), "shipped", f->arena, &f->shipped);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    free(f);
    return 0;
}

static int64_t day(const char *date, bool end)
{
    int64_t at;
    assert_int_equal(clock_parse(date, OFFSET, end, &at), 0);
    return at;
}

static void the_tenth_working_day(void **state)
{
    const struct fixture *f = *state;
    const struct {
        const char *left, *last;
        int days;
        bool provisional;
    } cases[] = {
        /* 14 and 28 February are worked, 15 to 23 are off */
        {"2026-02-13", "2026-03-05", 10, false},
        /* 20 September is worked; 25 to 27 September and 1 to 7 October are off */
        {"2026-09-18", "2026-10-09", 10, false},
        {"2026-09-18 23:59", "2026-10-09", 10, false},
        {"2026-09-19", "2026-10-09", 10, false}, /* leaving on a day off */
        {"2026-10-09", "2026-10-10", 1, false},  /* a Saturday that is worked */
        {"2026-10-10", "2026-10-12", 1, false},
        {"2024-02-09", "2024-02-18", 1, false}, /* a Sunday that is worked */
        {"2025-09-30", "2025-10-09", 1, false},
        {"2025-12-18", "2026-01-04", 10, false}, /* over New Year, both years known */
        {"2026-12-11", "2026-12-25", 10, false},
        {"2026-12-14", "2026-12-28", 10, true}, /* 28 December may yet be named */
        {"2026-12-30", "2027-01-04", 2, true},  /* 1 January is off in any year */
        {"2023-06-01", "2023-06-15", 10, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool provisional;
        char last[16];
        int64_t end = workday_end(&f->shipped, day(cases[i].left, false), cases[i].days, OFFSET,
                                  &provisional);
        clock_format_date(end - 1, OFFSET, last);
        if (strcmp(last, cases[i].last) != 0 || provisional != cases[i].provisional)
            fail_msg("leaving %s: %s (%d)", cases[i].left, last, provisional);
        assert_int_equal(end, day(cases[i].last, true));
    }
}

static void working_days_left(void **state)
{
    const struct fixture *f = *state;
    int64_t end = day("2026-03-05", true);
    const struct {
        const char *at;
        int left;
    } cases[] = {
        {"2026-02-13", 10}, {"2026-02-14", 9},       {"2026-02-20", 9},       {"2026-02-27", 5},
        {"2026-03-04", 1},  {"2026-03-04 23:59", 1}, {"2026-03-05 12:00", 0}, {"2026-03-20", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (workday_left(&f->shipped, day(cases[i].at, false), end, OFFSET) != cases[i].left)
            fail_msg("%s", cases[i].at);
}

/* A year as its notice says: days worked = weekdays - days off on weekdays + worked weekends. */
static void the_years_that_ship(void **state)
{
    const struct fixture *f = *state;
    const struct {
        int year, worked;
        const char *from, *until;
    } cases[] = {
        {2024, 251, "2024-01-01", "2025-01-01"},
        {2025, 248, "2025-01-01", "2026-01-01"},
        {2026, 248, "2026-01-01", "2027-01-01"},
    };
    assert_int_equal(f->shipped.count, 3);
    for (size_t i = 0; i < 3; i++) {
        int worked = 0;
        bool known;
        assert_int_equal(f->shipped.years[i].year, cases[i].year);
        assert_string_not_equal(f->shipped.years[i].document, "");
        for (int64_t at = day(cases[i].from, false); at < day(cases[i].until, false);
             at += CLOCK_DAY)
            worked += workday_works(&f->shipped, at, OFFSET, &known);
        assert_int_equal(worked, cases[i].worked);
    }
}

static void what_is_no_calendar(void **state)
{
    const struct fixture *f = *state;
    const struct {
        const char *text, *words; /* NULL: good */
    } cases[] = {
        {"year = 2027\noff = 2027-01-01\nwork = 2027-01-02\n", NULL},
        {"year = 2027\r\noff = 2026-12-31 2027-01-02\r\n", NULL},
        {"", "no year"},
        {"# nothing\n", "no year"},
        {"off = 2027-01-01\n", "x:1: \"year\" must come first"},
        {"year = 27\n", "x:1: year must lie"},
        {"year = 2027\noff = 2026-12-27\n", "x:2: 2026-12-27 is no day of 2027"},
        {"year = 2027\noff = 2028-01-01\n", "x:2: 2028-01-01 is no day of 2027"},
        {"year = 2027\noff = 2027-02-30\n", "x:2"},
        {"year = 2027\noff = 2027-02-03 2027-02-01\n", "before the first"},
        {"year = 2027\noff = 2027-02-03\nwork = 2027-02-03\n", "x:3: a day is named twice"},
        {"year = 2027\nfree = 2027-02-03\n", "x:2: \"free\" is not known"},
        {"year = 2027\nnonsense\n", "x:2"},
        {"year = 2027\n\xff\n", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct workday_calendar c;
        int r = workday_parse(bytes_of_text(cases[i].text), "x", f->arena, &c);
        if (cases[i].words ? r != GDPOP_ERR_FORMAT || !strstr(err_sentence(), cases[i].words)
                           : r != 0 || c.count != 1)
            fail_msg("%zu: %d %s", i, r, err_sentence());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_tenth_working_day, setup, teardown),
        cmocka_unit_test_setup_teardown(working_days_left, setup, teardown),
        cmocka_unit_test_setup_teardown(the_years_that_ship, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_calendar, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
