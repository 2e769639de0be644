/* Working days by the State Council's yearly notices: weekends, days off and weekend days that are
 * worked in exchange. A year without its notice is computed by weekdays and the holidays with fixed
 * dates, and what rests on it is provisional. Civil days by utc_offset_min, as in base/clock.h. */
#ifndef GDPOP_MODEL_WORKDAY_H
#define GDPOP_MODEL_WORKDAY_H

#include "base/arena.h"
#include "base/bytes.h"
#include <stdbool.h>

struct workday {
    int64_t day; /* days since 1970-01-01 */
    bool works;
};

struct workday_year {
    int year;
    const char *title, *document, *issued; /* of the notice; issued is a date */
    size_t count;
    struct workday *days; /* only those that are not as their weekday says */
};

struct workday_calendar {
    size_t count;
    struct workday_year *years;
};

/* Reads calendar files, one behind the other (conf/calendar): "key = value" lines with year
 * (first), title, document, issued, off (a date, or the first and the last), work (a date); #
 * begins a comment. A year named again replaces the one before. The days belong to the year or to
 * the last days of the year before. Everything lies in the arena. Errors: GDPOP_ERR_FORMAT with
 * origin and line; GDPOP_ERR_NOMEM. */
int workday_parse(struct bytes text, const char *origin, struct arena *a,
                  struct workday_calendar *c);
/* The calendars that ship, compiled in. */
struct bytes workday_shipped(void);

/* Whether the civil day of `at` is worked; *known is false without the year's notice (and for the
 * last days of December without the next year's). */
bool workday_works(const struct workday_calendar *c, int64_t at, int utc_offset_min, bool *known);

/* 24:00 of the n-th working day after the civil day of `at` (which is not counted: Civil Code 201);
 * *provisional when a day on the way was not known. */
int64_t workday_end(const struct workday_calendar *c, int64_t at, int n, int utc_offset_min,
                    bool *provisional);

/* Working days after the civil day of `at` and before end_at (a 24:00): 0 on the last day. */
int workday_left(const struct workday_calendar *c, int64_t at, int64_t end_at, int utc_offset_min);

#endif
