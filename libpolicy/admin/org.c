#include "admin/admin.h"

#include "model/identity.h"

static const char level_names[] = "province city county town village";

/* 0 for province … 4 for village. */
static int level_rank(const char *level)
{
    static const char *const names[] = {"province", "city", "county", "town", "village"};
    for (int i = 0; i < 5; i++)
        if (strcmp(names[i], level) == 0)
            return i;
    return -1;
}

static int check_supervisor(struct gdpop_admin *a, const Model__Organisation *o)
{
    Model__Organisation *above;
    int r;
    if (!o->supervised_by[0]) {
        if (!a->self)
            return 0;
        return err_fail(
            GDPOP_ERR_USAGE,
            _("--supervised-by is missing: only `init` makes an organisation at the top"));
    }
    if ((r = admin_organisation(a, o->supervised_by, &above)) != 0)
        return r;
    if (level_rank(above->level) > level_rank(o->level))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("an organisation of level %s cannot supervise one of level %s"),
                        word_shown(above->level), word_shown(o->level));
    return 0;
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    Model__Organisation *known, o = MODEL__ORGANISATION__INIT;
    bool known_division;
    int r;
    o.id = admin_copy(a, request_word(q, "id"));
    o.name = admin_copy(a, request_word(q, "name"));
    o.level = admin_copy(a, request_word(q, "level"));
    o.division = admin_copy(a, request_word(q, "division"));
    o.supervised_by = admin_copy(a, request_word(q, "supervised-by"));
    o.kind = admin_copy(a, request_word(q, "kind"));
    o.created_at = a->now_at;
    if (!o.id || !o.name || !o.level || !o.division || !o.supervised_by || !o.kind)
        return GDPOP_ERR_NOMEM;
    if ((r = identity_check_organisation_id(o.id)) != 0 ||
        (r = identity_check_division(o.division, &known_division)) != 0 ||
        (r = check_supervisor(a, &o)) != 0)
        return r;
    r = store_get_organisation(a->call.txn, o.id, &known);
    if (r == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("there is an organisation %s already: %s"), o.id,
                        known->name);
    if (r != GDPOP_ERR_NOT_FOUND || (r = admin_name_is_free(a, o.id, &table_organisation)) != 0 ||
        (r = store_put_organisation(a->call.txn, &o)) != 0 ||
        (r = admin_event(a, "org.add", NULL, o.id, o.supervised_by)) != 0)
        return r;
    return result_message(a,
                          known_division ? _("organisation %s (%s) added")
                                         : _("organisation %s (%s) added; its division code is not "
                                             "in the list shipped with gdpop"),
                          o.id, o.name);
}

/* The one of a kind who holds the office now hands it over. */
static void end_terms(Model__Organisation *o, const Model__Leader *l)
{
    for (size_t i = 0; i < o->n_leaders; i++)
        if (strcmp(o->leaders[i]->kind, l->kind) == 0 && o->leaders[i]->until_at == 0 &&
            strcmp(o->leaders[i]->department, l->department) == 0)
            o->leaders[i]->until_at = l->from_at;
}

/* Who acts for a leader, or by his delegation, does so for a term and on a paper. */
static int check_term(const struct gdpop_admin *a, const Model__Leader *l, const struct request *q)
{
    bool for_another = strcmp(l->kind, "acting") == 0 || strcmp(l->kind, "delegate") == 0;
    if (for_another && (l->until_at == 0 || !request_text(q, "paper")))
        return err_fail(GDPOP_ERR_USAGE, _("%s needs a term and a paper: --until, --paper"),
                        word_shown(l->kind));
    if (l->until_at && l->until_at <= l->from_at)
        return err_fail(GDPOP_ERR_USAGE, _("--until lies before --from"));
    if ((strcmp(l->kind, "head") == 0) != (l->department[0] != '\0'))
        return err_fail(GDPOP_ERR_USAGE, _("a head, and only a head, has a --department"));
    if (l->n_scope && strcmp(l->kind, "delegate") != 0)
        return err_fail(GDPOP_ERR_USAGE, _("only a delegation has a --scope"));
    /* Who appoints a leader alone would approve by that leader's hand. */
    if (a->self && !request_text(q, "paper"))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("GD-7: a leader takes office by a signed paper: --paper FILE"));
    return 0;
}

static int leader(struct gdpop_admin *a, const struct request *q)
{
    Model__Organisation *o;
    Model__Person *p;
    Model__Leader *l = arena_alloc(a->call.arena, sizeof(*l));
    int r;
    if (!l)
        return GDPOP_ERR_NOMEM;
    model__leader__init(l);
    if ((r = admin_organisation(a, request_word(q, "id"), &o)) != 0 ||
        (r = admin_person(a, request_word(q, "person"), &p)) != 0 ||
        (r = request_instant(a, q, "from", false, &l->from_at)) != 0 ||
        (r = request_instant(a, q, "until", true, &l->until_at)) != 0 ||
        (r = admin_not_own_person(a, p->id)) != 0)
        return r;
    l->person = p->id;
    l->kind = admin_copy(a, request_word(q, "kind"));
    l->department = admin_copy(a, request_word(q, "department"));
    if (!l->kind || !l->department)
        return GDPOP_ERR_NOMEM;
    if ((r = request_all(a, q, "scope", &l->scope, &l->n_scope)) != 0 ||
        (r = check_term(a, l, q)) != 0 ||
        (r = admin_paper(a, "appointment", request_file(q, "paper"), NULL, l->from_at,
                         &l->paper)) != 0)
        return r;
    end_terms(o, l);
    if ((r = codec_add_message(a->call.arena, &o->leaders, &o->n_leaders, l)) != 0 ||
        (r = store_put_organisation(a->call.txn, o)) != 0 ||
        (r = publish_touch(a->call.txn)) != 0 ||
        (r = admin_event(a, "org.leader", NULL, o->id, p->id)) != 0)
        return r;
    return result_message(a, _("%s is leader (%s) of %s"), p->id, word_shown(l->kind), o->id);
}

static int describe(struct gdpop_admin *a, const Model__Organisation *o, int depth)
{
    int r;
    if ((r = result_row(a, depth)) != 0 ||
        (r = result_text(a, "id", _("Organisation"), o->id)) != 0 ||
        (r = result_text(a, "name", _("Name"), o->name)) != 0 ||
        (r = result_word(a, "level", _("Level"), o->level)) != 0 ||
        (r = result_text(a, "division", _("Division"), o->division)) != 0 ||
        (r = result_text(a, "supervised_by", _("Supervised by"), o->supervised_by)) != 0)
        return r;
    return result_bool(a, "suspended", _("Suspended"), o->suspended);
}

struct tree {
    struct gdpop_admin *a;
    Model__Organisation **list;
    size_t count;
};

static int collect(struct bytes key, void *message, void *arg)
{
    struct tree *tree = arg;
    (void)key;
    return codec_add_message(tree->a->call.arena, &tree->list, &tree->count, message);
}

/* depth also bounds a cycle that a damaged store might hold. */
static int branch(struct tree *tree, const char *supervisor, int depth)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < tree->count && depth < 16; i++) {
        if (strcmp(tree->list[i]->supervised_by, supervisor) != 0)
            continue;
        if ((r = describe(tree->a, tree->list[i], depth)) == 0)
            r = branch(tree, tree->list[i]->id, depth + 1);
    }
    return r;
}

static int tree(struct gdpop_admin *a, const struct request *q)
{
    struct tree t = {.a = a};
    Model__Organisation *top = NULL;
    const char *id = request_text(q, "org");
    int r;
    result_list(a);
    if (!id && a->self)
        id = a->self->organisation;
    if ((id && (r = admin_organisation(a, id, &top)) != 0) ||
        (r = store_each(a->call.txn, &table_organisation, BYTES("", 0), collect, &t)) != 0)
        return r;
    if (top && (r = describe(a, top, 0)) != 0)
        return r;
    return branch(&t, top ? top->id : "", top ? 1 : 0);
}

const struct operation operations_org[] = {
    {.public = {.noun = "org",
                .verb = "add",
                .help = N_("Add an organisation."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "gdws --name 某省卫生健康委 --level province --division 440000",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "ID", N_("its unified social credit code or a chosen id")),
                        REQUIRED("name", GDPOP_PARAM_TEXT, "NAME", N_("its name")),
                        {.name = "level",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .metavar = "LEVEL",
                         .choices = level_names,
                         .help = N_("its level by supervision, not by address")},
                        REQUIRED("division", GDPOP_PARAM_WORD, "CODE",
                                 N_("code of the division it lies in (GB/T 2260)")),
                        OPTIONAL("supervised-by", GDPOP_PARAM_WORD, "ID",
                                 N_("the organisation that supervises it")),
                        {.name = "kind",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "KIND",
                         .choices = "bureau unit data-user vendor centre",
                         .help = N_("what it is; a bureau when left out")},
                        PARAMS_END}},
     .run = add},
    {.public = {.noun = "org",
                .verb = "leader",
                .help = N_("Record who leads an organisation."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "gdws --person P000001 --kind responsible --from 2026-01-01 "
                           "--paper appointment.pdf",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "ID", N_("the organisation")),
                        REQUIRED("person", GDPOP_PARAM_WORD, "PERSON",
                                 N_("the person who takes office")),
                        {.name = "kind",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .metavar = "KIND",
                         .choices = "principal responsible acting delegate head",
                         .help = N_("principal (主要领导), responsible (主管领导), acting for him, "
                                    "by his delegation, or head of a department")},
                        REQUIRED("from", GDPOP_PARAM_DATE, "DATE", N_("first day in office")),
                        OPTIONAL("until", GDPOP_PARAM_DATE, "DATE", N_("last day in office")),
                        OPTIONAL("department", GDPOP_PARAM_TEXT, "NAME",
                                 N_("the department of a head")),
                        {.name = "scope",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "ACT",
                         .choices = "account right urgent exception window",
                         .help = N_("an act that the delegation covers; all when left out")},
                        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE",
                                 N_("the appointment or delegation; its digest is kept")),
                        PARAMS_END}},
     .run = leader},
    {.public = {.noun = "org",
                .verb = "tree",
                .help = N_("Show the organisations by supervision."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("org", "ORG", N_("only this one and those below")),
                        PARAMS_END}},
     .run = tree},
    {.public = {.noun = NULL}},
};
