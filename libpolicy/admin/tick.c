/* What time asks for; a timer runs it. */
#include "admin/obligation.h"
#include "audit/export.h"
#include "base/log.h"

static int tick_obligations(struct gdpop_admin *a)
{
    struct obligation_report o;
    int r;
    if ((r = obligation_tick(a, &o)) != 0 ||
        (r = result_number(a, "obligations_open", _("Open obligations"), (int64_t)o.open)) != 0 ||
        (r = result_number(a, "obligations_overdue", _("Of them overdue"), (int64_t)o.overdue)) !=
            0 ||
        (r = result_number(a, "obligations_done", _("Obligations met"), (int64_t)o.done)) != 0 ||
        (r = result_number(a, "obligations_reminded", _("Reminders"), (int64_t)o.reminded)) != 0 ||
        (r = result_number(a, "accounts_locked", _("Accounts locked"), (int64_t)o.locked)) != 0)
        return r;
    return result_number(a, "obligations_escalated", _("Told to the level above"),
                         (int64_t)o.escalated);
}

/* An epoch whose time is over ends, and each end of one is signed as an anchor. Without the signing
 * key the epochs go on. */
static int tend_trail(struct gdpop_admin *a)
{
    Model__Checkpoint c = MODEL__CHECKPOINT__INIT;
    struct settings s;
    char *line;
    bool ended;
    int r = policy_settings(a->call.txn, NULL, 0, &s);
    const struct trail_limits limits = {(uint32_t)settings_number(&s, SETTING_epoch_sec),
                                        (uint32_t)settings_number(&s, SETTING_epoch_events)};
    if (r != 0 || (r = trail_end_epoch(a->call.txn, &limits, &ended)) != 0 || !ended)
        return r;
    r = trail_checkpoint(a->call.txn, &line, &c.sequence);
    if (r == GDPOP_ERR_KEY) {
        log_error("no checkpoint of the audit trail: %s", err_sentence());
        return 0;
    }
    c.at = a->now_at;
    c.line = line;
    return r == 0 ? store_put_checkpoint(a->call.txn, &c) : r;
}

/* Readers that were killed were cleared when the write transaction began, and the commit publishes
 * what NSS does not show yet. */
static int tick(struct gdpop_admin *a, const struct request *q)
{
    Model__Session **list;
    size_t count, closed = 0;
    int r = admin_open_sessions(a, &list, &count);
    (void)q;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!admin_session_is_gone(a, list[i]))
            continue;
        closed++;
        r = ending_record_session(a->call.txn, list[i], "tick");
    }
    if (r == 0)
        r = tend_trail(a);
    if (r != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sessions_open", _("Open sessions"), (int64_t)(count - closed))) !=
            0 ||
        (r = result_number(a, "sessions_closed", _("Records closed"), (int64_t)closed)) != 0 ||
        (r = tick_obligations(a)) != 0)
        return r;
    return result_message(a, _("%zu sessions are open; %zu whose processes were gone are closed"),
                          count - closed, closed);
}

const struct operation operations_tick[] = {
    {.public = {.noun = "tick",
                .verb = "",
                .help = N_("Do what time asks for: close the records of sessions that are gone, "
                           "end an epoch of the trail's seal, remind of obligations and enforce "
                           "them."),
                .example = "",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = tick},
    {.public = {.noun = NULL}},
};
