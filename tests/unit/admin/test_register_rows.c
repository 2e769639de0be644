/* Every row of the register table, by the commands: an entry is written and goes each way that the
 * row names, by the right duty and by a wrong one, with its fields and without. */
#include "admin/register.h"
#include "fixture.h"

enum { ARGS = 40 };

struct args {
    struct gdpop_arg list[ARGS];
    size_t count;
    char text[ARGS][96];
};

static void give(struct args *g, const char *name, const char *value)
{
    char *text = g->text[g->count];
    assert_true(g->count < ARGS);
    snprintf(text, sizeof(g->text[0]), "%s", value);
    g->list[g->count++] = (struct gdpop_arg){name, text, strlen(text)};
}

/* A good value; no two persons of one entry are the same, so that who must be apart is. */
static const char *value_for(const struct register_field *f, int person, char out[static 64])
{
    static const char *const persons[] = {"P000002", "P000003", "P000004", "P000006"};
    switch (f->kind) {
    case FIELD_DATE:
        return "2026-01-05";
    case FIELD_NUMBER:
        return "3";
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        snprintf(out, 64, "%.*s", (int)strcspn(f->choices, " "), f->choices);
        return out;
    case FIELD_PERSON:
        return persons[person % 4];
    case FIELD_LEADER:
        return "P000009"; /* of the city */
    case FIELD_ABOVE:
        return "P000001"; /* an administrator of the province */
    case FIELD_ENTRY:
        snprintf(out, 64, "R-%s", f->choices);
        return out;
    default:
        return "内容";
    }
}

static void give_field(struct args *g, const struct register_field *f, int person)
{
    char value[64], text[96];
    snprintf(text, sizeof(text), "%s=%s", f->name, value_for(f, person, value));
    give(g, "field", text);
}

static const struct register_field *field_of(const struct register_kind *kind, const char *name,
                                             size_t len)
{
    const struct register_field *f = kind->fields;
    while (f->name && (strlen(f->name) != len || strncmp(f->name, name, len) != 0))
        f++;
    assert_non_null(f->name);
    return f;
}

/* Who holds the duty; NULL when the row lets every duty do it (wrong) or none (right). */
static const char *actor(unsigned duties, bool right)
{
    static const struct {
        unsigned duty;
        const char *name;
    } list[] = {{GDPOP_DUTY_SYSTEM, "sysadm"},
                {GDPOP_DUTY_SECURITY, "secadm"},
                {GDPOP_DUTY_AUDIT, "audadm"}};
    for (size_t i = 0; i < 3; i++)
        if (((duties & list[i].duty) != 0) == right)
            return list[i].name;
    return NULL;
}

static int call_with(struct fixture *f, const char *by, const char *verb, const struct args *g)
{
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, by, 0, &f->a));
    int r = gdpop_admin_call(f->a, "register", verb, g->list, g->count, &f->result);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}

static void give_subject(struct args *g, const struct register_kind *kind)
{
    if (kind->subjects & SUBJECT_PERSON)
        give(g, "person", "P000005");
    else if (kind->subjects & SUBJECT_DEVICE)
        give(g, "device", "D000001");
    else if (kind->subjects & SUBJECT_HOST)
        give(g, "host", "0123456789abcdef0123456789abcdef");
}

/* All that the first state asks for, but for the field skipped. */
static void give_first(struct args *g, const struct register_kind *kind, const char *skipped)
{
    int person = 0;
    *g = (struct args){.count = 0};
    give(g, "register", kind->name);
    give_subject(g, kind);
    give(g, "org", "city");
    give(g, "date", "2026-01-05");
    for (const struct register_field *f = kind->fields; f->name; f++)
        if ((f->required || register_has_word(kind->moves[0].needs, f->name)) &&
            !(skipped && strcmp(skipped, f->name) == 0))
            give_field(g, f, person++);
}

static int put_others(struct txn *t, void *arg)
{
    Model__Device d = MODEL__DEVICE__INIT;
    Model__Host h = MODEL__HOST__INIT;
    char id[64];
    (void)arg;
    d.id = T("D000001");
    d.kind = T("computer");
    d.organisation = h.organisation = T("city");
    d.state = T("bound");
    h.id = T("0123456789abcdef0123456789abcdef");
    h.name = T("app9");
    h.state = T("active");
    assert_int_equal(store_put_device(t, &d), 0);
    assert_int_equal(store_put_host(t, &h), 0);
    for (const struct register_kind *kind = register_kinds; kind->name; kind++) {
        Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
        Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
        snprintf(id, sizeof(id), "R-%s", kind->name);
        e.id = id;
        e.register_ = T(kind->name);
        e.organisation = T("city");
        e.state = m.state = T(kind->moves[0].to);
        e.moves = moves;
        e.n_moves = 1;
        assert_int_equal(store_put_register_entry(t, &e), 0);
    }
    return 0;
}

static void an_entry_of_every_register(void **state)
{
    struct fixture *f = *state;
    struct args g;
    size_t rows = 0;
    with_store(f, put_others, NULL);
    for (const struct register_kind *kind = register_kinds; kind->name; kind++, rows++) {
        const char *good = actor(kind->moves[0].duties, true);
        const char *bad = actor(kind->moves[0].duties, false);
        give_first(&g, kind, NULL);
        int r = bad ? call_with(f, bad, "add", &g) : GDPOP_ERR_NOT_AUTHORISED;
        if (r != GDPOP_ERR_NOT_AUTHORISED || (bad && !strstr(err_sentence(), "another duty")))
            fail_msg("%s by %s: %d %s", kind->name, bad, r, err_sentence());
        for (const struct register_field *one = kind->fields; one->name; one++) {
            if (!one->required && !register_has_word(kind->moves[0].needs, one->name))
                continue;
            give_first(&g, kind, one->name);
            r = call_with(f, good, "add", &g);
            if (r != GDPOP_ERR_REFUSED || !strstr(err_sentence(), one->name))
                fail_msg("%s without %s: %d %s", kind->name, one->name, r, err_sentence());
        }
        give_first(&g, kind, NULL);
        if ((r = call_with(f, good, "add", &g)) != 0)
            fail_msg("%s by %s: %d %s", kind->name, good, r, err_sentence());
        assert_string_equal(field(f, 0, "state"), kind->moves[0].to);
    }
    assert_true(rows >= 25);
}

struct placed {
    const struct register_kind *kind;
    const char *state;
};

/* An entry in that state, with its required fields. */
static int place(struct txn *t, void *arg)
{
    const struct placed *p = arg;
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
    Model__NamedValue values[ARGS], *fields[ARGS];
    char text[ARGS][64];
    int person = 0;
    e.id = T("R000900");
    e.register_ = T(p->kind->name);
    e.organisation = T("city");
    if (p->kind->subjects & SUBJECT_PERSON)
        e.person = T("P000005");
    e.state = m.state = T(p->state);
    m.at = m.recorded_at = 1;
    e.moves = moves;
    e.n_moves = 1;
    for (const struct register_field *f = p->kind->fields; f->name; f++) {
        if (!f->required)
            continue;
        model__named_value__init(&values[e.n_fields]);
        values[e.n_fields].name = T(f->name);
        values[e.n_fields].value = T(value_for(f, person++, text[e.n_fields]));
        fields[e.n_fields] = &values[e.n_fields];
        e.n_fields++;
    }
    e.fields = fields;
    return store_put_register_entry(t, &e);
}

/* The fields that a move asks for, but for the one skipped. */
static void give_move(struct args *g, const struct register_kind *kind,
                      const struct register_move *move, const struct register_field *skipped)
{
    int person = 3; /* none of those that are there already */
    *g = (struct args){.count = 0};
    give(g, "id", "R000900");
    give(g, "state", move->to);
    for (const char *at = move->needs; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        const struct register_field *f = field_of(kind, at, len);
        if (f != skipped)
            give_field(g, f, person++);
        at += len;
    }
}

static void try_move(struct fixture *f, const struct register_kind *kind,
                     const struct register_move *move)
{
    struct placed p = {kind, move->from};
    const char *good = actor(move->duties, true), *bad = actor(move->duties, false);
    struct args g;
    int r;
    with_store(f, place, &p);
    give_move(&g, kind, move, NULL);
    if (bad && ((r = call_with(f, bad, "move", &g)) != GDPOP_ERR_NOT_AUTHORISED ||
                !strstr(err_sentence(), "another duty")))
        fail_msg("%s %s to %s by %s: %d %s", kind->name, move->from, move->to, bad, r,
                 err_sentence());
    for (const struct register_field *one = kind->fields; one->name; one++) {
        if (one->required || !*move->needs || !register_has_word(move->needs, one->name))
            continue;
        give_move(&g, kind, move, one);
        r = call_with(f, good, "move", &g);
        if (r != GDPOP_ERR_REFUSED || !strstr(err_sentence(), one->name))
            fail_msg("%s to %s without %s: %d %s", kind->name, move->to, one->name, r,
                     err_sentence());
    }
    give_move(&g, kind, move, NULL);
    if ((r = call_with(f, good, "move", &g)) != 0)
        fail_msg("%s %s to %s by %s: %d %s", kind->name, move->from, move->to, good, r,
                 err_sentence());
    assert_ok(RUN(f, "audadm", "register", "show", "id", "R000900"));
    assert_string_equal(field(f, 0, "state"), move->to);
}

static void each_move_by_the_right_duty_and_a_wrong_one(void **state)
{
    struct fixture *f = *state;
    size_t moves = 0;
    with_store(f, put_others, NULL);
    for (const struct register_kind *kind = register_kinds; kind->name; kind++)
        for (const struct register_move *move = kind->moves; move->from; move++)
            if (*move->from) {
                try_move(f, kind, move);
                moves++;
            }
    assert_true(moves >= 25);
}

/* Who asked is known to whoever holds the paper; the register shows no number in full. */
static void numbers_are_shown_in_part(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "sysadm", "register", "add", "register", "query", "org", "city", "field",
                  "applicant=王五", "field", "applicant_document=440106199001011235", "field",
                  "unit=统计局", "field", "phone=13800138000", "field", "content=statistics",
                  "field", "purpose=年报", "field", "letter=介绍信1号"));
    char id[16];
    snprintf(id, sizeof(id), "%s", field(f, 0, "id"));
    assert_ok(RUN(f, "audadm", "register", "show", "id", id));
    assert_string_equal(field(f, 0, "phone"), "138****8000");
    assert_string_equal(field(f, 0, "applicant_document"), "440***********1235");
    assert_string_equal(field(f, 0, "unit"), "统计局");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(an_entry_of_every_register),
        ADMIN_TEST(numbers_are_shown_in_part),
        ADMIN_TEST(each_move_by_the_right_duty_and_a_wrong_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
