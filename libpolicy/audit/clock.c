#include "audit/private.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/host.h"
#include "base/text.h"

int64_t trail_clock_expected(const Model__Event *newest, int64_t uptime, const char *boot_id,
                             int64_t wall_at, bool *stepped)
{
    *stepped = false;
    if (!newest)
        return wall_at;
    bool same_boot = strcmp(newest->boot_id, boot_id) == 0 && uptime >= newest->uptime;
    int64_t expected_at = newest->at + (same_boot ? uptime - newest->uptime : 0);
    bool behind = wall_at < expected_at - CLOCK_DAY;
    bool ahead = same_boot && wall_at > expected_at + CLOCK_DAY;
    if (behind || ahead) {
        *stepped = true;
        return expected_at;
    }
    return wall_at > newest->at ? wall_at : newest->at;
}

static int clock_of(struct txn *t, int64_t *now_at, bool *stepped)
{
    Model__Event *newest;
    char boot_id[40];
    int r = trail_newest(t, &newest, NULL);
    *now_at = 0;
    *stepped = true;
    if (r < 0)
        return r;
    host_boot_id(boot_id);
    *now_at = trail_clock_expected(newest, host_uptime(), boot_id, clock_now(), stepped);
    return 0;
}

int trail_now(struct txn *t, int64_t *now_at)
{
    bool stepped;
    int r = clock_of(t, now_at, &stepped);
    if (r < 0 || !stepped)
        return r;
    char expected[40], wall[40];
    clock_format_rfc3339(*now_at, 480, expected);
    clock_format_rfc3339(clock_now(), 480, wall);
    return err_fail(GDPOP_ERR_CLOCK,
                    _("the clock shows %s, by the audit trail it is %s: set the clock, or have the "
                      "security administrator run gdpop-admin audit accept-clock"),
                    wall, expected);
}

int trail_time(struct txn *t, int64_t *now_at)
{
    bool stepped;
    return clock_of(t, now_at, &stepped);
}

int trail_newest_at(struct txn *t, int64_t *at)
{
    Model__Event *newest;
    int r = trail_newest(t, &newest, NULL);
    *at = r == 0 && newest ? newest->at : 0;
    return r;
}
