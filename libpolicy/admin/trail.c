/* The audit trail as a whole: verified, and its clock set right. */
#include "admin/admin.h"

static int verify(struct gdpop_admin *a, const struct request *q)
{
    struct trail_report report = {0};
    (void)q;
    int r = trail_verify(a->call.txn, &report);
    if (r != 0 && r != GDPOP_ERR_TRAIL)
        return r;
    a->result.ok = r == 0;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_bool(a, "verified", _("Verified"), a->result.ok)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)report.first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)report.last)) != 0 ||
        (r = result_number(a, "bad", _("First event that does not fit"), (int64_t)report.bad)) !=
            0 ||
        (r = result_text(a, "why", _("Why"), report.why)) != 0)
        return r;
    if (a->result.ok)
        return result_message(a,
                              _("the trail is complete only up to event %llu: what was "
                                "cut off behind it cannot be told from here"),
                              (unsigned long long)report.last);
    return result_message(a, _("the trail does not verify from event %llu on: %s"),
                          (unsigned long long)report.bad, report.why);
}

/* Only the clock's step is accepted here; the event that says so carries the new time. */
static int accept_clock(struct gdpop_admin *a, const struct request *q)
{
    Model__Event e = MODEL__EVENT__INIT;
    char before[24], now[24];
    (void)q;
    clock_format_minute(a->now_at, a->utc_offset_min, before);
    clock_format_minute(clock_now(), a->utc_offset_min, now);
    e.actor = (char *)a->actor;
    e.action = (char *)"audit.accept-clock";
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    e.detail = arena_printf(a->call.arena, "%s -> %s", before, now);
    if (!e.detail)
        return GDPOP_ERR_NOMEM;
    int r = trail_accept_clock(a->call.txn, &e);
    return r != 0 ? r : result_message(a, _("the clock is taken as it stands: %s"), now);
}

const struct operation operations_trail[] = {
    {.public = {.noun = "audit",
                .verb = "verify",
                .help = N_("Recompute the chain of the audit trail."),
                .example = "",
                .duties = GDPOP_DUTY_AUDIT,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = verify},
    {.public = {.noun = "audit",
                .verb = "accept-clock",
                .help = N_("Take the clock as it stands after a step of more than 24 hours."),
                .example = "",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = accept_clock},
    {.public = {.noun = NULL}},
};
