/* Windows of vendors: each maintenance noticed in writing and consented to (GD-A1.3). */
#include "admin/batch.h"
#include "admin/permit.h"

static int add(struct gdpop_admin *a, const struct request *q)
{
    struct applying ap;
    Model__Account *x;
    Model__Permit p;
    int r;
    if ((r = permit_begin(a, q, &p)) != 0 ||
        (r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 || (r = office_applying(a, x, "window", &ap)) != 0)
        return r;
    if (ap.applicant != APPLICANT_VENDOR)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is no vendor's account and needs no window"),
                        x->name);
    if ((r = admin_paper(a, "window-notice", request_file(q, "notice"), NULL, a->now_at,
                         &p.notice)) != 0)
        return r;
    p.subject = x->name;
    return batch_permit(a, q, "window", x, &p);
}

static const struct gdpop_param add_params[] = {
    POSITIONAL("user", "USER", N_("the vendor's account")),
    REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
    REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
    REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("what is maintained")),
    REQUIRED("notice", GDPOP_PARAM_FILE, "FILE", N_("the vendor's written notice")),
    BATCH_PARAMS,
    PARAMS_END,
};
static const struct gdpop_param end_params[] = {POSITIONAL("id", "ID", N_("its number")),
                                                PARAMS_END};
static const struct gdpop_param list_params[] = {
    OPTIONAL("account", GDPOP_PARAM_WORD, "USER", N_("only those of this account")), PARAMS_END};

#define OPERATION(verb_, help_, example_, duties_, writes_, run_, params_)                         \
    {                                                                                              \
        .public = {.noun = "window",                                                               \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = params_},                                                             \
        .run = run_                                                                                \
    }
#define MANAGERS (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)

const struct operation operations_window[] = {
    OPERATION("add",
              N_("Let a vendor's account in for one maintenance, with the leader's consent."),
              "gongsi1 --from 2026-05-01T22:00 --until 2026-05-02T02:00 --reason 数据库升级 "
              "--notice notice.pdf --paper consent.pdf",
              MANAGERS, true, add, add_params),
    OPERATION("end", N_("End a vendor's window."), "X000001", MANAGERS, true, permit_end,
              end_params),
    OPERATION("list", N_("List vendors' windows."), "--account gongsi1", GDPOP_DUTY_ANY, false,
              permit_list, list_params),
    {.public = {.noun = NULL}},
};
