/* Permits: off-site exceptions (GD-16) and waivers of a setting. One kind of record, from ≤ now <
 * until; the noun is the kind. */
#include "admin/permit.h"
#include "admin/batch.h"

#include "model/address.h"

static int add_exception(struct gdpop_admin *a, const struct request *q)
{
    const char *address = request_text(q, "address");
    struct network n;
    Model__Account *x;
    Model__Permit p;
    char text[50];
    int r;
    if ((r = permit_begin(a, q, &p)) != 0 ||
        (r = admin_account(a, request_word(q, "user"), &x)) != 0 ||
        (r = admin_not_self(a, x->name)) != 0 || (address && (r = network_parse(address, &n)) != 0))
        return r;
    if (strcmp(x->state, "closed") == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the account %s is closed"), x->name);
    p.subject = x->name;
    if (address) {
        network_format(&n, text);
        p.address = admin_copy(a, text);
    }
    p.assessor = (char *)a->actor;
    return p.address ? batch_permit(a, q, "exception", x, &p) : GDPOP_ERR_NOMEM;
}

static int add_waiver(struct gdpop_admin *a, const struct request *q)
{
    int id = setting_find(request_word(q, "name")), r;
    struct setting_value v;
    Model__Account *x;
    Model__Permit p;
    if (id < 0)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no setting %s; see policy show"),
                        request_word(q, "name"));
    if (setting_row(id)->type == SETTING_TYPE_LIST)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s tells which rules a service meets and is waived for nobody"),
                        setting_row(id)->name);
    if ((r = permit_begin(a, q, &p)) != 0 ||
        (r = permit_subject(a, request_word(q, "subject"), AMONG_ACCOUNTS, &p, &x)) != 0 ||
        (r = setting_parse(id, request_word(q, "value"), a->call.arena, &v)) != 0)
        return r;
    p.setting = (char *)setting_row(id)->name;
    p.value = (char *)setting_print(id, &v, a->call.arena);
    return p.value ? batch_permit(a, q, "waiver", x, &p) : GDPOP_ERR_NOMEM;
}

#define TERM_PARAMS                                                                                \
    REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),                    \
        REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),                \
        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), PARAMS_END

#define END_PARAMS                                                                                 \
    (const struct gdpop_param[])                                                                   \
    {                                                                                              \
        POSITIONAL("id", "ID", N_("its number")), PARAMS_END                                       \
    }

#define SUBJECT_LIST_PARAMS                                                                        \
    (const struct gdpop_param[])                                                                   \
    {                                                                                              \
        OPTIONAL("subject", GDPOP_PARAM_WORD, "SUBJECT",                                           \
                 N_("only those of this account or organisation")),                                \
            PARAMS_END                                                                             \
    }

/* OPERATION(noun, verb, help, example, duties, writes, function, parameters) */
#define OPERATION(noun_, verb_, help_, example_, duties_, writes_, run_, ...)                      \
    {                                                                                              \
        .public = {.noun = noun_,                                                                  \
                   .verb = verb_,                                                                  \
                   .help = help_,                                                                  \
                   .example = example_,                                                            \
                   .duties = duties_,                                                              \
                   .writes = writes_,                                                              \
                   .params = __VA_ARGS__},                                                         \
        .run = run_                                                                                \
    }
#define SECURITY GDPOP_DUTY_SECURITY
#define ANY GDPOP_DUTY_ANY

static const struct gdpop_param exception_params[] = {
    POSITIONAL("user", "USER", N_("the account")),
    OPTIONAL("address", GDPOP_PARAM_WORD, "NETWORK", N_("only from this network or address")),
    OPTIONAL("approver", GDPOP_PARAM_WORD, "PERSON", N_("the leader who approved it")),
    BATCH_PARAMS,
    TERM_PARAMS,
};
static const struct gdpop_param waiver_params[] = {
    POSITIONAL("subject", "SUBJECT", N_("an account or an organisation")),
    REQUIRED("name", GDPOP_PARAM_WORD, "NAME", N_("the setting")),
    REQUIRED("value", GDPOP_PARAM_TEXT, "VALUE", N_("its value for the time")),
    BATCH_PARAMS,
    TERM_PARAMS,
};
static const struct gdpop_param exception_list_params[] = {
    OPTIONAL("account", GDPOP_PARAM_WORD, "USER", N_("only those of this account")),
    PARAMS_END,
};

const struct operation operations_permit[] = {
    OPERATION("exception", "add", N_("Let an account log in from outside its workplace."),
              "zhangsan --from 2026-05-01 --until 2026-05-03 --reason 下乡核查 "
              "--paper decision.pdf",
              SECURITY, true, add_exception, exception_params),
    OPERATION("exception", "list", N_("List off-site exceptions."), "--account zhangsan", ANY,
              false, permit_list, exception_list_params),
    OPERATION("exception", "end", N_("End an off-site exception."), "X000001", SECURITY, true,
              permit_end, END_PARAMS),
    OPERATION("waiver", "add",
              N_("Loosen a setting for an account or an organisation, for a time."),
              "zhangsan --name dormant_days --value 200 --from 2026-05-01 --until 2026-08-31 "
              "--reason 产假 --paper decision.pdf",
              SECURITY, true, add_waiver, waiver_params),
    OPERATION("waiver", "list", N_("List waivers of settings."), "--subject zhangsan", ANY, false,
              permit_list, SUBJECT_LIST_PARAMS),
    OPERATION("waiver", "end", N_("End a waiver."), "X000002", SECURITY, true, permit_end,
              END_PARAMS),
    {.public = {.noun = NULL}},
};
