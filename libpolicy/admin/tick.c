/* What time asks for; a timer runs it. */
#include "admin/batch.h"
#include "admin/grant.h"
#include "admin/leave.h"
#include "admin/obligation.h"
#include "admin/transfer.h"
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

/* What nobody decided in time comes to nothing. */
static int expire_requests(struct gdpop_admin *a, size_t *expired)
{
    Model__Request **list;
    size_t count;
    int r = store_open_requests(a->call.txn, &list, &count);
    *expired = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (a->now_at < list[i]->expires_at)
            continue;
        for (size_t k = 0; r == 0 && k < list[i]->n_rows; k++)
            if (strcmp(list[i]->rows[k]->state, "submitted") == 0) {
                r = batch_end(a, list[i], list[i]->rows[k], "expired");
                ++*expired;
            }
    }
    return r;
}

/* Readers that were killed were cleared when the write transaction began, and the commit publishes
 * what NSS does not show yet. */
static int tick(struct gdpop_admin *a, const struct request *q)
{
    Model__Session **list;
    size_t count, closed = 0, expired = 0, left = 0, returned = 0, ended = 0;
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
    if (r != 0 || (r = expire_requests(a, &expired)) != 0 || (r = leave_tick(a, &left)) != 0 ||
        (r = transfer_tick(a, &returned)) != 0 || (r = grant_tick(a, &ended)) != 0 ||
        (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sessions_open", _("Open sessions"), (int64_t)(count - closed))) !=
            0 ||
        (r = result_number(a, "sessions_closed", _("Records closed"), (int64_t)closed)) != 0 ||
        (r = result_number(a, "requests_expired", _("Requests expired"), (int64_t)expired)) != 0 ||
        (r = result_number(a, "leavers_frozen", _("Leavers frozen"), (int64_t)left)) != 0 ||
        (r = result_number(a, "secondments_ended", _("Secondments ended"), (int64_t)returned)) !=
            0 ||
        (r = result_number(a, "rights_ended", _("Rights ended"), (int64_t)ended)) != 0 ||
        (r = tick_obligations(a)) != 0)
        return r;
    return result_message(a, _("%zu sessions are open; %zu whose processes were gone are closed"),
                          count - closed, closed);
}

const struct operation operations_tick[] = {
    {.public = {.noun = "tick",
                .verb = "",
                .help = N_("Do what time asks for: close what is over, freeze who has left, end an "
                           "epoch of the trail's seal, remind of obligations and enforce them."),
                .example = "",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = tick},
    {.public = {.noun = NULL}},
};
