/* Archives of the trail, and what leaves the store. */
#include "audit/archive.h"
#include "admin/decision.h"
#include <unistd.h>

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
    if (a->held.fd >= 0)
        return err_fail(GDPOP_ERR_ARGUMENT, _("an act makes one archive"));
    r = trail_archive_lock(&a->g->conf, &a->held);
    return r != 0 ? r : trail_archive_make(a->call.store, a->call.arena, a->actor, until_at, made);
}

static int describe(struct gdpop_admin *a, const Model__Archive *x)
{
    const char *path = trail_archive_path(&a->g->conf, x, a->call.arena);
    int r;
    if (!path)
        return GDPOP_ERR_NOMEM;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)x->first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)x->last)) != 0 ||
        (r = result_instant(a, "newest_at", _("Newest event"), x->newest_at)) != 0 ||
        (r = result_instant(a, "made_at", _("Made"), x->made_at)) != 0 ||
        (r = result_instant(a, "pruned_at", _("Taken out of the store"), x->pruned_at)) != 0 ||
        (r = result_text(a, "approver", _("Approved by"), x->approver)) != 0 ||
        (r = result_bool(a, "present", _("File is there"), access(path, F_OK) == 0)) != 0)
        return r;
    return result_text(a, "file", _("File"), path);
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

/* Approved by a leader, recorded, and never younger than the floor (JC-29, TJ-29). */
static int prune(struct gdpop_admin *a, const struct request *q)
{
    struct trail_pruning p = {.now_at = a->now_at, .by = a->actor};
    struct decision decision;
    struct settings s;
    int64_t before_at;
    int r;
    if ((r = admin_host_in_scope(a)) != 0 ||
        (r = request_instant(a, q, "before", false, &before_at)) != 0 ||
        (r = policy_settings(a->call.txn, NULL, 0, &s)) != 0 ||
        (r = decision_read(a, q, &decision)) != 0 ||
        (r = trail_prune_check(a->call.txn, before_at, a->now_at, a->utc_offset_min,
                               (int)settings_number(&s, SETTING_retention_months), &p.first,
                               &p.last)) != 0)
        return r;
    p.approver = decision.approver;
    p.paper = decision.paper;
    if ((r = trail_prune(a->call.txn, &p)) != 0)
        return r;
    char *range = arena_printf(a->call.arena, "%llu-%llu", (unsigned long long)p.first,
                               (unsigned long long)p.last);
    char *why = arena_printf(a->call.arena, "%s; %s", request_word(q, "reason"), decision.text);
    if (!range || !why)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_event(a, "audit.prune", NULL, range, why)) != 0)
        return r;
    return result_message(a, _("events %llu to %llu have left the store; their archives keep them"),
                          (unsigned long long)p.first, (unsigned long long)p.last);
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
                .example = "--before 2026-01-01 --reason space --approver P000009 "
                           "--paper decision.pdf --paper-number 2026-17",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .witnessed = ALWAYS_WITNESSED,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("before", GDPOP_PARAM_DATE, "DATE",
                                 N_("events of before this day")),
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")), DECISION_PARAMS,
                        CONFIRM("DATE"), PARAMS_END}},
     .run = prune},
    {.public = {.noun = NULL}},
};
