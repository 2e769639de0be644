/* Archives of the trail, and what leaves the store. */
#include "audit/archive.h"
#include "admin/admin.h"

/* Written before the write transaction begins: others go on meanwhile. */
static int prepare(struct gdpop_admin *a, const struct request *q)
{
    int64_t until_at;
    if (strcmp(request_word(q, "what"), "create") != 0)
        return 0;
    int r = request_instant(a, q, "to", true, &until_at);
    Model__Archive *made = r == 0 ? arena_alloc(a->call.arena, sizeof(*made)) : NULL;
    if (!made)
        return r != 0 ? r : GDPOP_ERR_NOMEM;
    a->prepared = made;
    return trail_archive_make(a->call.store, a->call.arena, a->actor, until_at, made);
}

static int describe(struct gdpop_admin *a, const Model__Archive *x)
{
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)x->first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)x->last)) != 0 ||
        (r = result_instant(a, "newest_at", _("Newest event"), x->newest_at)) != 0 ||
        (r = result_instant(a, "made_at", _("Made"), x->made_at)) != 0 ||
        (r = result_instant(a, "pruned_at", _("Taken out of the store"), x->pruned_at)) != 0)
        return r;
    return result_text(a, "file", _("File"), trail_archive_path(&a->g->conf, x, a->call.arena));
}

static int list(struct gdpop_admin *a)
{
    Model__Archive **all;
    size_t count;
    result_list(a);
    int r = store_archives(a->call.txn, &all, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = describe(a, all[i]);
    return r;
}

static int archive(struct gdpop_admin *a, const struct request *q)
{
    const Model__Archive *made = a->prepared;
    int r;
    (void)q;
    if (!made)
        return list(a);
    if ((r = trail_archive_put(a->call.txn, made)) != 0 ||
        (r = admin_event(a, "audit.archive", NULL, made->file, NULL)) != 0 ||
        (r = describe(a, made)) != 0)
        return r;
    return result_message(a, _("events %llu to %llu are archived"), (unsigned long long)made->first,
                          (unsigned long long)made->last);
}

static int prune(struct gdpop_admin *a, const struct request *q)
{
    struct settings s;
    uint64_t first, last;
    int64_t before_at;
    int r;
    if ((r = admin_host_in_scope(a)) != 0 ||
        (r = request_instant(a, q, "before", false, &before_at)) != 0 ||
        (r = policy_settings(a->call.txn, NULL, 0, &s)) != 0 ||
        (r = trail_prune_check(a->call.txn, before_at, a->now_at, a->utc_offset_min,
                               (int)settings_number(&s, SETTING_retention_months), &first,
                               &last)) != 0 ||
        (r = trail_prune(a->call.txn, first, last, a->now_at)) != 0)
        return r;
    char *range = arena_printf(a->call.arena, "%llu-%llu", (unsigned long long)first,
                               (unsigned long long)last);
    if (!range || (r = admin_event(a, "audit.prune", NULL, range, request_word(q, "reason"))) != 0)
        return range ? r : GDPOP_ERR_NOMEM;
    return result_message(a, _("events %llu to %llu have left the store; their archives keep them"),
                          (unsigned long long)first, (unsigned long long)last);
}

const struct operation operations_archive[] = {
    {.public = {.noun = "audit",
                .verb = "archive",
                .help = N_("Archive the closed epochs of the trail, or list the archives."),
                .example = "create --to 2026-03-31",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .params = (const struct gdpop_param[]){{.name = "what",
                                                        .kind = GDPOP_PARAM_WORD,
                                                        .positional = true,
                                                        .required = true,
                                                        .metavar = "create|list",
                                                        .help = N_("what to do"),
                                                        .choices = "create list"},
                                                       OPTIONAL("to", GDPOP_PARAM_DATE, "DATE",
                                                                N_("last day of a new archive")),
                                                       PARAMS_END}},
     .prepare = prepare,
     .run = archive},
    {.public = {.noun = "audit",
                .verb = "prune",
                .help = N_("Take events out of the store that archives keep and that are older "
                           "than the retention."),
                .example = "--before 2026-01-01 --reason \"disk space\"",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){REQUIRED("before", GDPOP_PARAM_DATE, "DATE",
                                                                N_("events of before this day")),
                                                       REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT",
                                                                N_("why")),
                                                       CONFIRM("DATE"), PARAMS_END}},
     .run = prune},
    {.public = {.noun = NULL}},
};
