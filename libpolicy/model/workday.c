#include "model/workday.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdlib.h>

enum { YEAR_MIN = 2000, YEAR_MAX = 2199, DAYS_MAX = 128, YEARS_MAX = 64 };

static const struct workday_year *find_year(const struct workday_calendar *c, int year)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->years[i].year == year)
            return &c->years[i];
    return NULL;
}

/* Days whose date every year has: New Year, Labour Day, the first three of National Day. */
static bool is_fixed_holiday(const struct civil *d)
{
    return (d->month == 1 && d->day == 1) || (d->month == 5 && d->day <= 2) ||
           (d->month == 10 && d->day <= 3);
}

static int64_t day_number(int64_t at, int utc_offset_min)
{
    int64_t local = at + utc_offset_min * 60 * CLOCK_SECOND;
    int64_t days = local / CLOCK_DAY;
    return local % CLOCK_DAY < 0 ? days - 1 : days;
}

static bool named_day(const struct workday_year *y, int64_t day, bool *works)
{
    for (size_t i = 0; y && i < y->count; i++)
        if (y->days[i].day == day) {
            *works = y->days[i].works;
            return true;
        }
    return false;
}

bool workday_works(const struct workday_calendar *c, int64_t at, int utc_offset_min, bool *known)
{
    enum { NEW_YEARS_DAYS = 28 }; /* days of December that the next year's notice has named */
    struct civil d = clock_civil(at, utc_offset_min);
    const struct workday_year *year = find_year(c, d.year), *next = find_year(c, d.year + 1);
    int64_t day = day_number(at, utc_offset_min);
    bool works, at_year_end = d.month == 12 && d.day >= NEW_YEARS_DAYS;
    *known = year && (!at_year_end || next);
    if (named_day(next, day, &works) || named_day(year, day, &works))
        return works;
    int weekday = (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday; Sunday is 0 */
    return weekday != 0 && weekday != 6 && (year || !is_fixed_holiday(&d));
}

int64_t workday_end(const struct workday_calendar *c, int64_t at, int n, int utc_offset_min,
                    bool *provisional)
{
    *provisional = false;
    int64_t day_at = clock_day_start(at, utc_offset_min, 0);
    while (n > 0) {
        bool known;
        day_at += CLOCK_DAY;
        n -= workday_works(c, day_at, utc_offset_min, &known);
        *provisional |= !known;
    }
    return day_at + CLOCK_DAY;
}

int workday_left(const struct workday_calendar *c, int64_t at, int64_t end_at, int utc_offset_min)
{
    int left = 0;
    bool known;
    for (int64_t day_at = clock_day_start(at, utc_offset_min, 1); day_at < end_at;
         day_at += CLOCK_DAY)
        left += workday_works(c, day_at, utc_offset_min, &known);
    return left;
}

/* ---- Reading ---- */

struct reader {
    struct arena *arena;
    struct workday_calendar *calendar;
    struct workday_year *year; /* NULL before the first */
};

static int begin_year(struct reader *r, const char *value)
{
    struct workday_calendar *c = r->calendar;
    char *end;
    long number = strtol(value, &end, 10);
    if (*end || number < YEAR_MIN || number > YEAR_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("year must lie between %d and %d, it is \"%s\""),
                        YEAR_MIN, YEAR_MAX, value);
    r->year = NULL;
    for (size_t i = 0; i < c->count; i++)
        if (c->years[i].year == number)
            r->year = &c->years[i];
    if (!r->year) {
        if (c->count == YEARS_MAX)
            return err_fail(GDPOP_ERR_FORMAT, _("there are more than %d years"), YEARS_MAX);
        if (!c->years && !(c->years = arena_alloc(r->arena, YEARS_MAX * sizeof(*c->years))))
            return GDPOP_ERR_NOMEM;
        r->year = &c->years[c->count++];
    }
    *r->year =
        (struct workday_year){.year = (int)number, .title = "", .document = "", .issued = ""};
    r->year->days = arena_alloc(r->arena, DAYS_MAX * sizeof(*r->year->days));
    return r->year->days ? 0 : GDPOP_ERR_NOMEM;
}

static int read_day(const struct reader *r, const char *text, int64_t *at)
{
    int error = clock_parse(text, 0, false, at);
    if (error != 0)
        return error;
    struct civil d = clock_civil(*at, 0);
    bool own =
        d.year == r->year->year || (d.year == r->year->year - 1 && d.month == 12 && d.day >= 28);
    return own && *at % CLOCK_DAY == 0
               ? 0
               : err_fail(GDPOP_ERR_FORMAT, _("%s is no day of %d"), text, r->year->year);
}

static int add_day(struct workday_year *y, int64_t day, bool works)
{
    bool before;
    if (named_day(y, day, &before))
        return err_fail(GDPOP_ERR_FORMAT, _("a day is named twice"));
    if (y->count == DAYS_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("a year names more than %d days"), DAYS_MAX);
    y->days[y->count++] = (struct workday){day, works};
    return 0;
}

/* "2026-02-15", or "2026-02-15 2026-02-23" for all from the first to the last. */
static int add_days(struct reader *r, char *value, bool works)
{
    int64_t first_at, last_at;
    char *blank = strchr(value, ' ');
    if (blank)
        *blank = '\0';
    int error = read_day(r, value, &first_at);
    if (error != 0 ||
        (error = read_day(r, blank ? blank + 1 + strspn(blank + 1, " ") : value, &last_at)) != 0)
        return error;
    if (last_at < first_at)
        return err_fail(GDPOP_ERR_FORMAT, _("the last day lies before the first"));
    for (int64_t at = first_at; error == 0 && at <= last_at; at += CLOCK_DAY)
        error = add_day(r->year, at / CLOCK_DAY, works);
    return error;
}

static int take(struct reader *r, const char *key, char *value)
{
    if (strcmp(key, "year") == 0)
        return begin_year(r, value);
    if (!r->year)
        return err_fail(GDPOP_ERR_FORMAT, _("\"year\" must come first"));
    if (strcmp(key, "off") == 0 || strcmp(key, "work") == 0)
        return add_days(r, value, key[0] == 'w');
    const char **text = strcmp(key, "title") == 0      ? &r->year->title
                        : strcmp(key, "document") == 0 ? &r->year->document
                        : strcmp(key, "issued") == 0   ? &r->year->issued
                                                       : NULL;
    if (!text)
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" is not known in a calendar"), key);
    *text = value;
    return 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]))
        text[--len] = '\0';
    return text;
}

static int take_line(struct reader *r, char *line)
{
    line = trim(line);
    if (!text_is_clean(line))
        return err_fail(GDPOP_ERR_FORMAT, _("the line is not clean UTF-8 text"));
    if (!*line || *line == '#')
        return 0;
    char *equals = strchr(line, '=');
    if (!equals)
        return err_fail(GDPOP_ERR_FORMAT, _("\"key = value\" is missing here"));
    *equals = '\0';
    return take(r, trim(line), trim(equals + 1));
}

int workday_parse(struct bytes text, const char *origin, struct arena *a,
                  struct workday_calendar *c)
{
    struct reader reader = {a, c, NULL};
    char *copy = arena_alloc(a, text.len + 1);
    *c = (struct workday_calendar){0};
    if (!copy)
        return GDPOP_ERR_NOMEM;
    if (text.len)
        memcpy(copy, text.data, text.len);
    if (strlen(copy) != text.len)
        return err_fail(GDPOP_ERR_FORMAT, _("%s is no text"), origin);
    unsigned number = 1;
    for (char *line = copy, *next; line; line = next, number++) {
        if ((next = strchr(line, '\n')) != NULL)
            *next++ = '\0';
        int r = take_line(&reader, line);
        if (r != 0)
            return err_prefix(r, "%s:%u", origin, number);
    }
    return c->count > 0 ? 0 : err_fail(GDPOP_ERR_FORMAT, _("%s names no year"), origin);
}
