#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * CLOCK_SECOND + now.tv_nsec / 1000;
}

/* "for ever" is INT64_MAX in records: sums stop at the ends instead of wrapping. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static int64_t multiply(int64_t a, int64_t positive)
{
    int64_t product;
    if (__builtin_mul_overflow(a, positive, &product))
        return a > 0 ? INT64_MAX : INT64_MIN;
    return product;
}

static int64_t offset_of(int utc_offset_min)
{
    return utc_offset_min * 60 * CLOCK_SECOND;
}

static int64_t floor_divide(int64_t a, int64_t positive)
{
    return a / positive - (a % positive < 0);
}

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. Years are counted from March, so
 * that the leap day is the last one; 400 years have 146097 days. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, struct civil *c)
{
    days += 719468;
    int64_t era = floor_divide(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    c->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    c->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t local_days(int64_t at, int utc_offset_min)
{
    return floor_divide(add(at, offset_of(utc_offset_min)), CLOCK_DAY);
}

struct civil clock_civil(int64_t at, int utc_offset_min)
{
    int64_t local = add(at, offset_of(utc_offset_min));
    int64_t days = floor_divide(local, CLOCK_DAY);
    int second = (int)((local - days * CLOCK_DAY) / CLOCK_SECOND);
    struct civil c = {.hour = second / 3600, .minute = second / 60 % 60, .second = second % 60};
    date_of(days, &c);
    return c;
}

int64_t clock_instant(const struct civil *c, int utc_offset_min)
{
    int64_t second = c->hour * INT64_C(3600) + c->minute * INT64_C(60) + c->second;
    int64_t local = add(multiply(days_of(c->year, c->month, c->day), CLOCK_DAY),
                        multiply(second, CLOCK_SECOND));
    return add(local, -offset_of(utc_offset_min));
}

int64_t clock_day_start(int64_t at, int utc_offset_min, int days)
{
    int64_t day = local_days(at, utc_offset_min) + days;
    return add(multiply(day, CLOCK_DAY), -offset_of(utc_offset_min));
}

int64_t clock_months_end(int64_t at, int utc_offset_min, int months)
{
    struct civil c = clock_civil(at, utc_offset_min);
    int64_t month_count = c.year * INT64_C(12) + c.month - 1 + months;
    int64_t year = floor_divide(month_count, 12);
    int month = (int)(month_count - year * 12) + 1;
    int last = days_in_month(year, month);
    int64_t day = days_of(year, month, c.day < last ? c.day : last);
    return add(multiply(day + 1, CLOCK_DAY), -offset_of(utc_offset_min));
}

/* ---- Reading ---- */

/* Exactly `digits` decimal digits at *text, advanced past them. */
static bool read_number(const char **text, int digits, int min, int max, int *out)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += digits;
    *out = value;
    return value >= min && value <= max;
}

static bool read_char(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool read_date(const char **text, struct civil *c)
{
    return read_number(text, 4, 1900, 9999, &c->year) && read_char(text, '-') &&
           read_number(text, 2, 1, 12, &c->month) && read_char(text, '-') &&
           read_number(text, 2, 1, days_in_month(c->year, c->month), &c->day);
}

/* "08:30", "08:30:00", "08:30:00.123456" */
static bool read_time(const char **text, struct civil *c, int *microsecond)
{
    if (!read_number(text, 2, 0, 23, &c->hour) || !read_char(text, ':') ||
        !read_number(text, 2, 0, 59, &c->minute))
        return false;
    if (!read_char(text, ':'))
        return true;
    if (!read_number(text, 2, 0, 59, &c->second))
        return false;
    if (!read_char(text, '.'))
        return true;
    int digits = (int)strspn(*text, "0123456789");
    if (digits < 1 || digits > 6 || !read_number(text, digits, 0, 999999, microsecond))
        return false;
    for (; digits < 6; digits++)
        *microsecond *= 10;
    return true;
}

/* "", "Z", "+08:00" */
static bool read_offset(const char **text, int *utc_offset_min)
{
    if (**text == '\0')
        return true;
    if (read_char(text, 'Z')) {
        *utc_offset_min = 0;
        return true;
    }
    int sign = **text == '-' ? -1 : 1;
    int hour, minute;
    if (!read_char(text, '+') && !read_char(text, '-'))
        return false;
    if (!read_number(text, 2, 0, 14, &hour) || !read_char(text, ':') ||
        !read_number(text, 2, 0, 59, &minute))
        return false;
    *utc_offset_min = sign * (hour * 60 + minute);
    return true;
}

int clock_parse(const char *text, int utc_offset_min, bool end_of_day, int64_t *at)
{
    struct civil c = {0};
    int microsecond = 0;
    const char *p = text;
    *at = 0;
    bool good = read_date(&p, &c);
    if (good && *p == '\0') {
        *at = clock_day_start(clock_instant(&c, utc_offset_min), utc_offset_min, end_of_day);
        return 0;
    }
    good = good && (read_char(&p, 'T') || read_char(&p, ' ')) && read_time(&p, &c, &microsecond) &&
           read_offset(&p, &utc_offset_min) && *p == '\0';
    if (!good)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("\"%.40s\" is not a date (2026-09-15) or time (2026-09-15 08:30)"), text);
    *at = clock_instant(&c, utc_offset_min) + microsecond;
    return 0;
}

/* ---- Writing ---- */

void clock_format_date(int64_t at, int utc_offset_min, char out[static 16])
{
    struct civil c = clock_civil(at, utc_offset_min);
    snprintf(out, 16, "%04d-%02d-%02d", c.year, c.month, c.day);
}

void clock_format_minute(int64_t at, int utc_offset_min, char out[static 24])
{
    struct civil c = clock_civil(at, utc_offset_min);
    snprintf(out, 24, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

void clock_format_rfc3339(int64_t at, int utc_offset_min, char out[static 40])
{
    struct civil c = clock_civil(at, utc_offset_min);
    int microsecond = (int)(at - floor_divide(at, CLOCK_SECOND) * CLOCK_SECOND);
    int minutes = utc_offset_min < 0 ? -utc_offset_min : utc_offset_min;
    snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d", c.year, c.month, c.day,
             c.hour, c.minute, c.second, microsecond, utc_offset_min < 0 ? '-' : '+', minutes / 60,
             minutes % 60);
}
