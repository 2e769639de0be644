/* Time: instants are UTC microseconds since 1970 (int64_t, names end in _at); civil dates use a
 * fixed offset from UTC in minutes (utc_offset_min, 480 for China), never TZ. */
#ifndef GDPOP_BASE_CLOCK_H
#define GDPOP_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_DAY (INT64_C(86400) * CLOCK_SECOND)

struct civil {
    int year, month, day; /* proleptic Gregorian, month and day from 1 */
    int hour, minute, second;
};

/* CLOCK_REALTIME. */
int64_t clock_now(void);

struct civil clock_civil(int64_t at, int utc_offset_min);
int64_t clock_instant(const struct civil *c, int utc_offset_min);

/* 0:00 of the civil day in which at lies, plus days. */
int64_t clock_day_start(int64_t at, int utc_offset_min, int days);

/* The instant at which something set at `at` and good for `months` calendar months is over: 24:00
 * of the day with the same number, or of the month's last day where that number does not exist
 * (Civil Code 201, 202). Set 2026-03-15 + 6 -> 2026-09-16 0:00; 2026-08-31 + 6 -> 2027-03-01 0:00.
 * Good while now < result. */
int64_t clock_months_end(int64_t at, int utc_offset_min, int months);

/* "2026-09-15", "2026-09-15 08:30", "2026-09-15T08:30:00", with optional "Z" or "+08:00"; without
 * one the offset is used. A date alone is its 0:00; with end_of_day it is 0:00 of the next day (an
 * "until" that is a date is inclusive). Years before 1900 are taken for typing errors. Errors:
 * GDPOP_ERR_FORMAT with a sentence. */
int clock_parse(const char *text, int utc_offset_min, bool end_of_day, int64_t *at);

/* "2026-09-15" / "2026-09-15 08:30" / RFC 3339 with microseconds and offset. */
void clock_format_date(int64_t at, int utc_offset_min, char out[static 16]);
void clock_format_minute(int64_t at, int utc_offset_min, char out[static 24]);
void clock_format_rfc3339(int64_t at, int utc_offset_min, char out[static 40]);

#endif
