/* Rules that only observe. By observe start a host or an organisation that comes from other means
 * begins with its rules observing until a day, so that nobody is locked out on the first one. Wrong
 * passwords, lockout, freezes, closed and expired accounts, lending, initial passwords and lost
 * devices hold at once.
 */
#include "admin/batch.h"
#include "admin/permit.h"

static const struct rule *find_rule(const char *name)
{
    const struct rule *list;
    size_t count = rules_login(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* ---- observe add: one rule ---- */

static int add(struct gdpop_admin *a, const struct request *q)
{
    const struct rule *rule = find_rule(request_word(q, "rule"));
    const char *subject = request_text(q, "subject");
    Model__Account *x;
    Model__Permit p;
    int r;
    if (!subject == !request_flag(q, "all"))
        return err_fail(GDPOP_ERR_USAGE, _("observe add needs either SUBJECT or --all"));
    if (!rule)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no rule %s"), request_word(q, "rule"));
    if (rule->observed == OBSERVED_NEVER)
        return err_fail(GDPOP_ERR_REFUSED, _("%s the rule %s always decides"), rule->serves,
                        rule->name);
    if ((r = permit_begin(a, q, &p)) != 0 ||
        (r = permit_subject(a, subject, AMONG_ACCOUNTS, &p, &x)) != 0)
        return r;
    p.setting = (char *)rule->name;
    return batch_permit(a, q, "observe", x, &p);
}

/* ---- observe start: all that may ---- */

static int choose(struct gdpop_admin *a, const struct request *q, const struct rule **chosen,
                  size_t *count)
{
    const struct rule *list;
    size_t rules = rules_login(&list), named;
    char **names;
    int r = request_all(a, q, "rule", &names, &named);
    *count = 0;
    for (size_t i = 0; r == 0 && named == 0 && i < rules; i++)
        if (list[i].may_start)
            chosen[(*count)++] = &list[i];
    for (size_t i = 0; r == 0 && i < named; i++) {
        const struct rule *rule = find_rule(names[i]);
        bool twice = false;
        if (!rule)
            return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no rule %s"), names[i]);
        if (!rule->may_start)
            return err_fail(GDPOP_ERR_REFUSED, _("%s the rule %s always decides"), rule->serves,
                            rule->name);
        for (size_t k = 0; k < *count; k++)
            twice |= chosen[k] == rule;
        if (!twice)
            chosen[(*count)++] = rule;
    }
    return r;
}

static int start(struct gdpop_admin *a, const struct request *q)
{
    const char *subject = request_text(q, "subject");
    const struct rule *chosen[RULES_MAX];
    Model__Permit p, list[RULES_MAX];
    Model__Account *x;
    char until[24];
    size_t count;
    bool given;
    int r;
    if (!subject == !request_flag(q, "all"))
        return err_fail(GDPOP_ERR_USAGE, _("observe start needs either SUBJECT or --all"));
    if ((r = permit_begin(a, q, &p)) != 0 ||
        (r = permit_subject(a, subject, AMONG_HOSTS, &p, &x)) != 0 ||
        (r = choose(a, q, chosen, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        list[i] = p;
        list[i].setting = (char *)chosen[i]->name;
    }
    result_list(a);
    if ((r = batch_permits(a, q, "observe", x, list, count, &given)) != 0 || !given)
        return r;
    clock_format_minute(p.until_at, a->utc_offset_min, until);
    return result_message(a,
                          _("%zu rules only observe until %s; see account list --would-deny for "
                            "who would be locked out then"),
                          a->result.count, until);
}

static const struct gdpop_param add_params[] = {
    OPTIONAL_POSITIONAL("subject", "SUBJECT", N_("an account or an organisation")),
    OPTIONAL("all", GDPOP_PARAM_FLAG, NULL, N_("everybody")),
    REQUIRED("rule", GDPOP_PARAM_WORD, "NAME", N_("the rule")),
    BATCH_PARAMS,
    REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
    REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
    REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
    PARAMS_END,
};
static const struct gdpop_param end_params[] = {POSITIONAL("id", "ID", N_("its number")),
                                                PARAMS_END};
static const struct gdpop_param list_params[] = {
    OPTIONAL("subject", GDPOP_PARAM_WORD, "SUBJECT",
             N_("only those of this account or organisation")),
    PARAMS_END};

const struct operation operations_observe[] = {
    {.public = {.noun = "observe",
                .verb = "add",
                .help = N_("Let a rule only record, for a time, what it would have denied."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "--all --rule workplace --from 2026-05-01 --until 2026-05-31 --reason "
                           "试运行 --paper decision.pdf",
                .params = add_params},
     .run = add},
    {.public = {.noun = "observe",
                .verb = "list",
                .help = N_("List rules that only observe."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = list_params},
     .run = permit_list},
    {.public = {.noun = "observe",
                .verb = "end",
                .help = N_("Let the rule decide again."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "X000003",
                .params = end_params},
     .run = permit_end},
    {.public = {.noun = "observe",
                .verb = "start",
                .help =
                    N_("Begin on a host or in an organisation with rules that only record, until a "
                       "day."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "host --from 2026-05-01 --until 2026-05-31 --leader P000001 --paper "
                           "decision.pdf --reason 平滑切换",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("subject", "SUBJECT",
                                            N_("an organisation or a host; \"host\" is this one")),
                        OPTIONAL("all", GDPOP_PARAM_FLAG, NULL, N_("everybody")),
                        {.name = "rule",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "NAME",
                         .help = N_("a rule; all that may when left out")},
                        BATCH_PARAMS,
                        REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        REQUIRED("until", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                        PARAMS_END}},
     .run = start},
    {.public = {.noun = NULL}},
};
