/* What time asks for; a timer runs it. */
#include "admin/batch.h"
#include "admin/grant.h"
#include "admin/leave.h"
#include "admin/transfer.h"

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
        (r = result_number(a, "rights_ended", _("Rights ended"), (int64_t)ended)) != 0)
        return r;
    return result_message(a, _("%zu sessions are open; %zu whose processes were gone are closed"),
                          count - closed, closed);
}

const struct operation operations_tick[] = {
    {.public = {.noun = "tick",
                .verb = "",
                .help = N_("Do what time asks for: close what is over, freeze who has left."),
                .example = "",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = tick},
    {.public = {.noun = NULL}},
};
