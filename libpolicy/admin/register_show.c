/* Reading the registers. */
#include "admin/register.h"

#include "model/identity.h"

static int describe(struct gdpop_admin *a, const struct register_kind *kind,
                    const Model__RegisterEntry *e, const struct settings *s)
{
    int64_t due_at =
        strcmp(e->state, "withdrawn") != 0 ? register_due_at(kind, e, s, a->utc_offset_min) : 0;
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Entry"), e->id)) != 0 ||
        (r = result_text(a, "register", _("Register"), e->register_)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), e->organisation)) != 0 ||
        (r = result_text(a, "person", _("Person"), e->person)) != 0 ||
        (r = result_text(a, "account", _("Account"), e->account)) != 0 ||
        (r = result_text(a, "device", _("Device"), e->device)) != 0 ||
        (r = result_text(a, "host", _("Host"), e->host)) != 0 ||
        (r = result_word(a, "state", _("State"), e->state)) != 0 ||
        (r = result_instant(a, "date", _("Date"), e->n_moves ? e->moves[0]->at : 0)) != 0)
        return r;
    return result_instant(a, "due_at", _("Due by"), due_at);
}

struct listing {
    struct gdpop_admin *a;
    const char *top, *state;
    struct settings settings;
};

static int list_kind(struct listing *l, const struct register_kind *kind)
{
    Model__RegisterEntry **list;
    size_t count;
    int r = store_register_entries(l->a->call.txn, kind->name, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        bool within = true;
        if (l->state && strcmp(list[i]->state, l->state) != 0)
            continue;
        if (l->top)
            r = store_is_within(l->a->call.txn, list[i]->organisation, l->top, &within);
        if (r == 0 && within)
            r = describe(l->a, kind, list[i], &l->settings);
    }
    return r;
}

/* The organisation of --org, else the actor's own; NULL: all. */
static int read_top(struct gdpop_admin *a, const struct request *q, const char **top)
{
    Model__Organisation *o;
    *top = request_text(q, "org");
    if (!*top && a->self)
        *top = a->self->organisation;
    return *top ? admin_organisation(a, *top, &o) : 0;
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    struct listing l = {.a = a, .state = request_text(q, "state")};
    const struct register_kind *kind = NULL;
    int r;
    result_list(a);
    if ((r = read_top(a, q, &l.top)) != 0 || (r = register_settings(a, &l.settings)) != 0)
        return r;
    if (request_text(q, "register"))
        return (r = register_find(request_word(q, "register"), &kind)) != 0 ? r
                                                                            : list_kind(&l, kind);
    for (kind = register_kinds; r == 0 && kind->name; kind++)
        r = list_kind(&l, kind);
    return r;
}

/* "leak (…) fault (…)": what is typed and what it means; an entry's register stays a name. */
static const char *choices_to_type(struct gdpop_admin *a, const struct register_field *f)
{
    const char *text = "";
    if (f->kind != FIELD_CHOICE && f->kind != FIELD_CHOICES)
        return f->choices ? f->choices : "";
    for (const char *at = f->choices; *at && text; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        char *word = arena_printf(a->call.arena, "%.*s", (int)len, at);
        text = word ? arena_printf(a->call.arena, "%s%s%s", text, *text ? ", " : "",
                                   word_to_type(a, word))
                    : NULL;
        at += len;
    }
    return text ? text : f->choices;
}

static int show_outstanding(const struct register_item *item, void *arg)
{
    struct gdpop_admin *a = arg;
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "register", _("Register"), item->kind->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), item->organisation)) != 0 ||
        (r = result_text(a, "subject", _("About"), item->subject)) != 0 ||
        (r = result_text(a, "value", _("Kind"), item->value)) != 0 ||
        (r = result_text(a, "entry", _("Entry"), item->entry ? item->entry->id : "")) != 0 ||
        (r = result_instant(a, "due_at", _("Due by"), item->due_at)) != 0)
        return r;
    return result_word(a, "outstanding", _("Outstanding"), item->entry ? "overdue" : "missing");
}

static int due(struct gdpop_admin *a, const struct request *q)
{
    const struct register_kind *kind = NULL, *one = NULL;
    struct register_standing standing;
    struct scope scope;
    const char *top;
    int r;
    result_list(a);
    if ((r = read_top(a, q, &top)) != 0 || (r = scope_read(a, top, &scope)) != 0 ||
        (request_text(q, "register") &&
         (r = register_find(request_word(q, "register"), &one)) != 0))
        return r;
    for (kind = register_kinds; r == 0 && kind->name; kind++)
        if (!one || one == kind)
            r = register_stand(a, kind, &scope, &standing, show_outstanding, a);
    if (r != 0)
        return r;
    a->result.ok = a->result.count == 0;
    return result_message(
        a, a->result.count ? _("%zu entries are overdue or missing") : _("nothing is outstanding"),
        a->result.count);
}

static int show_field(struct gdpop_admin *a, const struct register_field *f, const char *value)
{
    char part[64];
    if (f->masked) {
        identity_mask(value, part, sizeof(part));
        value = part;
    }
    return result_shown(a, f->name, text_get(f->title), value,
                        f->kind == FIELD_CHOICE ? word_shown(value) : value);
}

static int show_fields(struct gdpop_admin *a, const struct register_kind *kind,
                       const Model__RegisterEntry *e)
{
    int r = 0;
    for (const struct register_field *f = kind->fields; r == 0 && f->name; f++)
        if (*register_value(e, f->name))
            r = show_field(a, f, register_value(e, f->name));
    return r;
}

static int show_moves(struct gdpop_admin *a, const Model__RegisterEntry *e)
{
    char *text = admin_copy(a, ""), *shown = admin_copy(a, "");
    for (size_t i = 0; text && shown && i < e->n_moves; i++) {
        const Model__RegisterMove *m = e->moves[i];
        char day[16];
        clock_format_date(m->at, a->utc_offset_min, day);
        const char *by =
            arena_printf(a->call.arena, "(%s%s%s)", m->by, m->paper && *m->paper->number ? " " : "",
                         m->paper ? m->paper->number : "");
        if (!by)
            return GDPOP_ERR_NOMEM;
        const char *comma = i ? ", " : "";
        text = arena_printf(a->call.arena, "%s%s%s %s %s", text, comma, day, m->state, by);
        shown = arena_printf(a->call.arena, "%s%s%s %s %s", shown, comma, day, word_shown(m->state),
                             by);
    }
    return text && shown ? result_shown(a, "steps", _("Steps"), text, shown) : GDPOP_ERR_NOMEM;
}

static bool is_recipient(const struct register_recipient *to, const Model__RegisterEntry *e,
                         const char *level)
{
    return register_has_word(to->levels, level) &&
           (!to->field || register_has_word(to->values, register_value(e, to->field)));
}

static int show_recipients(struct gdpop_admin *a, const struct register_kind *kind,
                           const Model__RegisterEntry *e)
{
    Model__Organisation *o;
    char *text = admin_copy(a, "");
    int r;
    if (!kind->recipients)
        return 0;
    if ((r = store_get_organisation(a->call.txn, e->organisation, &o)) != 0)
        return r;
    for (const struct register_recipient *to = kind->recipients; text && to->tag; to++)
        if (is_recipient(to, e, o->level))
            text = arena_printf(a->call.arena, "%s%s%s: %s", text, *text ? "; " : "", to->tag,
                                text_get(to->recipient));
    return text ? result_text(a, "recipients", _("To be told"), text) : GDPOP_ERR_NOMEM;
}

int register_describe(struct gdpop_admin *a, const struct register_kind *kind,
                      const Model__RegisterEntry *e, const struct settings *s)
{
    int r;
    if ((r = describe(a, kind, e, s)) != 0 || (r = show_fields(a, kind, e)) != 0 ||
        (r = show_recipients(a, kind, e)) != 0)
        return r;
    return show_moves(a, e);
}

static int show(struct gdpop_admin *a, const struct request *q)
{
    const struct register_kind *kind;
    Model__RegisterEntry *e;
    struct settings s;
    int r = store_get_register_entry(a->call.txn, request_word(q, "id"), &e);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is no entry %s"), request_word(q, "id"));
    if (r != 0 || (r = admin_scope(a, e->organisation)) != 0 ||
        (r = register_find(e->register_, &kind)) != 0 || (r = register_settings(a, &s)) != 0)
        return r;
    return register_describe(a, kind, e, &s);
}

/* ---- What the registers are ---- */

static const char *states_text(struct gdpop_admin *a, const struct register_kind *kind, bool people)
{
    char *text = admin_copy(a, "");
    for (const struct register_move *m = kind->moves; text && m->from; m++)
        text = arena_printf(a->call.arena, "%s%s%s%s%s", text, *text ? ", " : "",
                            people ? word_to_type(a, m->from) : m->from, *m->from ? " > " : "",
                            people ? word_to_type(a, m->to) : m->to);
    return text ? text : "";
}

static const char *due_text(struct gdpop_admin *a, const struct register_kind *kind)
{
    char *text = admin_copy(a, "");
    for (int i = 0; text && i < REGISTER_DUES_MAX; i++) {
        const struct register_due *d = &kind->due[i];
        const char *comma = *text ? ", " : "";
        if (d->kind == DUE_EVERY && d->field)
            text = arena_printf(a->call.arena, _("%s%s%d months (%s=%s)"), text, comma, d->months,
                                d->field, d->value);
        else if (d->kind == DUE_EVERY)
            text = arena_printf(a->call.arena, _("%s%s%d months"), text, comma, d->months);
        else if (d->kind == DUE_BY)
            text = arena_printf(a->call.arena, "%s%s%s", text, comma, d->field);
        else if (d->kind == DUE_WITHIN)
            text = arena_printf(a->call.arena, "%s%s%s", text, comma,
                                setting_row((enum setting_id)d->setting)->name);
    }
    return text ? text : "";
}

static int show_kind(struct gdpop_admin *a, const struct register_kind *kind)
{
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "register", _("Register"), kind->name)) != 0 ||
        (r = result_text(a, "title", _("Title"), text_get(kind->title))) != 0 ||
        (r = result_text(a, "tags", _("Articles"), kind->tags)) != 0 ||
        (r = result_shown(a, "states", _("States"), states_text(a, kind, false),
                          states_text(a, kind, true))) != 0)
        return r;
    return result_text(a, "due", _("Due by"), due_text(a, kind));
}

static const char *form_of(const struct register_field *f)
{
    switch (f->kind) {
    case FIELD_DATE:
        return _("a date");
    case FIELD_NUMBER:
        return _("a number");
    case FIELD_CHOICE:
        return _("one of the choices");
    case FIELD_CHOICES:
        return _("some of the choices, separated by commas");
    case FIELD_PERSON:
        return _("number of a person");
    case FIELD_LEADER:
        return _("number of a leader in office");
    case FIELD_ENTRY:
        return _("number of an entry");
    default:
        return _("text");
    }
}

static int kinds(struct gdpop_admin *a, const struct request *q)
{
    const struct register_kind *kind = register_kinds;
    int r = 0;
    result_list(a);
    if (!request_text(q, "register")) {
        for (; r == 0 && kind->name; kind++)
            r = show_kind(a, kind);
        return r;
    }
    if ((r = register_find(request_word(q, "register"), &kind)) != 0)
        return r;
    for (const struct register_field *f = kind->fields; r == 0 && f->name; f++)
        if ((r = result_row(a, 0)) == 0 &&
            (r = result_text(a, "field", _("Field"), f->name)) == 0 &&
            (r = result_text(a, "title", _("Title"), text_get(f->title))) == 0 &&
            (r = result_bool(a, "required", _("Required"), f->required)) == 0 &&
            (r = result_text(a, "form", _("Form"), form_of(f))) == 0)
            r = result_shown(a, "choices", _("Choices"), f->choices ? f->choices : "",
                             choices_to_type(a, f));
    if (r != 0)
        return r;
    return result_message(a, _("%s (%s): %s"), text_get(kind->title), kind->tags,
                          states_text(a, kind, true));
}

static const struct gdpop_param scope_params[] = {
    OPTIONAL_POSITIONAL("register", "REGISTER", N_("only this register")),
    OPTIONAL("org", GDPOP_PARAM_WORD, "ORG", N_("only of this organisation and those below")),
    PARAMS_END,
};

#define READING(verb_, text, line, params_, function)                                              \
    {                                                                                              \
        .public = {.noun = "register",                                                             \
                   .verb = verb_,                                                                  \
                   .help = text,                                                                   \
                   .duties = GDPOP_DUTY_ANY,                                                       \
                   .example = line,                                                                \
                   .params = params_},                                                             \
        .run = function                                                                            \
    }

const struct operation operations_register_show[] = {
    READING("due", N_("List what is overdue or missing in the registers."), "security-training",
            scope_params, due),
    READING("kinds", N_("List the registers, or the fields of one."), "incident",
            ((const struct gdpop_param[]){
                OPTIONAL_POSITIONAL("register", "REGISTER", N_("whose fields are listed")),
                PARAMS_END}),
            kinds),
    READING(
        "list", N_("List the entries of the registers."), "incident --state found",
        ((const struct gdpop_param[]){
            OPTIONAL_POSITIONAL("register", "REGISTER", N_("only this register")),
            OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                     N_("only of this organisation and those below")),
            OPTIONAL("state", GDPOP_PARAM_WORD, "STATE", N_("only in this state")), PARAMS_END}),
        list),
    READING("show", N_("Show an entry with its fields and steps."), "R000012",
            ((const struct gdpop_param[]){POSITIONAL("id", "ID", N_("number of the entry")),
                                          PARAMS_END}),
            show),
    {.public = {.noun = NULL}},
};
