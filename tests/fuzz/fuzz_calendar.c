/* Calendars of working days: deadlines over whatever was read stay in order. */
#include "base/clock.h"
#include "model/workday.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Around the turn of a year that was read, and around today's. */
static void count_days(const struct workday_calendar *c, int64_t at)
{
    bool provisional;
    int64_t before = at;
    for (int n = 1; n <= 20; n++) {
        int64_t end = workday_end(c, at, n, 480, &provisional);
        require(end > before);
        int left = workday_left(c, at, end, 480);
        require(left == n - 1 || left == n);
        before = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct workday_calendar c;
    bool known;
    if (a && workday_parse(BYTES(data, size), "fuzz", a, &c) == 0)
        for (size_t i = 0; i < c.count && i < 4; i++) {
            require(c.years[i].title && c.years[i].document && c.years[i].issued);
            int64_t at = (int64_t)(c.years[i].year - 1970) * 365 * CLOCK_DAY;
            workday_works(&c, at, 480, &known);
            if (at > 0)
                count_days(&c, at);
        }
    arena_free(a);
    return 0;
}
