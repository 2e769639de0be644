/* The fields of an entry: read, and checked against the row of its register. */
#include "admin/register.h"

static const struct register_field *find_field(const struct register_kind *kind, const char *name,
                                               size_t len)
{
    for (const struct register_field *f = kind->fields; f->name; f++)
        if (strlen(f->name) == len && strncmp(f->name, name, len) == 0)
            return f;
    return NULL;
}

static int set_value(struct gdpop_admin *a, Model__RegisterEntry *e, const char *name, char *value)
{
    for (size_t i = 0; i < e->n_fields; i++)
        if (strcmp(e->fields[i]->name, name) == 0) {
            e->fields[i]->value = value;
            return 0;
        }
    Model__NamedValue *v = arena_alloc(a->call.arena, sizeof(*v));
    if (!v)
        return GDPOP_ERR_NOMEM;
    model__named_value__init(v);
    v->name = (char *)name;
    v->value = value;
    return codec_add_message(a->call.arena, &e->fields, &e->n_fields, v);
}

/* What was written down stands; only the move that asks for a field may give it anew. */
static int check_may_set(const Model__RegisterEntry *e, const struct register_field *f,
                         const char *needs)
{
    if (register_has_word(needs, f->name))
        return 0;
    if (*register_value(e, f->name))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the field %s is written down already; a new entry corrects it"),
                        f->name);
    return f->kind == FIELD_LEADER && !f->required
               ? err_fail(GDPOP_ERR_REFUSED, _("the field %s comes with the approval, not before"),
                          f->name)
               : 0;
}

int register_take_fields(struct gdpop_admin *a, const struct register_kind *kind,
                         Model__RegisterEntry *e, const char *needs, char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *equals = strchr(texts[i], '=');
        const struct register_field *f =
            equals ? find_field(kind, texts[i], (size_t)(equals - texts[i])) : NULL;
        if (!equals || !equals[1])
            return err_fail(GDPOP_ERR_USAGE, _("--field must be NAME=VALUE, it is \"%s\""),
                            texts[i]);
        if (!f)
            return err_fail(GDPOP_ERR_USAGE,
                            _("the register %s has no field \"%.*s\"; see register kinds %s"),
                            kind->name, (int)(equals - texts[i]), texts[i], kind->name);
        int r = check_may_set(e, f, needs);
        if (r != 0 || (r = set_value(a, e, f->name, equals + 1)) != 0)
            return r;
    }
    return 0;
}

static int check_choices(const struct register_field *f, const char *value, bool several)
{
    char word[64];
    for (const char *at = value; *at;) {
        size_t n = several ? strcspn(at, ",") : strlen(at);
        if (n < sizeof(word)) {
            memcpy(word, at, n);
            word[n] = '\0';
        }
        if (n >= sizeof(word) || !register_has_word(f->choices, word))
            return err_fail(GDPOP_ERR_USAGE, _("the field %s must be one of: %s (it is \"%s\")"),
                            f->name, f->choices, value);
        at += n + (at[n] == ',');
    }
    return 0;
}

static bool leads(const Model__Organisation *o, const char *person, int64_t at)
{
    for (size_t i = 0; i < o->n_leaders; i++)
        if (strcmp(o->leaders[i]->person, person) == 0 && o->leaders[i]->from_at <= at &&
            (o->leaders[i]->until_at == 0 || at < o->leaders[i]->until_at))
            return true;
    return false;
}

static int check_leader(struct gdpop_admin *a, const Model__RegisterEntry *e,
                        const struct register_field *f, const char *person, int64_t at)
{
    enum { LEVELS_MAX = 16 };
    const char *id = e->organisation;
    for (int level = 0; level < LEVELS_MAX && id[0]; level++) {
        Model__Organisation *o;
        int r = store_get_organisation(a->call.txn, id, &o);
        if (r != 0)
            return r;
        if (leads(o, person, at))
            return 0;
        id = o->supervised_by;
    }
    return err_fail(GDPOP_ERR_REFUSED,
                    _("the field %s needs a leader who was in office that day in %s or in an "
                      "organisation that supervises it; %s was not"),
                    f->name, e->organisation, person);
}

static int check_entry(struct gdpop_admin *a, const struct register_field *f, const char *id)
{
    Model__RegisterEntry *other;
    int r = store_get_register_entry(a->call.txn, id, &other);
    if (r == GDPOP_ERR_NOT_FOUND || (r == 0 && strcmp(other->register_, f->choices) != 0))
        return err_fail(GDPOP_ERR_NOT_FOUND,
                        _("the field %s needs an entry of the register %s: %s"), f->name,
                        f->choices, id);
    return r;
}

/* SZ-24: 上级管理员. */
static int check_above(struct gdpop_admin *a, const Model__RegisterEntry *e, const char *person)
{
    Model__Organisation *o;
    Model__Account *x = NULL;
    bool above = false;
    char *name;
    int r = store_account_of_person(a->call.txn, person, &name);
    if (r == 0)
        r = store_get_account(a->call.txn, name, &x);
    if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) ||
        (r = store_get_organisation(a->call.txn, e->organisation, &o)) != 0 ||
        (x && (r = store_is_within(a->call.txn, o->id, x->organisation, &above)) != 0))
        return r;
    above = above && (strcmp(o->id, x->organisation) != 0 || !o->supervised_by[0]);
    if (x && above && (x->duties & (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)) &&
        account_in_force(x, a->now_at) && strcmp(person, e->person) != 0)
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("SZ-24: the key is given once an administrator of the level above %s has "
                      "reviewed it; %s is none"),
                    o->id, person);
}

static int check_value(struct gdpop_admin *a, const Model__RegisterEntry *e,
                       const struct register_field *f, const char *value, int64_t at)
{
    Model__Person *p;
    int64_t date;
    int r;
    switch (f->kind) {
    case FIELD_DATE:
        r = clock_parse(value, a->utc_offset_min, false, &date);
        return r == 0 ? 0 : err_prefix(GDPOP_ERR_USAGE, "%s", f->name);
    case FIELD_NUMBER:
        return value[strspn(value, "0123456789")] || strlen(value) > 18
                   ? err_fail(GDPOP_ERR_USAGE, _("the field %s must be a number, it is \"%s\""),
                              f->name, value)
                   : 0;
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        return check_choices(f, value, f->kind == FIELD_CHOICES);
    case FIELD_PERSON:
    case FIELD_ABOVE:
    case FIELD_LEADER:
        r = store_get_person(a->call.txn, value, &p);
        if (r == GDPOP_ERR_NOT_FOUND)
            return err_fail(r, _("the field %s needs the number of a person: %s is none"), f->name,
                            value);
        if (r != 0 || f->kind == FIELD_PERSON)
            return r;
        return f->kind == FIELD_ABOVE ? check_above(a, e, value) : check_leader(a, e, f, value, at);
    case FIELD_ENTRY:
        return check_entry(a, f, value);
    default:
        return 0;
    }
}

/* Who assesses is not who approves (GD-15); nobody approves what concerns them. */
static int check_apart(const struct register_kind *kind, const Model__RegisterEntry *e)
{
    char first[32];
    if (!kind->apart)
        return 0;
    size_t n = strcspn(kind->apart, " ");
    memcpy(first, kind->apart, n);
    first[n] = '\0';
    const char *second = kind->apart + n + 1, *one = register_value(e, first);
    if (*one && strcmp(one, register_value(e, second)) == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s and %s must be different persons; %s is both"),
                        first, second, one);
    return 0;
}

int register_check_fields(struct gdpop_admin *a, const struct register_kind *kind,
                          const Model__RegisterEntry *e, const char *needs, int64_t at)
{
    for (const struct register_field *f = kind->fields; f->name; f++) {
        const char *value = register_value(e, f->name);
        bool needed = f->required || register_has_word(needs, f->name);
        if (!*value && needed)
            return err_fail(GDPOP_ERR_REFUSED, _("--field %s=… is needed: %s"), f->name,
                            text_get(f->title));
        bool decides = register_has_word(needs, f->name) || f->kind != FIELD_LEADER;
        int r = *value && decides ? check_value(a, e, f, value, at) : 0;
        if (r != 0)
            return r;
        if (*value && f->kind == FIELD_LEADER && strcmp(value, e->person) == 0)
            return err_fail(GDPOP_ERR_REFUSED, _("%s cannot approve what concerns themselves"),
                            value);
    }
    return check_apart(kind, e);
}
