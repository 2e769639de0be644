/* What is on record of a leaver, as sections for his audit. */
#include "admin/dossier.h"
#include "admin/leave.h"
#include "admin/register.h"
#include "admin/table.h"

struct writing {
    struct gdpop_admin *a;
    const Model__Account *account;
    struct dossier *dossier;
};

enum { ARGS_MAX = 2 };

/* What another command lists, of this person. */
struct section {
    const char *name, *title;
    const char *noun, *verb;
    const char *option; /* the one that the account, or the person, is given to; NULL: none */
    const char *flag;   /* NULL: none */
    const char *field;  /* only rows in which it is the account or the person; NULL: all */
    bool person;        /* by the person's number instead of the account's name */
};

static const struct section sections[] = {
    {"leaving", N_("Leaving"), "leave", "list", NULL, NULL, "user", false},
    {"person", N_("Person"), "person", "show", "id", NULL, NULL, true},
    {"account", N_("Account"), "account", "show", "user", NULL, NULL, false},
    {"agreements", N_("Agreements"), "agreement", "list", "person", NULL, NULL, true},
    {"rights", N_("Further roles"), "grant", "list", "account", NULL, NULL, false},
    {"exceptions", N_("Off-site exceptions"), "exception", "list", "account", NULL, NULL, false},
    {"windows", N_("Windows"), "window", "list", "account", NULL, NULL, false},
    {"waivers", N_("Waivers"), "waiver", "list", "subject", NULL, NULL, false},
    {"devices", N_("Devices"), "device", "list", "account", NULL, NULL, false},
    {"sessions", N_("Open sessions"), "session", "list", "account", NULL, NULL, false},
    {"holdings", N_("Held for others: service accounts, secrets, keys"), "leave", "checklist",
     "user", NULL, NULL, false},
    {"obligations", N_("Passwords to be changed"), "obligation", "list", NULL, "all", "person",
     true},
};

static void begin_rows(struct gdpop_admin *a)
{
    a->result = (struct gdpop_result){.ok = true, .message = ""};
    a->rows = NULL;
    a->row_room = a->field_room = 0;
}

static const char *value_of(const struct gdpop_row *row, const char *field)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].name, field) == 0)
            return row->fields[i].text;
    return "";
}

static int write_section(struct writing *w, const struct section *s)
{
    struct gdpop_admin *a = w->a;
    const struct operation *o = operation_find(s->noun, s->verb);
    const char *who = s->person ? w->account->person : w->account->name;
    struct gdpop_arg args[ARGS_MAX];
    struct request q = {&o->public, args, 0};
    size_t kept = 0;
    begin_rows(a);
    if (s->option)
        args[q.count++] = (struct gdpop_arg){s->option, who, strlen(who)};
    if (s->flag)
        args[q.count++] = (struct gdpop_arg){s->flag, "yes", 3};
    int r = o->run(a, &q);
    if (r != 0)
        return r;
    for (size_t i = 0; i < a->result.count; i++)
        if (!s->field || strcmp(value_of(&a->rows[i], s->field), who) == 0)
            a->rows[kept++] = a->rows[i];
    dossier_section(w->dossier, s->name, text_get(s->title), a->rows, kept);
    return 0;
}

/* Whom the entry names, who wrote it down, or who has a part in it. */
static bool names_person(const struct register_kind *kind, const Model__RegisterEntry *e,
                         const Model__Account *x)
{
    bool yes = strcmp(e->person, x->person) == 0 || strcmp(e->account, x->name) == 0;
    for (size_t i = 0; i < e->n_moves && !yes; i++)
        yes = strcmp(e->moves[i]->by, x->name) == 0;
    for (const struct register_field *f = kind->fields; f->name && !yes; f++)
        yes = strcmp(register_value(e, f->name), x->person) == 0;
    return yes;
}

/* Queries, extractions, media and paper that left, training, violations, …: a section each. */
static int write_register(struct writing *w, const struct register_kind *kind,
                          const struct settings *s)
{
    Model__RegisterEntry **list;
    size_t count;
    int r = store_register_entries(w->a->call.txn, kind->name, &list, &count);
    begin_rows(w->a);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (names_person(kind, list[i], w->account))
            r = register_describe(w->a, kind, list[i], s);
    if (r == 0 && w->a->result.count)
        dossier_section(w->dossier, kind->name, text_get(kind->title), w->a->rows,
                        w->a->result.count);
    return r;
}

int leave_write_records(struct gdpop_admin *a, const Model__Account *x, struct dossier *d)
{
    struct writing w = {a, x, d};
    struct settings s;
    int r = register_settings(a, &s);
    for (size_t i = 0; r == 0 && i < sizeof(sections) / sizeof(sections[0]); i++)
        r = write_section(&w, &sections[i]);
    for (const struct register_kind *k = register_kinds; r == 0 && k->name; k++)
        r = write_register(&w, k, &s);
    begin_rows(a);
    return r;
}
