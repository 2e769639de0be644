#include "admin/compliance.h"

enum { REGISTERS_MAX = 64 };

struct composing {
    struct gdpop_admin *a;
    struct report *report;
    struct tally tally;
    struct register_standing standing[REGISTERS_MAX];
    char *evidence; /* of the line being composed */
    const char *remedy;
    int64_t outstanding;
};

/* ---- Evidence of one article ---- */

static int append(struct composing *c, const char *text)
{
    if (text && c->evidence)
        c->evidence =
            arena_printf(c->a->call.arena, "%s%s%s", c->evidence, *c->evidence ? "; " : "", text);
    return text && c->evidence ? 0 : GDPOP_ERR_NOMEM;
}

static void owe(struct composing *c, int64_t outstanding, const char *remedy)
{
    c->outstanding += outstanding;
    if (outstanding && (!c->remedy || !*c->remedy))
        c->remedy = remedy;
}

static int from_counter(struct composing *c, enum counter_id id)
{
    const struct counter *k = &counters[id];
    long long total = c->tally.total[id], outstanding = c->tally.outstanding[id];
    if (id == COUNTER_none)
        return 0;
    owe(c, outstanding, k->remedy);
    return append(c, *k->outstanding
                         ? arena_printf(c->a->call.arena, "%s: %lld, %s: %lld", text_get(k->total),
                                        total, text_get(k->outstanding), outstanding)
                         : arena_printf(c->a->call.arena, "%s: %lld", text_get(k->total), total));
}

static int from_registers(struct composing *c, const char *tag)
{
    int r = 0;
    for (size_t i = 0; r == 0 && register_kinds[i].name; i++) {
        const struct register_standing *s = &c->standing[i];
        const char *name = register_kinds[i].name;
        if (!register_has_word(register_kinds[i].tags, tag))
            continue;
        owe(c, (int64_t)(s->overdue + s->missing),
            arena_printf(c->a->call.arena, "gdpop-admin register due %s", name));
        r = append(c, arena_printf(c->a->call.arena,
                                   _("register %s: %llu entries, %llu overdue, "
                                     "%llu missing"),
                                   name, (unsigned long long)s->entries,
                                   (unsigned long long)s->overdue, (unsigned long long)s->missing));
    }
    return r;
}

static int note_rule(struct composing *c, const char *name, const char *serves, const char *tag,
                     char **names)
{
    if (!register_has_word(serves, tag))
        return 0;
    if (codec_has_text(c->tally.observed, c->tally.observed_count, name))
        owe(c, 1, "gdpop-admin observe list");
    *names = arena_printf(c->a->call.arena, "%s%s%s%s", *names, **names ? ", " : "", name,
                          codec_has_text(c->tally.observed, c->tally.observed_count, name)
                              ? _(" (only observes)")
                              : "");
    return *names ? 0 : GDPOP_ERR_NOMEM;
}

static int from_rules(struct composing *c, const char *tag)
{
    const struct password_rule *password;
    const struct rule *login;
    size_t login_count = rules_login(&login), password_count = rules_password(&password);
    char *names = admin_copy(c->a, "");
    int r = names ? 0 : GDPOP_ERR_NOMEM;
    for (size_t i = 0; r == 0 && i < login_count; i++)
        r = note_rule(c, login[i].name, login[i].serves, tag, &names);
    for (size_t i = 0; r == 0 && i < password_count; i++)
        r = note_rule(c, password[i].name, password[i].serves, tag, &names);
    if (r != 0 || !*names)
        return r;
    return append(c, arena_printf(c->a->call.arena, _("rules: %s"), names));
}

/* What the loaded profiles set in the article's name. */
static int from_settings(struct composing *c, const struct regulation *list, const char *tag)
{
    char *text = admin_copy(c->a, "");
    for (; text && list->prefix; list++)
        for (int i = 0; text && list->values && i < SETTING_COUNT; i++) {
            const struct setting_value *v = &list->values->settings.value[i];
            if (!v->set || strcmp(v->tag, tag) != 0)
                continue;
            const char *value = setting_print((enum setting_id)i, v, c->a->call.arena);
            text = value ? arena_printf(c->a->call.arena, "%s%s%s=%s", text, *text ? ", " : "",
                                        setting_row((enum setting_id)i)->name, value)
                         : NULL;
        }
    if (!text)
        return GDPOP_ERR_NOMEM;
    return *text ? append(c, arena_printf(c->a->call.arena, _("settings: %s"), text)) : 0;
}

/* ---- Lines ---- */

static int add_line(struct composing *c, const struct article *article,
                    const struct regulation *regulation)
{
    struct report *p = c->report;
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 256;
        struct finding_line *lines = arena_alloc(c->a->call.arena, room * sizeof(*lines));
        if (!lines)
            return GDPOP_ERR_NOMEM;
        if (p->count)
            memcpy(lines, p->lines, p->count * sizeof(*lines));
        p->lines = lines;
        p->room = room;
    }
    p->lines[p->count++] =
        (struct finding_line){article, regulation, c->evidence, c->remedy, c->outstanding};
    p->outstanding += c->outstanding;
    return 0;
}

static int begin_line(struct composing *c)
{
    c->evidence = admin_copy(c->a, "");
    c->remedy = "";
    c->outstanding = 0;
    return c->evidence ? 0 : GDPOP_ERR_NOMEM;
}

static int add_regulation(struct composing *c, const struct regulation *r)
{
    int error = begin_line(c);
    if (error != 0)
        return error;
    if (!r->loaded)
        c->remedy = arena_printf(c->a->call.arena, "gdpop-admin profile load %s", r->profile);
    if (r->lapsed)
        error =
            append(c, arena_printf(c->a->call.arena, _("lapsed on %s, kept as policy"), r->lapses));
    return error != 0 ? error : add_line(c, NULL, r);
}

static int add_article(struct composing *c, const struct article *article,
                       const struct regulation *r, const struct regulation *all)
{
    int error;
    if ((error = begin_line(c)) != 0 || (error = from_counter(c, article->counter)) != 0 ||
        (error = from_registers(c, article->tag)) != 0 ||
        (error = from_rules(c, article->tag)) != 0 ||
        (error = from_settings(c, all, article->tag)) != 0)
        return error;
    if (!r->loaded) { /* nobody owes what does not bind */
        c->outstanding = 0;
        c->remedy = "";
    }
    return add_line(c, article, r);
}

/* ---- What was taken over ---- */

static const struct regulation taking_over = {.prefix = "ADOPT",
                                              .profile = "",
                                              .title = N_("Taken over, or observing"),
                                              .loaded = true,
                                              .document = "",
                                              .lapses = ""};

static int add_unit(const char *tag, const char *organisation, const char *evidence,
                    int64_t outstanding, const char *remedy, void *arg)
{
    struct composing *c = arg;
    struct article *article = arena_alloc(c->a->call.arena, sizeof(*article));
    int r = article ? begin_line(c) : GDPOP_ERR_NOMEM;
    if (r != 0)
        return r;
    if (c->report->lines[c->report->count - 1].regulation != &taking_over &&
        ((r = add_line(c, NULL, &taking_over)) != 0 || (r = begin_line(c)) != 0))
        return r;
    *article = (struct article){.tag = tag, .words = organisation, .served = WORKFLOW, .note = ""};
    owe(c, outstanding, remedy);
    return (r = append(c, evidence)) != 0 ? r : add_line(c, article, &taking_over);
}

int report_compose(struct gdpop_admin *a, const char *top, struct report *report)
{
    struct composing *c = arena_alloc(a->call.arena, sizeof(*c));
    struct regulation *list;
    struct scope scope;
    int r;
    *report = (struct report){.top = top ? top : "", .at = a->now_at};
    if (!c)
        return GDPOP_ERR_NOMEM;
    c->a = a;
    c->report = report;
    if ((r = regulations_read(a, &list)) != 0 || (r = scope_read(a, top, &scope)) != 0 ||
        (r = tally_count(a, &scope, &c->tally)) != 0)
        return r;
    for (size_t i = 0; r == 0 && register_kinds[i].name && i < REGISTERS_MAX; i++)
        r = register_stand(a, &register_kinds[i], &scope, &c->standing[i], NULL, NULL);
    for (const struct regulation *one = list; r == 0 && one->prefix; one++) {
        r = add_regulation(c, one);
        for (const struct article *article = articles; r == 0 && article->tag; article++)
            if (article_is_of(article, one))
                r = add_article(c, article, one, list);
    }
    return r != 0 ? r : adopted_report(a, &scope, c->tally.observed_count > 0, add_unit, c);
}

/* ---- Words ---- */

const char *report_served(struct gdpop_admin *a, unsigned served, bool translate)
{
    static const struct {
        unsigned bit;
        const char *word;
    } list[] = {{LOGIN, N_("login")},
                {WORKFLOW, N_("workflow")},
                {REGISTER, N_("register")},
                {PROPERTY, N_("property")},
                {OUTSIDE, N_("outside")}};
    char *text = admin_copy(a, "");
    for (size_t i = 0; text && i < sizeof(list) / sizeof(list[0]); i++)
        if (served & list[i].bit)
            text = arena_printf(a->call.arena, "%s%s%s", text, *text ? ", " : "",
                                translate ? text_get(list[i].word) : list[i].word);
    return text ? text : "";
}

const char *report_state(const struct finding_line *line)
{
    if (!line->regulation->loaded)
        return N_("not loaded");
    if (!line->article)
        return line->regulation->lapsed ? N_("lapsed") : N_("in force");
    if (line->outstanding)
        return N_("outstanding");
    if ((line->article->served & ~(unsigned)(READING | PRODUCT)) == OUTSIDE)
        return N_("outside");
    return *line->evidence ? N_("in order") : N_("by design");
}

const char *report_note(struct gdpop_admin *a, const struct article *article)
{
    char *text = admin_copy(a, *article->note ? text_get(article->note) : "");
    if (text && (article->served & READING))
        text = arena_printf(a->call.arena, "%s%s%s", text, *text ? "; " : "",
                            _("our reading of an open text"));
    if (text && (article->served & PRODUCT))
        text = arena_printf(a->call.arena, "%s%s%s", text, *text ? "; " : "",
                            _("algorithm approved, module not certified"));
    return text ? text : "";
}

static int show_line(struct gdpop_admin *a, const struct finding_line *l)
{
    const struct article *article = l->article;
    unsigned served = article ? article->served : 0;
    const char *words = article
                            ? article->words
                            : arena_printf(a->call.arena, "%s %s", text_get(l->regulation->title),
                                           l->regulation->document);
    int r;
    if ((r = result_row(a, article ? 1 : 0)) != 0 ||
        (r = result_text(a, "tag", _("Article"), article ? article->tag : l->regulation->prefix)) !=
            0 ||
        (r = result_text(a, "words", _("What it asks"), words)) != 0 ||
        (r = result_shown(a, "served", _("Served by"), report_served(a, served, false),
                          report_served(a, served, true))) != 0 ||
        (r = result_word(a, "state", _("State"), report_state(l))) != 0 ||
        (r = result_text(a, "evidence", _("Evidence"), l->evidence)) != 0 ||
        (r = result_number(a, "outstanding", _("Outstanding"), l->outstanding)) != 0 ||
        (r = result_text(a, "remedy", _("Remedy"), l->remedy)) != 0 ||
        (r = result_bool(a, "reading", _("Our reading"), (served & READING) != 0)) != 0 ||
        (r = result_bool(a, "uncertified", _("Without a certificate"), (served & PRODUCT) != 0)) !=
            0 ||
        (r = result_bool(a, "lapsed", _("Lapsed"), l->regulation->lapsed)) != 0)
        return r;
    return result_text(a, "note", _("Note"), article ? report_note(a, article) : "");
}

static int show_page(struct gdpop_admin *a, const struct report *report)
{
    const char *page;
    int r = report_html(a, report, &page);
    return r != 0 || (r = result_row(a, 0)) != 0 ? r
                                                 : result_text(a, "document", _("Document"), page);
}

static int compliance(struct gdpop_admin *a, const struct request *q)
{
    const char *top = request_text(q, "org"), *format = request_word(q, "format");
    Model__Organisation *o;
    struct report report;
    int r;
    if (!top && a->self)
        top = a->self->organisation;
    if ((top && (r = admin_organisation(a, top, &o)) != 0) ||
        (r = report_compose(a, top, &report)) != 0)
        return r;
    a->result.ok = report.outstanding == 0;
    if (strcmp(format, "html") == 0)
        return show_page(a, &report);
    result_list(a);
    for (size_t i = 0; r == 0 && i < report.count; i++)
        r = show_line(a, &report.lines[i]);
    if (r != 0)
        return r;
    return result_message(a, report.outstanding ? _("some articles are outstanding: see their "
                                                    "remedies")
                                                : _("nothing is outstanding"));
}

const struct operation operations_compliance[] = {
    {.public = {.noun = "compliance",
                .verb = "",
                .help = N_("Tell of every article how it is served and what is outstanding."),
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .example = "--org gzws --format html",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                                 N_("only of this organisation and those below")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .choices = "text json html",
                         .help = N_("text when left out; html is a page of its own")},
                        PARAMS_END}},
     .run = compliance},
    {.public = {.noun = NULL}},
};
