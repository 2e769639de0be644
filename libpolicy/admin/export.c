/* Parts of the trail for the auditor, as files. */
#include "audit/export.h"
#include "admin/admin.h"

#include "base/log.h"

#include <stdlib.h>

enum { PERSON_TEXT_BYTES = 300 }; /* of a name or number; six of them fit the columns */

struct exporting {
    struct trail_export what;
    struct statement made;
    int fd;
};

/* ---- Unmasked: whose the accounts and persons of an event are ---- */

#define PEOPLE_HEAD ",actor_name,actor_number,subject_name,subject_number,object_name,object_number"

/* The person that a name of the trail means, NULL when none. */
static int person_of(struct txn *t, const char *name, Model__Person **p)
{
    Model__Account *x;
    *p = NULL;
    if (!name[0] || strlen(name) > GDPOP_NAME_MAX_BYTES)
        return 0;
    int r = store_get_account(t, name, &x);
    if (r == 0 || r == GDPOP_ERR_NOT_FOUND)
        r = store_get_person(t, r == 0 ? x->person : name, p);
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static int put_people(struct txn *t, const struct trail_line *line,
                      char out[static EXPORT_MORE_BYTES], void *arg)
{
    static const int names[] = {TEXT_ACTOR, TEXT_SUBJECT, TEXT_OBJECT};
    size_t len = 0;
    (void)arg;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        Model__Person *p;
        int r = person_of(t, line->text[names[i]], &p);
        if (r < 0)
            return r;
        const char *texts[] = {p ? p->name : "", p && p->document ? p->document->number : ""};
        for (size_t k = 0; k < 2; k++) {
            size_t bytes = strnlen(texts[k], PERSON_TEXT_BYTES);
            len += line_put_csv(texts[k], bytes, out + len);
        }
    }
    return (int)len;
}

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
    struct exporting *x = a->after_arg;
    uint8_t previous[32], digest[32];
    int r = trail_export(a->call.store, &x->what, x->fd, previous, digest);
    if (r == 0) {
        a->exported = &x->made;
        return 0;
    }
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

/* xlsx is made from CSV and html from JSON Lines, by the program. */
static int choose_form(const struct request *q, struct trail_export *x)
{
    const char *format = request_word(q, "format"), *encoding = request_word(q, "encoding");
    bool csv = strcmp(format, "csv") == 0, table = csv || strcmp(format, "xlsx") == 0;
    x->form = "export";
    x->format = table ? LINE_CSV : LINE_JSONL;
    x->gb18030 = strcmp(encoding, "gb18030") == 0;
    if (encoding[0] && !csv)
        return err_fail(GDPOP_ERR_USAGE, _("--encoding goes with --format csv"));
    if (!request_flag(q, "unmasked"))
        return 0;
    if (!table)
        return err_fail(GDPOP_ERR_USAGE,
                        _("--unmasked goes with --format csv or xlsx: JSON Lines and the page show "
                          "what was recorded, and that is masked"));
    x->more = put_people;
    x->more_head = PEOPLE_HEAD;
    return 0;
}

static int export(struct gdpop_admin *a, const struct request *q)
{
    struct exporting *x = arena_alloc(a->call.arena, sizeof(*x));
    int r = x ? admin_host_in_scope(a) : GDPOP_ERR_NOMEM;
    if (r != 0 || (r = choose_form(q, &x->what)) != 0 || (r = find_range(a, q, &x->what)) != 0)
        return r;
    x->what.made = &x->made;
    x->what.by = a->actor;
    x->what.purpose = admin_copy(a, request_word(q, "purpose"));
    x->what.utc_offset_min = a->utc_offset_min;
    x->fd = atoi(request_word(q, "out"));
    if (!x->what.purpose)
        return GDPOP_ERR_NOMEM;
    a->after = write_out;
    a->after_arg = x;
    const char *detail = x->what.more ? arena_printf(a->call.arena, "unmasked; %s", x->what.purpose)
                                      : x->what.purpose;
    if ((r = admin_event(a, "audit.export", NULL, range(a, &x->what), detail)) != 0 ||
        (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)x->what.first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)x->what.last)) != 0)
        return r;
    return result_message(a, _("events %llu to %llu are exported; gdpop-audit verify reads them"),
                          (unsigned long long)x->what.first, (unsigned long long)x->what.last);
}

int gdpop_admin_sign_copy(struct gdpop_admin *a, const char *form, int fd, int manifest_fd)
{
    err_clear();
    if (!a->exported)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act exported nothing"));
    return trail_sign_copy(&a->g->conf, a->exported, form, fd, manifest_fd);
}

const struct operation operations_export[] = {
    {.public = {.noun = "audit",
                .verb = "export",
                .help = N_("Write events to a file for the auditor, with a signed manifest."),
                .example = "--from 2026-05-01 --to 2026-05-31 --purpose \"monthly audit\" --out "
                           "may.jsonl",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .witnessed = "unmasked",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("from", GDPOP_PARAM_DATE, "DATE", N_("first day, or an instant")),
                        OPTIONAL("to", GDPOP_PARAM_DATE, "DATE", N_("last day, or an instant")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .help = N_("how it is written; jsonl unless said otherwise"),
                         .choices = "jsonl csv xlsx html"},
                        {.name = "encoding",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "ENCODING",
                         .help = N_("of CSV; utf-8 unless said otherwise"),
                         .choices = "utf-8 gb18030"},
                        FLAG("unmasked", N_("with names and document numbers, before witnesses")),
                        REQUIRED("purpose", GDPOP_PARAM_TEXT, "TEXT",
                                 N_("what it is for; the trail records it")),
                        REQUIRED("out", GDPOP_PARAM_STREAM, "FILE", N_("a new file")),
                        PARAMS_END}},
     .run = export},
    {.public = {.noun = NULL}},
};
