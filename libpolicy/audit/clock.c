#include "audit/private.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/host.h"
#include "base/text.h"
#include <stdlib.h>

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

/* What the clock shows, and what it would if nobody had set it. */
static int put_step(struct txn *t, int64_t wall_at, int64_t expected_at, bool beyond)
{
    Model__Event e = MODEL__EVENT__INIT;
    char expected[40], wall[40];
    bool forward = wall_at > expected_at;
    clock_format_rfc3339(expected_at, 480, expected);
    clock_format_rfc3339(wall_at, 480, wall);
    e.actor = (char *)(uintptr_t) "gdpop";
    e.action = (char *)(uintptr_t) "clock.step";
    e.object = (char *)(uintptr_t)(forward ? "forward" : "back");
    e.outcome = (char *)(uintptr_t)(beyond ? "failed" : "done");
    e.detail =
        arena_printf(txn_arena(t), "%lld seconds, from %s to %s",
                     (long long)(llabs(wall_at - expected_at) / CLOCK_SECOND), expected, wall);
    return e.detail ? trail_append_anyway(t, &e) : GDPOP_ERR_NOMEM;
}

/* A clock that a time service holds goes on with the time since boot; one that was set does not.
 * What it drifts is followed without a word. */
int trail_note_clock(struct txn *t)
{
    enum { DRIFT = 10 * CLOCK_SECOND, STEP = 60 * CLOCK_SECOND };
    char boot_id[40];
    Model__Meta *meta;
    int64_t expected_at, wall_at = clock_now(), base_at = wall_at - host_uptime();
    bool beyond;
    int r = clock_of(t, &expected_at, &beyond);
    if (r < 0 || (r = store_meta(t, &meta)) < 0)
        return r;
    host_boot_id(boot_id);
    bool known = strcmp(meta->clock_boot_id, boot_id) == 0;
    int64_t moved = known ? base_at - meta->clock_base_at : 0;
    bool stepped = known ? llabs(moved) > STEP : beyond;
    if (known && llabs(moved) <= DRIFT)
        return 0;
    if (stepped && (r = put_step(t, wall_at, known ? wall_at - moved : expected_at, beyond)) < 0)
        return r;
    meta->clock_base_at = base_at;
    meta->clock_boot_id = arena_strdup(txn_arena(t), boot_id);
    return meta->clock_boot_id ? store_put_meta(t, meta) : GDPOP_ERR_NOMEM;
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
