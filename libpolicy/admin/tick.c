/* What time asks for; a timer runs it. */
#include "admin/obligation.h"

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
                           "remind of obligations and enforce them."),
                .example = "",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = tick},
    {.public = {.noun = NULL}},
};
