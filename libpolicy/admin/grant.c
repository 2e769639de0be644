#include "admin/batch.h"
#include "admin/permit.h"
#include "admin/role.h"

/* A right that ends with the post (GD-11.3) has no day: 9999-12-31 stands for it. */
static const int64_t with_post_at = INT64_C(253402271999) * CLOCK_SECOND;

static int read_term(struct gdpop_admin *a, const struct request *q, Model__Permit *p)
{
    int r;
    if ((r = request_instant(a, q, "from", false, &p->from_at)) != 0 ||
        (r = request_instant(a, q, "until", true, &p->until_at)) != 0)
        return r;
    if (p->from_at == 0)
        p->from_at = a->now_at;
    if (p->until_at == 0 && request_flag(q, "urgent"))
        return err_fail(GDPOP_ERR_USAGE, _("SZ-10: an urgent right has its end: --until"));
    if (p->until_at == 0)
        p->until_at = with_post_at;
    if (p->from_at >= p->until_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies before --from"));
    return p->until_at > a->now_at ? 0 : err_fail(GDPOP_ERR_USAGE, _("--until has passed already"));
}

static int fill(struct gdpop_admin *a, const struct request *q, Model__Permit *p)
{
    model__permit__init(p);
    p->kind = (char *)"role";
    p->reason = admin_copy(a, request_word(q, "reason"));
    p->setting = admin_copy(a, request_word(q, "role"));
    p->created_by = p->approver = (char *)a->actor;
    p->created_at = a->now_at;
    return p->reason && p->setting ? read_term(a, q, p) : GDPOP_ERR_NOMEM;
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    const char *act = request_flag(q, "urgent") ? "urgent" : "right";
    Model__Account *x;
    Model__Permit p;
    int r;
    if ((r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0)
        return r;
    if (strcmp(x->state, "active") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s; only an active account is given rights"),
                        x->name, word_shown(x->state));
    if ((r = role_check(a, x, request_word(q, "role"), true)) != 0 || (r = fill(a, q, &p)) != 0)
        return r;
    p.subject = x->name;
    return batch_permit(a, q, act, x, &p);
}

static const struct gdpop_param add_params[] = {
    POSITIONAL("user", "USER", N_("the account")),
    REQUIRED("role", GDPOP_PARAM_WORD, "ROLE", N_("the further role")),
    REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
    OPTIONAL("from", GDPOP_PARAM_DATE, "DATE", N_("first day, now when left out")),
    OPTIONAL("until", GDPOP_PARAM_DATE, "DATE", N_("last day; with the post when left out")),
    FLAG("urgent", N_("an urgent right, taken back when its task is done (SZ-10)")),
    BATCH_PARAMS,
    PARAMS_END,
};
static const struct gdpop_param done_params[] = {POSITIONAL("id", "ID", N_("its number")),
                                                 PARAMS_END};
static const struct gdpop_param list_params[] = {
    OPTIONAL("account", GDPOP_PARAM_WORD, "USER", N_("only those of this account")), PARAMS_END};

#define OPERATION(verb_, help_, example_, duties_, writes_, run_, params_)                         \
    {                                                                                              \
        .public = {.noun = "grant",                                                                \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = params_},                                                             \
        .run = run_                                                                                \
    }
#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)

const struct operation operations_grant[] = {
    OPERATION("add", N_("Give an account a further role, for a time or with its post."),
              "zhangsan --role query --until 2026-06-30 --reason 年中统计", MANAGERS, true, add,
              add_params),
    OPERATION("done", N_("Take a further role back."), "X000001", MANAGERS, true, permit_end,
              done_params),
    OPERATION("list", N_("List further roles."), "--account zhangsan", GDPOP_DUTY_ANY, false,
              permit_list, list_params),
    {.public = {.noun = NULL}},
};
