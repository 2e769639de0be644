#include "admin/leave.h"

#include "admin/lifecycle.h"
#include "admin/obligation.h"
#include "base/log.h"

static int freeze_leaver(struct gdpop_admin *a, Model__Account *x)
{
    int r;
    x->leave->frozen_at = a->now_at;
    if ((r = lifecycle_end_permits(a, x->name)) != 0 || (r = publish_touch(a->call.txn)) != 0)
        return r;
    if (strcmp(x->state, "active") != 0)
        return store_put_account(a->call.txn, x);
    return lifecycle_freeze(a, x, "account.freeze", N_("left"), "GD-10", 0);
}

static int announce(struct gdpop_admin *a, const struct request *q, Model__Account *x)
{
    Model__Leave *leave = x->leave = arena_alloc(a->call.arena, sizeof(*leave));
    const char *successor = request_text(q, "successor");
    Model__Account *other;
    int r;
    if (!leave)
        return GDPOP_ERR_NOMEM;
    model__leave__init(leave);
    leave->announced_by = (char *)a->actor;
    leave->announced_at = a->now_at;
    leave->expires_before_at = x->expires_at;
    leave->reason = admin_copy(a, request_word(q, "reason"));
    leave->successor = admin_copy(a, successor ? successor : "");
    if (!leave->reason || !leave->successor)
        return GDPOP_ERR_NOMEM;
    if ((r = request_instant(a, q, "on", false, &leave->on_at)) != 0 ||
        (successor && (r = admin_account(a, successor, &other)) != 0))
        return r;
    if (successor && strcmp(successor, x->name) == 0)
        return err_fail(GDPOP_ERR_USAGE, _("nobody succeeds themselves"));
    leave->short_notice = leave->on_at < clock_months_end(a->now_at, a->utc_offset_min, 1);
    /* The login ends with the day even where the timer is late. */
    if (x->expires_at == 0 || leave->on_at < x->expires_at)
        x->expires_at = leave->on_at;
    return 0;
}

/* What the leaver knew is changed by others (CQ-6.7): opened while the duties still stand. */
static int open_obligations(struct gdpop_admin *a, const Model__Account *x)
{
    Model__Person *p;
    size_t opened;
    int r = store_get_person(a->call.txn, x->person, &p);
    return r == 0 ? obligation_open(a, p, x->leave->on_at, &opened) : r;
}

/* Who stays keeps what the announcement asked to be changed; what was asked before still is. */
static int drop_obligations(struct gdpop_admin *a, const Model__Account *x, int64_t announced_at)
{
    Model__Obligation **list;
    size_t count;
    int r = store_open_obligations(a->call.txn, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (strcmp(list[i]->person, x->person) == 0 && list[i]->opened_at == announced_at)
            r = obligation_finish(a, list[i], "the leaving was withdrawn");
    return r;
}

int leave_announce(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    char day[16];
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (strcmp(x->state, "active") != 0 && strcmp(x->state, "frozen") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s; only an active or frozen account leaves"),
                        x->name, word_shown(x->state));
    if (x->leave)
        return err_fail(GDPOP_ERR_EXISTS, _("the leaving of %s is announced already"), x->name);
    if ((r = lifecycle_keep_duty(a, x)) != 0 || (r = announce(a, q, x)) != 0 ||
        (r = open_obligations(a, x)) != 0)
        return r;
    clock_format_date(x->leave->on_at, a->utc_offset_min, day);
    if ((r = admin_event(a, "account.leave", x->name, NULL,
                         arena_printf(a->call.arena, "%s: %s", day, x->leave->reason))) != 0 ||
        (r = x->leave->on_at <= a->now_at ? freeze_leaver(a, x)
                                          : store_put_account(a->call.txn, x)) != 0)
        return r;
    if (x->leave->frozen_at)
        return result_message(a, _("%s is frozen; its sessions end; see leave list"), x->name);
    return result_message(
        a,
        x->leave->short_notice
            ? _("%s leaves on %s: less than a month's notice (SZ-A3.2); see leave list")
            : _("%s leaves on %s; see leave list"),
        x->name, day);
}

/* Until the day; afterwards a returner applies again. */
static int withdraw(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    int r = leave_find(a, q, &x);
    if (r != 0)
        return r;
    if (x->leave->frozen_at)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s has left; close the leaving, and who returns applies again"),
                        x->name);
    int64_t announced_at = x->leave->announced_at;
    x->expires_at = x->leave->expires_before_at;
    x->leave = NULL;
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = drop_obligations(a, x, announced_at)) != 0 ||
        (r = admin_event(a, "leave.withdraw", x->name, NULL, request_word(q, "reason"))) != 0)
        return r;
    return result_message(a, _("%s stays"), x->name);
}

struct listing {
    struct gdpop_admin *a;
    bool all;
    Model__Account **due;
    size_t due_count;
};

static int list_one(struct bytes key, void *message, void *arg)
{
    struct listing *l = arg;
    Model__Account *x = message;
    struct gdpop_admin *a = l->a;
    const char *lacks = NULL;
    bool sees;
    int r;
    (void)key;
    if (!x->leave || (x->leave->closed_at && !l->all))
        return 0;
    if ((r = admin_sees(a, x->organisation, &sees)) != 0 || !sees ||
        (!x->leave->closed_at && (r = leave_lacks(a, x, &lacks)) != 0))
        return r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), x->organisation)) != 0 ||
        (r = result_instant(a, "on", _("Leaves"), x->leave->on_at)) != 0 ||
        (r = result_text(a, "reason", _("Reason"), x->leave->reason)) != 0 ||
        (r = result_instant(a, "frozen_at", _("Frozen"), x->leave->frozen_at)) != 0 ||
        (r = result_bool(a, "short_notice", _("Short notice"), x->leave->short_notice)) != 0 ||
        (r = result_text(a, "lacks", _("Lacks"), lacks)) != 0 ||
        (r = result_instant(a, "gathered_at", _("Records gathered"), x->leave->gathered_at)) != 0 ||
        (r = result_text(a, "gathered_by", _("Gathered by"), x->leave->gathered_by)) != 0)
        return r;
    return result_instant(a, "closed_at", _("Closed"), x->leave->closed_at);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {.a = a, .all = request_flag(q, "all")};
    result_list(a);
    return store_each(a->call.txn, &table_account, BYTES("", 0), list_one, &l);
}

static int find_due(struct bytes key, void *message, void *arg)
{
    struct listing *l = arg;
    const Model__Account *x = message;
    (void)key;
    if (!x->leave || x->leave->frozen_at || x->leave->on_at > l->a->now_at)
        return 0;
    return codec_add_message(l->a->call.arena, &l->due, &l->due_count, message);
}

int leave_tick(struct gdpop_admin *a, size_t *frozen)
{
    struct listing l = {.a = a};
    *frozen = 0;
    int r = store_each(a->call.txn, &table_account, BYTES("", 0), find_due, &l);
    for (size_t i = 0; r == 0 && i < l.due_count && a->ending_count < ADMIN_ENDINGS_MAX; i++) {
        /* One who must not go yet does not stop the others. */
        if (lifecycle_keep_duty(a, l.due[i]) != 0) {
            log_warning("%s", err_sentence());
            continue;
        }
        r = freeze_leaver(a, l.due[i]);
        ++*frozen;
    }
    return r;
}

#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)
#define USER POSITIONAL("user", "USER", N_("the account"))
#define OPERATION(noun_, verb_, help_, example_, duties_, writes_, run_, params_)                  \
    {                                                                                              \
        .public = {.noun = noun_,                                                                  \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = params_},                                                             \
        .run = run_                                                                                \
    }

static const struct gdpop_param leave_params[] = {
    USER,
    REQUIRED("on", GDPOP_PARAM_DATE, "DATE", N_("the day from whose 0:00 on it is frozen")),
    {.name = "reason",
     .kind = GDPOP_PARAM_WORD,
     .required = true,
     .metavar = "REASON",
     .choices = "resigned retired dismissed dead post",
     .help = N_("why; post: another post, which needs a new application")},
    OPTIONAL("successor", GDPOP_PARAM_WORD, "USER", N_("who takes over")),
    PARAMS_END,
};
static const struct gdpop_param withdraw_params[] = {
    USER, REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END};
static const struct gdpop_param list_params[] = {FLAG("all", N_("also those that are closed")),
                                                 PARAMS_END};

const struct operation operations_leave[] = {
    OPERATION("account", "leave", N_("Announce that an account's person leaves."),
              "zhangsan --on 2026-09-18 --reason retired", MANAGERS, true, leave_announce,
              leave_params),
    OPERATION("leave", "list", N_("List who leaves and what is still to do."), "--all",
              GDPOP_DUTY_ANY, false, list, list_params),
    OPERATION("leave", "withdraw", N_("Take an announced leaving back, before its day."),
              "zhangsan --reason stays", MANAGERS, true, withdraw, withdraw_params),
    {.public = {.noun = NULL}},
};
