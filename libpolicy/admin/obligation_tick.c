#include "admin/obligation.h"

#include "admin/calendar.h"
#include "admin/lifecycle.h"
#include "admin/register.h"

enum { FIRST_REMINDER = 5, LAST_REMINDER = 1 }; /* working days before the end */

struct ticking {
    struct gdpop_admin *a;
    struct workday_calendar calendar;
    int days;
    struct obligation_report *report;
};

/* A notice that has come meanwhile may move the end. */
static int compute_anew(struct ticking *t, Model__Obligation *o)
{
    bool provisional;
    if (!o->provisional)
        return 0;
    int64_t due_at =
        workday_end(&t->calendar, o->left_at, t->days, t->a->utc_offset_min, &provisional);
    if (due_at == o->due_at && provisional == o->provisional)
        return 0;
    char day[16];
    o->due_at = due_at;
    o->provisional = provisional;
    clock_format_date(due_at - 1, t->a->utc_offset_min, day);
    int r = store_put_obligation(t->a->call.txn, o);
    return r != 0 ? r : obligation_event(t->a, o, "obligation.compute", admin_copy(t->a, day));
}

static int remind(struct ticking *t, Model__Obligation *o)
{
    int left = workday_left(&t->calendar, t->a->now_at, o->due_at, t->a->utc_offset_min);
    unsigned due = left <= LAST_REMINDER    ? LAST_REMINDER
                   : left <= FIRST_REMINDER ? FIRST_REMINDER
                                            : 0;
    if (due == 0 || (o->reminded && o->reminded <= due))
        return 0;
    o->reminded = due;
    t->report->reminded++;
    int r = store_put_obligation(t->a->call.txn, o);
    const char *text = arena_printf(t->a->call.arena, "%d", left);
    if (r != 0 || !text)
        return r != 0 ? r : GDPOP_ERR_NOMEM;
    return obligation_event(t->a, o, "obligation.remind", text);
}

static int tell_above(struct ticking *t, Model__Obligation *o)
{
    Model__Organisation *org;
    int r = store_get_organisation(t->a->call.txn, o->organisation, &org);
    if (r != 0)
        return r;
    o->escalated_to = *org->supervised_by ? org->supervised_by : org->id;
    t->report->escalated++;
    if ((r = store_put_obligation(t->a->call.txn, o)) != 0)
        return r;
    return obligation_event(t->a, o, "obligation.escalate", o->escalated_to);
}

static int lock_account(struct ticking *t, const Model__Obligation *o, Model__Account *x)
{
    struct gdpop_admin *a = t->a;
    int r;
    x->state = (char *)"frozen";
    x->frozen_at = a->now_at;
    x->frozen_by = (char *)a->actor;
    x->frozen_tag = (char *)"CQ-6.7";
    x->frozen_reason =
        admin_copy(a, _("the password was not changed in time after its holder left"));
    x->suspended_until_at = 0;
    t->report->locked++;
    if (!x->frozen_reason)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = store_put_obligation(a->call.txn, o)) != 0 ||
        (r = ending_record(a->call.txn, x->name, a->actor)) != 0 ||
        (r = admin_end_sessions_after(a, x->uid)) != 0)
        return r;
    return obligation_event(a, o, "obligation.lock", x->name);
}

/* A service account, a secret, and the last holder of a duty are not locked: what depends on them
 * would stand still. The level above is told, once. A personal account is locked whenever it is
 * found in force: one that was suspended at the end, or had been unfrozen. */
static int enforce(struct ticking *t, Model__Obligation *o)
{
    Model__Account *x = NULL;
    int r;
    bool known_before = o->enforced_at != 0;
    if (*o->account && (r = store_get_account(t->a->call.txn, o->account, &x)) != 0)
        return r;
    bool lockable = x && !x->service && account_in_force(x, t->a->now_at);
    if (known_before && !lockable)
        return 0;
    if (t->a->ending_count == ADMIN_ENDINGS_MAX)
        return 0; /* the next tick goes on */
    if (!known_before)
        o->enforced_at = t->a->now_at;
    r = lockable ? lifecycle_keep_duty(t->a, x) : 0;
    if (r == 0 && lockable)
        return lock_account(t, o, x);
    if (r != 0 && r != GDPOP_ERR_REFUSED)
        return r;
    if (known_before)
        return 0;
    return r != 0 || !x || x->service ? tell_above(t, o) : store_put_obligation(t->a->call.txn, o);
}

static int tick_one(struct ticking *t, Model__Obligation *o)
{
    bool met, known;
    int r = obligation_is_met(t->a, o, &met, &known);
    if (r != 0)
        return r;
    if (met) {
        t->report->done++;
        return obligation_finish(t->a, o, _("changed or closed since"));
    }
    if ((r = compute_anew(t, o)) != 0)
        return r;
    t->report->open++;
    t->report->overdue += t->a->now_at >= o->due_at;
    return t->a->now_at >= o->due_at ? enforce(t, o) : remind(t, o);
}

int obligation_tick(struct gdpop_admin *a, struct obligation_report *report)
{
    struct ticking t = {.a = a, .report = report};
    Model__Obligation **list;
    struct settings s;
    size_t count;
    *report = (struct obligation_report){0};
    int r = store_open_obligations(a->call.txn, &list, &count);
    if (r != 0 || count == 0)
        return r;
    if ((r = calendar_read(a, &t.calendar)) != 0 || (r = register_settings(a, &s)) != 0)
        return r;
    t.days = (int)settings_number(&s, SETTING_obligation_days);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = tick_one(&t, list[i]);
    return r;
}
