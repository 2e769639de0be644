#include "admin/office.h"

enum { LEVELS_MAX = 16 };

bool office_may_take_up(const Model__Organisation *o)
{
    return strcmp(o->level, "town") == 0 &&
           (strncmp(o->division, "4419", 4) == 0 || strncmp(o->division, "4420", 4) == 0);
}

enum level office_level(const Model__Organisation *o)
{
    return office_may_take_up(o) && o->taken_up ? LEVEL_TOWN_POWERS : matrix_level(o->level);
}

/* Up to the level that answers (the county's, or a town with its powers), and there from a unit to
 * its bureau. */
static int answering(struct gdpop_admin *a, const Model__Organisation *unit,
                     Model__Organisation **o)
{
    const unsigned below = LEVEL_TOWN | LEVEL_VILLAGE;
    Model__Organisation *above = NULL;
    *o = (Model__Organisation *)(size_t)unit;
    for (int i = 0; i < LEVELS_MAX && (*o)->supervised_by[0]; i++) {
        int r = store_get_organisation(a->call.txn, (*o)->supervised_by, &above);
        if (r != 0)
            return r;
        if (!(office_level(*o) & below) && strcmp(above->level, (*o)->level) != 0)
            break;
        *o = above;
    }
    return 0;
}

struct centre {
    Model__Organisation *found;
};

static int find_centre(struct bytes key, void *message, void *arg)
{
    struct centre *c = arg;
    Model__Organisation *o = message;
    (void)key;
    if (!c->found && strcmp(o->kind, "centre") == 0)
        c->found = o;
    return 0;
}

int office_place(struct gdpop_admin *a, const Model__Organisation *unit, enum where where,
                 Model__Organisation **o)
{
    struct centre c = {NULL};
    int r;
    if (where == WHERE_UNIT || (where == WHERE_SUPERVISES && !unit->supervised_by[0])) {
        *o = (Model__Organisation *)(size_t)unit;
        return 0;
    }
    if (where == WHERE_SUPERVISES)
        return store_get_organisation(a->call.txn, unit->supervised_by, o);
    if (where == WHERE_CENTRE) {
        if ((r = store_each(a->call.txn, &table_organisation, BYTES("", 0), find_centre, &c)) != 0)
            return r;
        if ((*o = c.found) != NULL)
            return 0;
    }
    if ((r = answering(a, unit, o)) != 0 || where != WHERE_ABOVE || !(*o)->supervised_by[0])
        return r;
    if ((r = store_get_organisation(a->call.txn, (*o)->supervised_by, o)) != 0)
        return r;
    return answering(a, *o, o);
}

bool office_in_term(const Model__Leader *l, int64_t at)
{
    return l->from_at <= at && (l->until_at == 0 || at < l->until_at);
}

/* How well the office of a leader answers: 0 not at all, more is nearer. */
static int fitness(const struct gdpop_admin *a, const struct applying *ap, enum who who,
                   const Model__Leader *l)
{
    bool head = strcmp(l->kind, "head") == 0;
    if (who == WHO_PRINCIPAL)
        return strcmp(l->kind, "principal") == 0;
    if (who == WHO_HEAD && head)
        return ap->person && strcmp(l->department, ap->person->department) == 0 ? 5 : 0;
    if (head || (who != WHO_HEAD && who != WHO_RESPONSIBLE))
        return 0;
    /* Who has no department answers to his unit's leaders; at init no heads are known yet. */
    if (who == WHO_HEAD && ap->person && ap->person->department[0] &&
        !(a->flags & GDPOP_ADMIN_INIT))
        return 0;
    if (strcmp(l->kind, "responsible") == 0)
        return 4;
    if (strcmp(l->kind, "acting") == 0)
        return 3;
    if (strcmp(l->kind, "delegate") == 0)
        return l->n_scope == 0 || codec_has_text(l->scope, l->n_scope, ap->act_name) ? 2 : 0;
    return strcmp(l->kind, "principal") == 0;
}

/* The fittest leader of an organisation; a principal leader only by name. */
static int find_in(struct gdpop_admin *a, const struct applying *ap, enum who who,
                   const Model__Organisation *o, const char *named, int64_t at,
                   struct officer *officer)
{
    int best = 0;
    for (size_t i = 0; i < o->n_leaders; i++) {
        const Model__Leader *l = o->leaders[i];
        int fits = fitness(a, ap, who, l);
        bool unnamed = who == WHO_RESPONSIBLE && fits < 2 && !named;
        if (fits <= best || unnamed || !office_in_term(l, at) ||
            strcmp(l->person, ap->account->person) == 0 || (named && strcmp(named, l->person) != 0))
            continue;
        best = fits;
        officer->person = l->person;
        officer->office = arena_printf(a->call.arena, "%s %s", l->kind, o->id);
        if (!officer->office)
            return GDPOP_ERR_NOMEM;
    }
    return 0;
}

/* Who supervises may be overruled from above: there a leader is looked for by name. */
static int find_officer(struct gdpop_admin *a, const struct applying *ap, struct office office,
                        const char *named, int64_t at, struct officer *officer)
{
    Model__Organisation *o;
    *officer = (struct officer){NULL, NULL, false};
    if (office.who == WHO_NOBODY || office.who == WHO_ADMINISTRATOR)
        return 0;
    int r = office_place(a, ap->unit, office.where, &o);
    if (r == 0)
        r = find_in(a, ap, office.who, o, named, at, officer);
    for (int i = 0; r == 0 && named && office.where == WHERE_SUPERVISES && !officer->person &&
                    o->supervised_by[0] && i < LEVELS_MAX;
         i++)
        if ((r = store_get_organisation(a->call.txn, o->supervised_by, &o)) == 0)
            r = find_in(a, ap, office.who, o, named, at, officer);
    return r;
}

static int find_either(struct gdpop_admin *a, const struct applying *ap,
                       const struct matrix_row *row, const char *named, int64_t at,
                       struct officer *officer)
{
    int r = find_officer(a, ap, row->approves[0], named, at, officer);
    if (r == 0 && !officer->person)
        r = find_officer(a, ap, row->approves[1], named, at, officer);
    return r;
}

int office_is_approver(struct gdpop_admin *a, const struct applying *ap,
                       const struct matrix_row *row, const char *person, int64_t at, bool *is)
{
    struct officer officer;
    int r = find_either(a, ap, row, person, at, &officer);
    *is = r == 0 && officer.person;
    return r;
}

static const char *title_of(enum who who)
{
    switch (who) {
    case WHO_PRINCIPAL:
        return _("the principal leader");
    case WHO_HEAD:
        return _("the head of the department");
    case WHO_ADMINISTRATOR:
        return _("an administrator");
    default:
        return _("the responsible leader");
    }
}

const char *office_who(struct gdpop_admin *a, const struct applying *ap,
                       const struct matrix_row *row, int64_t at)
{
    char *text = admin_copy(a, "");
    for (int i = 0; i < 2 && text; i++) {
        struct office office = row->approves[i];
        struct officer officer;
        Model__Organisation *o;
        if (office.who == WHO_NOBODY || office_place(a, ap->unit, office.where, &o) != 0 ||
            find_officer(a, ap, office, NULL, at, &officer) != 0)
            continue;
        const char *title = title_of(office.who);
        const char *person = officer.person ? officer.person : _("none on record; see org leader");
        const char *one =
            office.who == WHO_ADMINISTRATOR
                ? arena_printf(a->call.arena, _("%s of %s"), title, o->id)
                : arena_printf(a->call.arena, _("%s of %s (%s)"), title, o->id, person);
        text =
            arena_printf(a->call.arena, "%s%s%s", text, text[0] ? _(" or ") : "", one ? one : "");
    }
    return text && text[0] ? text : _("nobody");
}

int office_approver(struct gdpop_admin *a, const struct applying *ap, const struct matrix_row *row,
                    const char *named, int64_t at, struct officer *officer)
{
    int r = find_either(a, ap, row, named, at, officer);
    if (r != 0 || officer->person)
        return r;
    if (named)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s: %s may not approve this: in office on that day and entitled is %s, "
                          "and nobody for themselves"),
                        row->article, named, office_who(a, ap, row, at));
    return err_fail(GDPOP_ERR_REFUSED, _("%s: nobody on record may approve this: it belongs to %s"),
                    row->article, office_who(a, ap, row, at));
}

int office_row(const struct applying *ap, enum regulation regulation, const struct matrix_row **row)
{
    *row = matrix_find(regulation, ap->act, ap->applicant, ap->level);
    if (*row && (*row)->refused)
        return err_fail(
            GDPOP_ERR_REFUSED,
            _("%s: there are no administrators at level %s; the chain ends at the county"),
            (*row)->article, word_shown(ap->unit->level));
    return 0;
}

int office_holds(struct gdpop_admin *a, const struct applying *ap, struct office office,
                 bool *holds)
{
    Model__Organisation *o;
    int r = office_place(a, ap->unit, office.where, &o);
    *holds = !a->self;
    if (r != 0 || !a->self || !(a->self->duties & (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)))
        return r;
    return store_is_within(a->call.txn, o->id, a->self->organisation, holds);
}

int office_carries_out(struct gdpop_admin *a, const struct applying *ap, bool *may,
                       const char **where)
{
    static const enum regulation order[] = {REGULATION_GD, REGULATION_SZ};
    *may = true;
    *where = "";
    for (int i = 0; i < 2; i++) {
        const struct matrix_row *row;
        Model__Organisation *o;
        int r = ap->regulations & order[i] ? office_row(ap, order[i], &row) : 0;
        if (r != 0)
            return r;
        if (!(ap->regulations & order[i]) || !row)
            continue;
        if (row->carries_out.who == WHO_APPLICANT)
            return 0;
        if ((r = office_place(a, ap->unit, row->carries_out.where, &o)) != 0)
            return r;
        *where = o->id;
        return office_holds(a, ap, row->carries_out, may);
    }
    return 0;
}

struct leading {
    const struct gdpop_admin *a;
    const char *person;
    bool leads;
};

static int look_for_leader(struct bytes key, void *message, void *arg)
{
    struct leading *l = arg;
    const Model__Organisation *o = message;
    (void)key;
    for (size_t i = 0; i < o->n_leaders && !l->leads; i++)
        l->leads = strcmp(o->leaders[i]->person, l->person) == 0 &&
                   office_in_term(o->leaders[i], l->a->now_at);
    return l->leads;
}

int office_leads(struct gdpop_admin *a, const char *person, bool *leads)
{
    struct leading l = {a, person, false};
    int r = store_scan(a->call.txn, &table_organisation, BYTES("", 0), look_for_leader, &l);
    *leads = l.leads;
    return r < 0 ? r : 0;
}
