#include "admin/calendar.h"

#include "crypto/digest.h"

struct gathering {
    struct gdpop_admin *a;
    char *text;
};

static int gather(struct bytes key, void *message, void *arg)
{
    struct gathering *g = arg;
    const Model__Calendar *c = message;
    (void)key;
    g->text = arena_printf(g->a->call.arena, "%s%.*s\n", g->text, (int)c->text.len,
                           (const char *)c->text.data);
    return g->text ? 0 : GDPOP_ERR_NOMEM;
}

int calendar_read(struct gdpop_admin *a, struct workday_calendar *c)
{
    struct bytes shipped = workday_shipped();
    struct gathering g = {
        a, arena_printf(a->call.arena, "%.*s\n", (int)shipped.len, (const char *)shipped.data)};
    if (!g.text)
        return GDPOP_ERR_NOMEM;
    int r = store_each(a->call.txn, &table_calendar, BYTES("", 0), gather, &g);
    return r != 0 ? r : workday_parse(bytes_of_text(g.text), _("the calendar"), a->call.arena, c);
}

/* The days off are the same for all, and so is the calendar. */
static int check_top(struct gdpop_admin *a)
{
    Model__Organisation *own;
    int r = a->self ? store_get_organisation(a->call.txn, a->self->organisation, &own) : 0;
    if (r == 0 && a->self && own->supervised_by[0])
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("the calendar belongs to the organisation at the top, and %s supervises "
                          "%s"),
                        own->supervised_by, own->id);
    return r;
}

static int load(struct gdpop_admin *a, const struct request *q)
{
    struct bytes file = request_file(q, "file");
    Model__Calendar record = MODEL__CALENDAR__INIT;
    struct workday_calendar c, whole;
    uint8_t digest[DIGEST_BYTES];
    int r;
    if ((r = check_top(a)) != 0 ||
        (r = workday_parse(file, _("the calendar"), a->call.arena, &c)) != 0 ||
        (r = digest_sm3(&file, 1, digest)) != 0)
        return r;
    if (c.count != 1)
        return err_fail(GDPOP_ERR_FORMAT, _("a calendar file holds one year, this one %zu"),
                        c.count);
    record.year = (uint32_t)c.years[0].year;
    record.text = (ProtobufCBinaryData){file.len, (uint8_t *)(uintptr_t)file.data};
    record.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    record.loaded_by = (char *)a->actor;
    record.loaded_at = a->now_at;
    const char *year = arena_printf(a->call.arena, "%u", record.year);
    char hex[2 * DIGEST_BYTES + 1];
    bytes_to_hex(BYTES(digest, sizeof(digest)), hex);
    if (!year)
        return GDPOP_ERR_NOMEM;
    /* Read again beside the others: what does not fit them would stop every tick. */
    if ((r = store_put_calendar(a->call.txn, &record)) != 0 ||
        (r = calendar_read(a, &whole)) != 0 ||
        (r = admin_event(a, "calendar.load", NULL, year, admin_copy(a, hex))) != 0)
        return r;
    return result_message(a,
                          _("the calendar of %u (%s) is loaded; tick computes anew what was "
                            "provisional"),
                          record.year, c.years[0].document);
}

static int show_year(struct gdpop_admin *a, const struct workday_year *y)
{
    int64_t off = 0, work = 0;
    int r;
    for (size_t i = 0; i < y->count; i++)
        *(y->days[i].works ? &work : &off) += 1;
    if ((r = result_row(a, 0)) != 0 || (r = result_number(a, "year", _("Year"), y->year)) != 0 ||
        (r = result_text(a, "title", _("Title"), y->title)) != 0 ||
        (r = result_text(a, "document", _("Issued as"), y->document)) != 0 ||
        (r = result_text(a, "issued", _("Issued"), y->issued)) != 0 ||
        (r = result_number(a, "days_off", _("Days off"), off)) != 0)
        return r;
    return result_number(a, "days_worked", _("Weekend days worked"), work);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct workday_calendar c;
    (void)q;
    result_list(a);
    int r = calendar_read(a, &c);
    for (size_t i = 0; r == 0 && i < c.count; i++)
        r = show_year(a, &c.years[i]);
    return r;
}

const struct operation operations_calendar[] = {
    {.public = {.noun = "calendar",
                .verb = "list",
                .help = N_("List the years whose working days are known."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "calendar",
                .verb = "load",
                .help = N_("Load a year's days off and adjusted working days."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "cn-2027.conf",
                .params = (const struct gdpop_param[]){{.name = "file",
                                                        .kind = GDPOP_PARAM_FILE,
                                                        .positional = true,
                                                        .required = true,
                                                        .metavar = "FILE",
                                                        .help = N_("the calendar")},
                                                       PARAMS_END}},
     .run = load},
    {.public = {.noun = NULL}},
};
