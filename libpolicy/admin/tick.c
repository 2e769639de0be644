/* What time asks for; a timer runs it. */
#include "admin/batch.h"
#include "admin/leave.h"
#include "admin/obligation.h"
#include "admin/permit.h"
#include "admin/service.h"
#include "admin/status.h"
#include "admin/transfer.h"
#include "audit/export.h"
#include "base/log.h"

/* What was done, told in the end. */
struct done {
    size_t open, closed, expired, left, returned, observed;
    struct permit_report permits;
    struct obligation_report obligations;
    const char *failed; /* names of parts */
};

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
static int expire_requests(struct gdpop_admin *a)
{
    struct done *d = a->prepared;
    Model__Request **list;
    size_t count;
    int r = store_open_requests(a->call.txn, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (a->now_at < list[i]->expires_at)
            continue;
        for (size_t k = 0; r == 0 && k < list[i]->n_rows; k++)
            if (strcmp(list[i]->rows[k]->state, "submitted") == 0) {
                r = batch_end(a, list[i], list[i]->rows[k], "expired");
                d->expired++;
            }
    }
    return r;
}

static int close_sessions(struct gdpop_admin *a)
{
    struct done *d = a->prepared;
    Model__Session **list;
    size_t count;
    int r = admin_open_sessions(a, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!admin_session_is_gone(a, list[i]))
            continue;
        d->closed++;
        r = ending_record_session(a->call.txn, list[i], "tick");
    }
    d->open = count - d->closed;
    return r;
}

static int freeze_leavers(struct gdpop_admin *a)
{
    return leave_tick(a, &((struct done *)a->prepared)->left);
}

static int end_secondments(struct gdpop_admin *a)
{
    return transfer_tick(a, &((struct done *)a->prepared)->returned);
}

static int end_permits(struct gdpop_admin *a)
{
    return permit_tick(a, &((struct done *)a->prepared)->permits);
}

static int end_observed(struct gdpop_admin *a)
{
    return observe_tick(a, &((struct done *)a->prepared)->observed);
}

static int tend_obligations(struct gdpop_admin *a)
{
    return obligation_tick(a, &((struct done *)a->prepared)->obligations);
}

static int note_clock(struct gdpop_admin *a)
{
    return trail_note_clock(a->call.txn);
}

/* In this order, each in a transaction of its own: a damaged record of one does not keep leavers
 * from being frozen by another. */
static const struct part {
    const char *name;
    int (*run)(struct gdpop_admin *a);
} parts[] = {
    {"boot", service_note_boot},
    {"clock", note_clock},
    {"sessions", close_sessions},
    {"trail", tend_trail},
    {"requests", expire_requests},
    {"leavers", freeze_leavers},
    {"secondments", end_secondments},
    {"rights", end_permits},
    {"obligations", tend_obligations},
    {"observed", end_observed},
    {"disk", disk_warn},
};

static int show_done(struct gdpop_admin *a, const struct done *d)
{
    const struct obligation_report *o = &d->obligations;
    const struct permit_report *p = &d->permits;
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sessions_open", _("Open sessions"), (int64_t)d->open)) != 0 ||
        (r = result_number(a, "sessions_closed", _("Records closed"), (int64_t)d->closed)) != 0 ||
        (r = result_number(a, "requests_expired", _("Requests expired"), (int64_t)d->expired)) !=
            0 ||
        (r = result_number(a, "leavers_frozen", _("Leavers frozen"), (int64_t)d->left)) != 0 ||
        (r = result_number(a, "secondments_ended", _("Secondments ended"), (int64_t)d->returned)) !=
            0 ||
        (r = result_number(a, "rights_ended", _("Rights ended"), (int64_t)p->rights)) != 0 ||
        (r = result_number(a, "observed_ended", _("Observed accounts ended"),
                           (int64_t)d->observed)) != 0 ||
        (r = result_number(a, "permits_ended", _("Exceptions and windows ended"),
                           (int64_t)p->others)) != 0 ||
        (r = result_number(a, "sessions_warned", _("Told that their end is near"),
                           (int64_t)p->warned)) != 0 ||
        (r = result_number(a, "obligations_open", _("Open obligations"), (int64_t)o->open)) != 0 ||
        (r = result_number(a, "obligations_overdue", _("Of them overdue"), (int64_t)o->overdue)) !=
            0 ||
        (r = result_number(a, "obligations_done", _("Obligations met"), (int64_t)o->done)) != 0 ||
        (r = result_number(a, "obligations_reminded", _("Reminders"), (int64_t)o->reminded)) != 0 ||
        (r = result_number(a, "accounts_locked", _("Accounts locked"), (int64_t)o->locked)) != 0 ||
        (r = result_number(a, "obligations_escalated", _("Told to the level above"),
                           (int64_t)o->escalated)) != 0)
        return r;
    return result_text(a, "failed", _("Parts that failed"), d->failed);
}

/* Readers that were killed were cleared when the write transaction began, and the commit publishes
 * what NSS does not show yet. */
static int tick(struct gdpop_admin *a, const struct request *q)
{
    struct done d = {.failed = ""};
    const char *why, *sentences = "";
    int r = 0;
    (void)q;
    a->prepared = &d;
    for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct done before = d;
        if ((r = admin_part(a, parts[i].name, parts[i].run, &why)) != 0 || !why)
            continue;
        before.failed = d.failed;
        d = before;
        d.failed =
            arena_printf(a->call.arena, "%s%s%s", d.failed, d.failed[0] ? " " : "", parts[i].name);
        sentences = arena_printf(a->call.arena, "%s%s%s", sentences, sentences[0] ? "; " : "", why);
        if (!d.failed || !sentences)
            r = GDPOP_ERR_NOMEM;
    }
    a->prepared = NULL;
    if (r != 0 || (r = show_done(a, &d)) != 0)
        return r;
    a->result.ok = d.failed[0] == '\0';
    if (!a->result.ok)
        return result_message(a, _("these parts failed and the rest was done: %s (%s)"), d.failed,
                              sentences);
    return result_message(a, _("%zu sessions are open; %zu whose processes were gone are closed"),
                          d.open, d.closed);
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
     .run = tick,
     .anyway = true},
    {.public = {.noun = NULL}},
};
