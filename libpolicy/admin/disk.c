/* How much room the store has, and for how long: by the dates of the trail itself. */
#include "admin/status.h"
#include "audit/export.h"
#include "base/log.h"

#include <inttypes.h>

enum { GROWTH_DAYS = 30, FOREVER_DAYS = 36500 };

struct disk {
    uint64_t room, reserve; /* bytes */
    uint64_t growth;        /* bytes of a day */
    int64_t days;           /* until only the reserve is left */
    int64_t warn_days;
};

static int take_instant(const Model__Event *e, void *arg)
{
    *(int64_t *)arg = e->at;
    return 0;
}

/* What an event takes, times the events of a day, over the last month or since the first one. */
static int read_growth(struct gdpop_admin *a, struct disk *d)
{
    uint64_t first, last, from, bytes, count;
    int64_t oldest_at;
    int64_t since_at = a->now_at - GROWTH_DAYS * CLOCK_DAY;
    int r;
    d->growth = 0;
    if ((r = trail_bounds(a->call.txn, &first, &last)) != 0 || first == 0 ||
        (r = trail_find(a->call.txn, since_at, &from)) != 0 ||
        (r = store_records(a->call.txn, &table_event, &count)) != 0 ||
        (r = store_table_bytes(a->call.txn, &table_event, &bytes)) != 0 || count == 0)
        return r;
    if (from > last)
        return 0;
    if ((r = trail_walk(a->call.txn, from, from, take_instant, &oldest_at)) != 0)
        return r;
    int64_t span = a->now_at - oldest_at;
    if (span < CLOCK_DAY)
        span = CLOCK_DAY;
    d->growth = (uint64_t)((double)(last - from + 1) * ((double)bytes / (double)count) *
                           (double)CLOCK_DAY / (double)span);
    return 0;
}

static int read_disk(struct gdpop_admin *a, struct disk *d)
{
    struct settings s;
    int r = policy_settings(a->call.txn, NULL, 0, &s);
    if (r != 0)
        return r;
    d->reserve = (uint64_t)settings_number(&s, SETTING_reserve_mib) << 20;
    d->warn_days = settings_number(&s, SETTING_disk_warn_days);
    if ((r = store_room(a->call.txn, UINT64_MAX, &d->room)) != 0 || (r = read_growth(a, d)) != 0)
        return r;
    uint64_t left = d->room > d->reserve ? d->room - d->reserve : 0;
    d->days = FOREVER_DAYS;
    if (d->growth > 0 && left / d->growth < FOREVER_DAYS)
        d->days = (int64_t)(left / d->growth);
    return 0;
}

static const char *kib(struct gdpop_admin *a, uint64_t bytes)
{
    return arena_printf(a->call.arena, "%" PRIu64, bytes >> 10);
}

int status_disk(struct gdpop_admin *a)
{
    static const char remedy[] = "gdpop-admin audit archive create; gdpop-admin audit prune";
    struct disk d;
    char day[16];
    int r = read_disk(a, &d);
    if (r != 0)
        return r;
    const char *room = kib(a, d.room), *growth = kib(a, d.growth);
    clock_format_date(a->now_at + d.days * CLOCK_DAY, a->utc_offset_min, day);
    const char *when = d.days == FOREVER_DAYS ? _("not in sight") : day;
    if (!room || !growth)
        return GDPOP_ERR_NOMEM;
    if ((r = status_line(a, "room_kib", _("KiB of room for records"), room, d.room >= 2 * d.reserve,
                         d.room < 2 * d.reserve ? remedy : NULL)) != 0 ||
        (r = status_line(a, "growth_kib", _("KiB that the trail grows in a day"), growth, true,
                         NULL)) != 0)
        return r;
    bool soon = d.days < d.warn_days;
    return status_line(a, "full_on", _("Only the reserve will be left on"), when, !soon,
                       soon ? remedy : NULL);
}

int disk_warn(struct gdpop_admin *a)
{
    struct disk d;
    int r = read_disk(a, &d);
    if (r == 0 && d.room < d.reserve)
        log_error("the store has only its reserve of room left (%" PRIu64
                  " KiB): personal logins stop",
                  d.room >> 10);
    else if (r == 0 && d.room < 2 * d.reserve)
        log_warning("room of the store is short (%" PRIu64 " KiB left)", d.room >> 10);
    return r;
}
