/* Parts of the trail for the auditor, as files. */
#include "audit/export.h"
#include "admin/admin.h"

#include "base/log.h"

#include <stdlib.h>

struct exporting {
    struct trail_export what;
    int fd;
};

struct failure {
    struct gdpop_admin *a;
    const struct exporting *x;
    int error;
};

static char *range(struct gdpop_admin *a, const struct trail_export *x)
{
    return arena_printf(a->call.arena, "%llu-%llu", (unsigned long long)x->first,
                        (unsigned long long)x->last);
}

static int write_failure(struct txn *t, void *arg)
{
    struct failure *f = arg;
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)f->a->actor;
    e.action = (char *)"audit.export";
    e.object = range(f->a, &f->x->what);
    e.outcome = (char *)"failed";
    e.detail = (char *)gdpop_strerror(f->error);
    return trail_append(t, &e);
}

/* The event stands by now: who takes the trail away is recorded before it leaves. */
static int write_out(struct gdpop_admin *a)
{
    const struct exporting *x = a->after_arg;
    uint8_t previous[32], digest[32];
    int r = trail_export(a->call.store, &x->what, x->fd, previous, digest);
    if (r == 0)
        return 0;
    char *sentence = arena_strdup(a->call.arena, err_sentence());
    struct failure f = {a, x, r};
    if (store_update(a->call.store, a->call.arena, write_failure, &f) != 0)
        log_error("a failed export by %s could not be recorded: %s", a->actor, err_sentence());
    return sentence ? err_fail(r, "%s", sentence) : r;
}

static int find_range(struct gdpop_admin *a, const struct request *q, struct trail_export *x)
{
    int64_t from_at, until_at;
    uint64_t first, last;
    int r;
    if ((r = request_instant(a, q, "from", false, &from_at)) != 0 ||
        (r = request_instant(a, q, "to", true, &until_at)) != 0 ||
        (r = trail_bounds(a->call.txn, &first, &last)) != 0)
        return r;
    x->first = first;
    x->last = last;
    if (from_at && (r = trail_find(a->call.txn, from_at, &x->first)) != 0)
        return r;
    if (until_at && (r = trail_find(a->call.txn, until_at, &x->last)) == 0)
        x->last--;
    if (r == 0 && (x->first == 0 || x->first > x->last))
        r = err_fail(GDPOP_ERR_NOT_FOUND, _("there is no event in this time"));
    return r;
}

static int export(struct gdpop_admin *a, const struct request *q)
{
    struct exporting *x = arena_alloc(a->call.arena, sizeof(*x));
    const char *format = request_text(q, "format");
    int r = x ? admin_host_in_scope(a) : GDPOP_ERR_NOMEM;
    if (r != 0 || (r = find_range(a, q, &x->what)) != 0)
        return r;
    x->what.format = format && strcmp(format, "csv") == 0 ? LINE_CSV : LINE_JSONL;
    x->what.form = "export";
    x->what.by = a->actor;
    x->what.purpose = admin_copy(a, request_word(q, "purpose"));
    x->what.utc_offset_min = a->utc_offset_min;
    x->fd = atoi(request_word(q, "out"));
    if (!x->what.purpose)
        return GDPOP_ERR_NOMEM;
    a->after = write_out;
    a->after_arg = x;
    if ((r = admin_event(a, "audit.export", NULL, range(a, &x->what), x->what.purpose)) != 0 ||
        (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)x->what.first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)x->what.last)) != 0)
        return r;
    return result_message(a, _("events %llu to %llu are exported; gdpop-audit verify reads them"),
                          (unsigned long long)x->what.first, (unsigned long long)x->what.last);
}

const struct operation operations_export[] = {
    {.public = {.noun = "audit",
                .verb = "export",
                .help = N_("Write events to a file for the auditor, with a signed manifest."),
                .example = "--from 2026-05-01 --to 2026-05-31 --purpose \"monthly audit\" --out "
                           "may.jsonl",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        OPTIONAL("to", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .help = N_("how it is written; jsonl unless said otherwise"),
                         .choices = "jsonl csv"},
                        REQUIRED("purpose", GDPOP_PARAM_TEXT, "TEXT",
                                 N_("what it is for; the trail records it")),
                        REQUIRED("out", GDPOP_PARAM_STREAM, "FILE", N_("a new file")),
                        PARAMS_END}},
     .run = export},
    {.public = {.noun = NULL}},
};
