#include "admin/admin.h"
#include "admin/lifecycle.h"
#include "admin/obligation.h"

/* An account in force; one taken over that logs in while rules observe; one that is suspended, for
 * longer or for good. */
static bool can_be_frozen(const struct gdpop_admin *a, const Model__Account *x, int64_t until_at)
{
    if (account_in_force(x, a->now_at) || account_is_unfinished(x))
        return true;
    return strcmp(x->state, "frozen") == 0 && x->suspended_until_at != 0 &&
           (until_at == 0 || until_at > x->suspended_until_at);
}

/* Freezing is the safe direction: it holds from the commit on, and the sessions end. */
static int freeze_until(struct gdpop_admin *a, const struct request *q, const char *action,
                        int64_t until_at)
{
    Model__Account *x;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (!can_be_frozen(a, x, until_at))
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s; only an active account can be frozen"),
                        x->name, word_shown(x->state));
    const char *reason = admin_copy(a, request_word(q, "reason"));
    if (!reason)
        return GDPOP_ERR_NOMEM;
    if ((r = lifecycle_freeze(a, x, action, reason, "GD-9", until_at)) != 0)
        return r;
    return result_message(a, _("%s is frozen; its sessions end"), x->name);
}

static int freeze(struct gdpop_admin *a, const struct request *q)
{
    return freeze_until(a, q, "account.freeze", 0);
}

static int suspend(struct gdpop_admin *a, const struct request *q)
{
    int64_t until_at;
    int r = request_instant(a, q, "until", true, &until_at);
    if (r != 0)
        return r;
    if (until_at <= a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies in the past"));
    return freeze_until(a, q, "account.suspend", until_at);
}

/* CQ-6.7: the old password is not to work again, so the new one comes first. */
static int check_obligation(struct gdpop_admin *a, const Model__Account *x)
{
    Model__Obligation *o;
    int r = obligation_locking(a, x->name, &o);
    if (r != 0 || !o)
        return r;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("CQ-6.7: the obligation %s is overdue and keeps %s locked: first account "
                      "initial-password %s, or obligation done where its password lies elsewhere"),
                    o->id, x->name, x->name);
}

/* One that was taken over goes on where its application stands. */
static const char *state_before(const Model__Account *x)
{
    if (x->activated_at || !account_is_adopted(x))
        return "active";
    return x->n_applications && x->applications[x->n_applications - 1]->approval ? "approved"
                                                                                 : "applied";
}

/* Only the security duty unfreezes, and never who froze (DESIGN 7). */
static int unfreeze(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (strcmp(x->state, "frozen") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s, not frozen"), x->name,
                        word_shown(x->state));
    if (x->leave)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is leaving; see leave withdraw"), x->name);
    if (a->self && strcmp(x->frozen_by, a->actor) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("who froze an account does not unfreeze it: ask another administrator "
                          "with the duty security"));
    if ((r = check_obligation(a, x)) != 0)
        return r;
    x->state = (char *)state_before(x);
    x->frozen_at = x->suspended_until_at = 0;
    x->frozen_by = x->frozen_reason = x->frozen_tag = (char *)"";
    x->reviewed_at = a->now_at;
    if ((r = store_put_account(a->call.txn, x)) != 0 ||
        (r = admin_event(a, "account.unfreeze", x->name, NULL,
                         admin_copy(a, request_word(q, "reason")))) != 0)
        return r;
    if (strcmp(x->state, "active") != 0)
        return result_message(a, _("%s is no longer frozen; its application is %s"), x->name,
                              word_shown(x->state));
    return result_message(a, _("%s is active again"), x->name);
}

static int unlock(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    Model__Counter *c;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 ||
        (r = store_get_counter(a->call.txn, x->name, &c)) != 0)
        return r;
    c->n_failures = 0;
    c->locked_until_at = 0;
    if ((r = store_put_counter(a->call.txn, x->name, c)) != 0 ||
        (r = admin_event(a, "account.unlock", x->name, NULL, NULL)) != 0)
        return r;
    return result_message(a, _("%s is unlocked"), x->name);
}

static int close_account(struct gdpop_admin *a, const struct request *q)
{
    Model__Account *x;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (strcmp(x->state, "closed") == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is closed already"), x->name);
    if (x->leave)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is leaving: leave close closes it, once audited"),
                        x->name);
    if ((r = lifecycle_close(a, x, admin_copy(a, request_word(q, "reason")))) != 0)
        return r;
    return result_message(a, _("%s is closed; its name and uid are never given to anyone else"),
                          x->name);
}

#define STATE_OP(v, text, d, safe, function, ...)                                                  \
    {                                                                                              \
        .public = {.noun = "account",                                                              \
                   .verb = v,                                                                      \
                   .help = text,                                                                   \
                   .duties = d,                                                                    \
                   .writes = true,                                                                 \
                   .example = "zhangsan --reason breach",                                          \
                   .params =                                                                       \
                       (const struct gdpop_param[]){POSITIONAL("user", "USER", N_("the account")), \
                                                    __VA_ARGS__, PARAMS_END}},                     \
        .run = function, .anyway = safe                                                            \
    }

const struct operation operations_account_state[] = {
    STATE_OP("close", N_("Close an account for good; its name stays taken."), GDPOP_DUTY_SYSTEM,
             false, close_account, REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
             CONFIRM("USER")),
    STATE_OP("freeze", N_("Freeze an account at once and end its sessions."),
             GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY | GDPOP_DUTY_OFFICER, true, freeze,
             REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why"))),
    {.public = {.noun = "account",
                .verb = "suspend",
                .help = N_("Freeze an account until a day."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "zhangsan --until 2027-03-01 --reason leave",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day of it")),
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END}},
     .run = suspend,
     .anyway = true},
    STATE_OP("unfreeze", N_("Let a frozen account in again."), GDPOP_DUTY_SECURITY, false, unfreeze,
             REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why"))),
    {.public = {.noun = "account",
                .verb = "unlock",
                .help = N_("End a lockout after failed logins."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "zhangsan",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("user", "USER", N_("the account")),
                                                 PARAMS_END}},
     .run = unlock},
    {.public = {.noun = NULL}},
};
