/* The auditor's routine: that a period was examined, with what finding and what follows (JC-17). */
#include "admin/register.h"
#include "audit/export.h"

enum { ARGS_MAX = 12 };

static void give(struct request *q, struct gdpop_arg *args, const char *name, const char *value)
{
    if (value)
        args[q->count++] = (struct gdpop_arg){name, value, strlen(value)};
}

/* "name=value" of an entry. */
static void give_field(struct gdpop_admin *a, struct request *q, struct gdpop_arg *args,
                       const char *name, const char *value)
{
    if (value)
        give(q, args, "field", arena_printf(a->call.arena, "%s=%s", name, value));
}

static int find_events(struct gdpop_admin *a, const struct request *q, uint64_t *first,
                       uint64_t *last)
{
    int64_t from_at, until_at;
    int r;
    if ((r = request_instant(a, q, "from", false, &from_at)) != 0 ||
        (r = request_instant(a, q, "to", true, &until_at)) != 0 ||
        (r = trail_find(a->call.txn, from_at, first)) != 0 ||
        (r = trail_find(a->call.txn, until_at, last)) != 0)
        return r;
    if (until_at <= from_at)
        return err_fail(GDPOP_ERR_USAGE, _("--to lies before --from"));
    if (*first >= *last)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no event in this time"));
    --*last;
    return 0;
}

static int sign(struct gdpop_admin *a, const struct request *q, const char *organisation,
                uint64_t first, uint64_t last)
{
    struct gdpop_arg args[ARGS_MAX];
    struct request add = {q->operation, args, 0};
    struct bytes paper = request_file(q, "paper");
    give(&add, args, "register", "trail-review");
    give(&add, args, "org", organisation);
    give(&add, args, "paper-number", request_text(q, "paper-number"));
    if (paper.len > 0)
        args[add.count++] = (struct gdpop_arg){"paper", paper.data, paper.len};
    give_field(a, &add, args, "from",
               arena_printf(a->call.arena, "%llu", (unsigned long long)first));
    give_field(a, &add, args, "up_to",
               arena_printf(a->call.arena, "%llu", (unsigned long long)last));
    give_field(a, &add, args, "finding", request_text(q, "finding"));
    return register_add(a, &add);
}

/* Of the entry that was just added. */
static int follow_up(struct gdpop_admin *a, const struct request *q)
{
    struct gdpop_arg args[ARGS_MAX];
    struct request move = {q->operation, args, 0};
    give(&move, args, "id", a->rows[a->result.count - 1].fields[0].text);
    give(&move, args, "state", "outstanding");
    give_field(a, &move, args, "follow_up", request_text(q, "follow-up"));
    give_field(a, &move, args, "follow_up_by", request_text(q, "follow-up-by"));
    return register_move_entry(a, &move);
}

static int review(struct gdpop_admin *a, const struct request *q)
{
    const char *follow = request_text(q, "follow-up"), *by = request_text(q, "follow-up-by");
    Model__Host *host;
    uint64_t first, last;
    int r;
    if (!follow != !by)
        return err_fail(GDPOP_ERR_USAGE, _("--follow-up and --follow-up-by belong together"));
    if ((r = admin_host_in_scope(a)) != 0 ||
        (r = store_get_host(a->call.txn, a->host_id, &host)) != 0 ||
        (r = find_events(a, q, &first, &last)) != 0 ||
        (r = sign(a, q, host->organisation, first, last)) != 0 ||
        (follow && (r = follow_up(a, q)) != 0))
        return r;
    return result_message(a, _("the examination of events %llu to %llu is on record"),
                          (unsigned long long)first, (unsigned long long)last);
}

const struct operation operations_review[] = {
    {.public = {.noun = "audit",
                .verb = "review",
                .help = N_("Record that a period of the trail was examined, with finding and "
                           "follow-up."),
                .example = "--from 2026-05-01 --to 2026-05-31 --finding 无异常",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        REQUIRED("to", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        REQUIRED("finding", GDPOP_PARAM_TEXT, "TEXT", N_("what was found")),
                        OPTIONAL("follow-up", GDPOP_PARAM_TEXT, "TEXT", N_("what is to be done")),
                        OPTIONAL("follow-up-by", GDPOP_PARAM_DATE, "DATE", N_("by when")),
                        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE",
                                 N_("a scan of it; its digest is kept")),
                        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER",
                                 N_("its number or shelf mark")),
                        PARAMS_END}},
     .run = review},
    {.public = {.noun = NULL}},
};
