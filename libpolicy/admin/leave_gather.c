/* What the audit of a leaving begins with (GD-10, SZ-24): all that is on record of the person, and
 * the events of the last months, in one signed file. */
#include "admin/dossier.h"
#include "admin/leave.h"
#include "audit/export.h"
#include "audit/extract.h"
#include "audit/sink.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MONTHS_DEFAULT = 6, MONTHS_MAX = 120 };

struct gathering {
    struct gdpop_admin *a;
    Model__Account *account;
    struct dossier dossier;
    const char *names[4];
    struct trail_extract what;
    struct statement made;
    const char *text; /* the records */
    size_t text_len, events;
    int64_t gathered_before_at;
    char *gathered_before_by;
    int fd;
};

/* The records as text in the arena: an act that is not committed leaves nothing behind. */
static int keep_records(struct gathering *g, const char *range)
{
    struct gdpop_admin *a = g->a;
    const char *title =
        arena_printf(a->call.arena, _("Records for the leaving audit of %s"), g->account->name);
    char *text = NULL;
    size_t len;
    g->dossier.out = title ? open_memstream(&text, &len) : NULL;
    if (!g->dossier.out)
        return GDPOP_ERR_NOMEM;
    dossier_begin(&g->dossier, g->account->name, title, range);
    int r = leave_write_records(a, g->account, &g->dossier);
    bool failed = ferror(g->dossier.out);
    if ((fclose(g->dossier.out) != 0 || failed) && r == 0)
        r = GDPOP_ERR_NOMEM;
    if (r == 0 && (g->text = arena_memdup(a->call.arena, text, len)) == NULL)
        r = GDPOP_ERR_NOMEM;
    g->text_len = len;
    free(text);
    return r;
}

/* ---- The file, once the event stands ---- */

static int write_event(const struct trail_line *line, void *arg)
{
    struct gathering *g = arg;
    g->events++;
    return dossier_event(&g->dossier, line);
}

static int fill(struct gathering *g, int fd)
{
    const struct conf *conf = store_conf(g->a->call.store);
    FILE *out = g->dossier.out = fdopen(fd, "w");
    if (!out)
        return GDPOP_ERR_NOMEM;
    fwrite(g->text, 1, g->text_len, out);
    dossier_events_begin(&g->dossier);
    int r = trail_extract(g->a->call.store, &g->what);
    dossier_end(&g->dossier);
    if (r == 0 && (fflush(out) != 0 || ferror(out)))
        r = err_errno(_("the records cannot be written"));
    snprintf(g->made.by, sizeof(g->made.by), "%s", g->a->actor);
    snprintf(g->made.purpose, sizeof(g->made.purpose), "leave %s", g->account->name);
    if (r == 0)
        r = trail_sign_end(conf, &g->made, "leave", fd);
    return r;
}

static int copy_out(int from, int to)
{
    char block[1 << 14];
    struct sink sink;
    ssize_t n = 0;
    int r = sink_open(&sink, to, false);
    if (r != 0)
        return r;
    for (off_t at = 0; r == 0 && (n = pread(from, block, sizeof(block), at)) > 0; at += n)
        r = sink_write(&sink, block, (size_t)n);
    return sink_close(&sink, r == 0 && n < 0 ? GDPOP_ERR_SYSTEM : r);
}

/* What is signed is made where nobody else can write. */
static int make_file(struct gathering *g)
{
    int fd = memfd_create("gdpop-leave", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(_("the records cannot be written"));
    int r = fill(g, fd);
    if (r == 0)
        r = copy_out(fd, g->fd);
    if (g->dossier.out)
        fclose(g->dossier.out);
    else
        close(fd);
    return r;
}

static int take_back(struct txn *t, void *arg)
{
    struct gathering *g = arg;
    Model__Event e = MODEL__EVENT__INIT;
    Model__Account *x;
    int r = store_get_account(t, g->account->name, &x);
    if (r != 0)
        return r;
    if (x->leave) {
        x->leave->gathered_at = g->gathered_before_at;
        x->leave->gathered_by = g->gathered_before_by;
    }
    e.actor = (char *)g->a->actor;
    e.action = (char *)"leave.gather";
    e.subject = x->name;
    e.outcome = (char *)"failed";
    e.service = (char *)"gdpop-admin";
    return (r = store_put_account(t, x)) != 0 ? r : trail_append(t, &e);
}

static int write_out(struct gdpop_admin *a)
{
    struct gathering *g = a->after_arg;
    int r = make_file(g);
    if (r == 0 && (r = result_number(a, "events", _("Events"), (int64_t)g->events)) == 0)
        return result_message(a,
                              _("the records of %s and %zu events are in the file; gdpop-audit "
                                "verify checks its signature"),
                              g->account->name, g->events);
    char *sentence = arena_strdup(a->call.arena, err_sentence());
    if (store_update(a->call.store, a->call.arena, take_back, g) != 0)
        log_error("what %s failed to gather could not be recorded: %s", a->actor, err_sentence());
    return err_fail(r, "%s", sentence ? sentence : gdpop_strerror(r));
}

/* ---- leave gather ---- */

/* Whoever audits: an auditor of an organisation that a regulation names for this leaving, or of one
 * above it. */
static int check_place(struct gdpop_admin *a, const Model__Account *x)
{
    static const enum regulation regulations[] = {REGULATION_GD, REGULATION_SZ};
    const char *where = "", *article = "GD-10";
    struct applying ap;
    bool may = !a->self;
    int r = office_applying(a, x, "account", &ap);
    for (int i = 0; i < 2 && r == 0 && !may; i++) {
        const struct matrix_row *row;
        Model__Organisation *o;
        if ((r = leave_row(&ap, regulations[i], &row)) != 0 || !row ||
            (r = office_place(a, ap.unit, row->leaving.where, &o)) != 0)
            continue;
        where = o->id;
        article = regulations[i] == REGULATION_GD ? "GD-10" : "SZ-24";
        r = store_is_within(a->call.txn, o->id, a->self->organisation, &may);
    }
    if (r != 0 || may)
        return r;
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("%s: the leaving of %s is audited by %s: an auditor of it, or of an "
                      "organisation above it, gathers the records"),
                    article, x->name, where);
}

static int read_range(struct gathering *g, const struct request *q, const char **range)
{
    struct gdpop_admin *a = g->a;
    const char *text = request_text(q, "months");
    unsigned long months = text ? strtoul(text, NULL, 10) : MONTHS_DEFAULT;
    char from[16], to[16];
    uint64_t first;
    int r;
    if (months < 1 || months > MONTHS_MAX)
        return err_fail(GDPOP_ERR_USAGE, _("--months must be a number from 1 to %d"), MONTHS_MAX);
    int64_t end_at = clock_months_end(a->now_at, a->utc_offset_min, -(int)months);
    g->what.from_at = clock_day_start(end_at - 1, a->utc_offset_min, 0);
    if ((r = trail_bounds(a->call.txn, &first, &g->what.last)) != 0)
        return r;
    clock_format_date(g->what.from_at, a->utc_offset_min, from);
    clock_format_date(a->now_at, a->utc_offset_min, to);
    *range = arena_printf(a->call.arena, "%s – %s", from, to);
    return *range ? 0 : GDPOP_ERR_NOMEM;
}

static int record(struct gathering *g, const char *range)
{
    Model__Leave *leave = g->account->leave;
    int r;
    g->gathered_before_at = leave->gathered_at;
    g->gathered_before_by = leave->gathered_by;
    leave->gathered_at = g->a->now_at;
    leave->gathered_by = (char *)g->a->actor;
    if ((r = store_put_account(g->a->call.txn, g->account)) != 0 ||
        (r = admin_event(g->a, "leave.gather", g->account->name, NULL, range)) != 0 ||
        (r = result_row(g->a, 0)) != 0 ||
        (r = result_text(g->a, "user", _("Account"), g->account->name)) != 0)
        return r;
    return result_text(g->a, "range", _("Time"), range);
}

static int gather(struct gdpop_admin *a, const struct request *q)
{
    struct gathering *g = arena_alloc(a->call.arena, sizeof(*g));
    const char *range = "";
    int r;
    if (!g)
        return GDPOP_ERR_NOMEM;
    *g = (struct gathering){.a = a, .fd = atoi(request_word(q, "out"))};
    if (a->after)
        return err_fail(GDPOP_ERR_USAGE, _("one act gathers the records of one person"));
    if ((r = leave_find(a, q, &g->account)) != 0 || (r = check_place(a, g->account)) != 0 ||
        (r = read_range(g, q, &range)) != 0)
        return r;
    g->names[0] = g->account->name;
    g->names[1] = g->account->person;
    g->what.names = g->names;
    g->what.each = write_event;
    g->what.arg = g;
    g->what.made = &g->made;
    g->dossier = (struct dossier){.page = strcmp(request_word(q, "format"), "jsonl") != 0,
                                  .utc_offset_min = a->utc_offset_min};
    if ((r = keep_records(g, range)) != 0 || (r = record(g, range)) != 0)
        return r;
    a->after = write_out;
    a->after_arg = g;
    return result_message(a, _("the records of %s are gathered"), g->account->name);
}

const struct operation operations_leave_gather[] = {
    {.public = {.noun = "leave",
                .verb = "gather",
                .help = N_("Gather for the audit what is on record of a leaver, signed, in one "
                           "file."),
                .example = "zhangsan --out zhangsan.html",
                .duties = GDPOP_DUTY_AUDIT,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("the account")),
                        OPTIONAL("months", GDPOP_PARAM_NUMBER, "N",
                                 N_("of how many months the events, 6")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .help = N_("how it is written; html unless said otherwise"),
                         .choices = "html jsonl"},
                        REQUIRED("out", GDPOP_PARAM_STREAM, "FILE", N_("a new file")),
                        PARAMS_END}},
     .run = gather},
    {.public = {.noun = NULL}},
};
