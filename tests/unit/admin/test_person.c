/* Corrections, documents found elsewhere, and the removal of personal data. */
#include "witness.h"

#define OLD "11010519491231002X"
#define NEW "440106199001011235"
#define FREE "440106199001010013"

static int setup(void **state)
{
    int r = fixture_setup(state);
    struct fixture *f = *state;
    if (r != 0)
        return r;
    with_store(f, put_cheap_hash, NULL);
    give_password(f, "secadm", RIGHT);
    return 0;
}

#define PERSON_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

static int give_document(struct txn *t, void *arg)
{
    Model__Person *p;
    int r = store_get_person(t, arg, &p);
    p->document->number = T(OLD);
    return r == 0 ? store_put_person(t, p) : r;
}

#define ADD(f, actor, number, organisation)                                                        \
    RUN(f, actor, "person", "add", "name", "新人", "id-number", number, "org", organisation,       \
        "post", "科员", "phone", "13800138009")

static void a_corrected_number_stays_the_person_s(void **state)
{
    struct fixture *f = *state;
    with_store(f, give_document, T("P000005"));
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000005", "id-number", NEW,
                       "reason", "录入错误"),
                   GDPOP_ERR_USAGE, "--paper");
    assert_ok(RUN(f, "sysadm", "person", "correct", "id", "P000005", "id-number", NEW, "reason",
                  "录入错误", "paper", "scan"));
    assert_refused(ADD(f, "sysadm", OLD, "county"), GDPOP_ERR_EXISTS, "P000005");
    assert_refused(ADD(f, "sysadm", NEW, "county"), GDPOP_ERR_EXISTS, "P000005");
    /* And back again. */
    assert_ok(RUN(f, "sysadm", "person", "correct", "id", "P000005", "id-number", OLD, "reason",
                  "x", "paper", "scan"));
    assert_refused(ADD(f, "sysadm", NEW, "county"), GDPOP_ERR_EXISTS, "P000005");
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "person.correct"));
    assert_int_equal(f->result->count, 2);
    assert_int_equal(
        find_part(f, "detail", "id_number 110***********002X -> 440***********1235; 录入错误") >= 0,
        1);
}

static void what_may_not_be_corrected(void **state)
{
    struct fixture *f = *state;
    with_store(f, give_document, T("P000007"));
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000005", "id-number", OLD,
                       "reason", "x", "paper", "scan"),
                   GDPOP_ERR_EXISTS, "somebody else");
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000005", "id-number",
                       "440106199001011236", "reason", "x", "paper", "scan"),
                   GDPOP_ERR_FORMAT, "--id-number");
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000002", "phone", "13800138001",
                       "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000007", "phone", "13800138001",
                       "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(RUN(f, "secadm", "person", "correct", "id", "P000005", "phone", "13800138001",
                       "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "system");
    assert_refused(RUN(f, "sysadm", "person", "correct", "id", "P000005", "reason", "x"),
                   GDPOP_ERR_USAGE, "nothing to correct");
}

/* Nobody changes a number and is called back on it. */
static void a_new_telephone_is_not_called_back_at_once(void **state)
{
    struct fixture *f = *state;
    give_password(f, "zhangsan", RIGHT);
    assert_ok(RUN(f, "sysadm", "person", "correct", "id", "P000005", "phone", "13900139001",
                  "reason", "换号"));
    assert_refused(RUN(f, "sysadm", "reset", "open", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_REFUSED, "7 days");
}

/* Which organisation to ask, and nothing else; the attempt is on record. */
static void a_document_found_elsewhere_tells_whom_to_ask(void **state)
{
    struct fixture *f = *state;
    with_store(f, give_document, T("P000007"));
    assert_refused(ADD(f, "sysadm", OLD, "county"), GDPOP_ERR_EXISTS, "ask elsewhere");
    assert_null(strstr(err_sentence(), "P000007"));
    assert_null(strstr(err_sentence(), "wangwu"));
    assert_refused(RUN(f, "sysadm", "person", "add", "name", "新人", "id-number", OLD, "org",
                       "county", "post", "科员", "phone", "13800138009", "or-existing", "yes"),
                   GDPOP_ERR_EXISTS, "ask elsewhere");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "person.add"));
    assert_int_equal(f->result->count, 2);
    assert_string_equal(field(f, 0, "outcome"), "refused");
}

static int close_before(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    x->closed_at = clock_now() - *(int64_t *)arg * CLOCK_DAY;
    x->state = T("closed");
    return r == 0 ? store_put_account(t, x) : r;
}

static int reopen(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    (void)arg;
    x->state = T("active");
    return r == 0 ? store_put_account(t, x) : r;
}

static size_t due(struct fixture *f)
{
    assert_ok(RUN(f, "sysadm", "person", "purge"));
    return f->result->count;
}

static void data_are_removed_after_the_months(void **state)
{
    struct fixture *f = *state;
    int64_t days = 365 * 3 - 3;
    with_store(f, give_document, T("P000005"));
    assert_int_equal(due(f), 0);
    with_store(f, close_before, &days);
    assert_int_equal(due(f), 0);
    days = 365 * 3 + 3;
    with_store(f, close_before, &days);
    assert_int_equal(due(f), 1);
    assert_string_equal(field(f, 0, "id"), "P000005");
    /* Listed, not removed. */
    assert_ok(RUN(f, "audadm", "person", "show", "id", "P000005"));
    assert_string_equal(field(f, 0, "name"), "zhangsan");
    assert_refused(RUN(f, "sysadm", "person", "purge", "paper", "scan"), GDPOP_ERR_NOT_AUTHORISED,
                   "further people");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(RUN(f, "sysadm", "person", "purge", "paper", "scan", "confirm", "2"),
                   GDPOP_ERR_REFUSED, "--confirm 1");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RUN(f, "sysadm", "person", "purge", "paper", "scan", "confirm", "1"));
    assert_ok(RUN(f, "audadm", "person", "show", "id", "P000005"));
    assert_string_equal(field(f, 0, "name"), "");
    assert_string_equal(field(f, 0, "id_number"), "");
    assert_string_equal(field(f, 0, "phone"), "");
    assert_int_equal(due(f), 0);
    assert_ok(STAND(f, "secadm", RIGHT)); /* nobody is due: nothing to confirm */
    assert_ok(RUN(f, "sysadm", "person", "purge", "paper", "scan"));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "person.purge"));
    int done = find_row(f, "outcome", "done");
    assert_true(done >= 0);
    assert_int_equal(strncmp(field(f, (size_t)done, "detail"), "witnesses=secadm; paper ", 24), 0);
    /* The name is nobody else's, and who returns is known. */
    assert_ok(ADD(f, "sysadm", OLD, "county"));
    assert_string_equal(field(f, 0, "id"), "P000005");
    assert_ok(RUN(f, "audadm", "person", "show", "id", "P000005"));
    assert_string_equal(field(f, 0, "name"), "新人");
    assert_refused(RUN(f, "sysadm", "account", "apply", "user", "zhangsan", "person", "P000006",
                       "system", "population", "role", "entry"),
                   GDPOP_ERR_EXISTS, "belongs to another person");
    assert_ok(RUN(f, "sysadm", "account", "apply", "user", "zhangsan", "person", "P000005",
                  "system", "population", "role", "entry"));
    assert_int_equal(due(f), 0);
}

static int mention(struct txn *t, void *arg)
{
    Model__RegisterEntry e = MODEL__REGISTER_ENTRY__INIT;
    Model__RegisterMove m = MODEL__REGISTER_MOVE__INIT, *moves[] = {&m};
    Model__NamedValue note = MODEL__NAMED_VALUE__INIT, *fields[] = {&note};
    Model__Device d = MODEL__DEVICE__INIT;
    (void)arg;
    note.name = T("content");
    note.value = T("查 " OLD " zhangsan 13800138000 三项");
    e.id = T("R000001");
    e.register_ = T("query");
    e.organisation = d.organisation = T("county");
    e.person = d.responsible = T("P000005");
    e.state = m.state = T("handled");
    e.fields = fields;
    e.n_fields = 1;
    e.moves = moves;
    e.n_moves = 1;
    assert_int_equal(store_put_register_entry(t, &e), 0);
    e.id = T("R000002"); /* of somebody else who happens to be called so */
    e.person = T("P000006");
    assert_int_equal(store_put_register_entry(t, &e), 0);
    d.id = T("D000001");
    d.kind = T("computer");
    d.name = T("zhangsan的电脑");
    d.state = T("retired");
    return store_put_device(t, &d);
}

struct mentioned {
    char entry[128], other[128], device[64];
};

static int read_mentions(struct txn *t, void *arg)
{
    struct mentioned *m = arg;
    Model__RegisterEntry *e;
    Model__Device *d;
    assert_int_equal(store_get_register_entry(t, "R000001", &e), 0);
    snprintf(m->entry, sizeof(m->entry), "%s", e->fields[0]->value);
    assert_int_equal(store_get_register_entry(t, "R000002", &e), 0);
    snprintf(m->other, sizeof(m->other), "%s", e->fields[0]->value);
    assert_int_equal(store_get_device(t, "D000001", &d), 0);
    snprintf(m->device, sizeof(m->device), "%s", d->name);
    return 0;
}

/* Name and numbers go from registers and names of devices too, and the trail tells neither. */
static void mentions_go_with_the_data(void **state)
{
    struct fixture *f = *state;
    int64_t days = 365 * 3 + 3;
    struct mentioned m;
    with_store(f, give_document, T("P000005"));
    with_store(f, mention, NULL);
    with_store(f, close_before, &days);
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(
        RUN(f, "sysadm", "person", "purge", "id", "P000005", "paper", "scan", "confirm", "P000006"),
        GDPOP_ERR_REFUSED, "cannot be undone");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RUN(f, "sysadm", "person", "purge", "id", "P000005", "paper", "scan"));
    with_store(f, read_mentions, &m);
    assert_string_equal(m.entry, "查 *** *** *** 三项");
    assert_non_null(strstr(m.other, OLD));
    assert_string_equal(m.device, "***的电脑");
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "person.purge"));
    for (size_t i = 0; i < f->result->count; i++)
        if (strstr(field(f, i, "detail"), OLD) || strstr(field(f, i, "detail"), "13800138000") ||
            strstr(field(f, i, "detail"), "zhangsan的"))
            fail_msg("%s", field(f, i, "detail"));
}

/* A telephone that nobody has called yet is no better known than one that was changed. */
static void a_returner_is_not_called_back_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t days = 365 * 3 + 3;
    with_store(f, give_document, T("P000005"));
    with_store(f, close_before, &days);
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RUN(f, "sysadm", "person", "purge", "id", "P000005", "paper", "scan"));
    assert_ok(ADD(f, "sysadm", OLD, "county"));
    assert_string_equal(field(f, 0, "id"), "P000005");
    with_store(f, reopen, NULL);
    give_password(f, "zhangsan", RIGHT);
    assert_refused(RUN(f, "sysadm", "reset", "open", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_REFUSED, "7 days");
}

static int close_leader(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "leader", &x);
    (void)arg;
    x->closed_at = clock_now() - 2000 * CLOCK_DAY;
    x->state = T("closed");
    return r == 0 ? store_put_account(t, x) : r;
}

static void who_is_still_there_is_kept(void **state)
{
    struct fixture *f = *state;
    int64_t days = 2000;
    with_store(f, close_leader, NULL);
    assert_int_equal(due(f), 0); /* in office */
    with_store(f, close_before, &days);
    assert_int_equal(due(f), 1);
    assert_ok(RUN(f, "sysadm", "person", "purge", "id", "P000006"));
    assert_int_equal(f->result->count, 0);
    assert_refused(RUN(f, "sysadm", "person", "purge", "id", "P000007"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PERSON_TEST(a_corrected_number_stays_the_person_s),
        PERSON_TEST(what_may_not_be_corrected),
        PERSON_TEST(a_new_telephone_is_not_called_back_at_once),
        PERSON_TEST(a_document_found_elsewhere_tells_whom_to_ask),
        PERSON_TEST(data_are_removed_after_the_months),
        PERSON_TEST(who_is_still_there_is_kept),
        PERSON_TEST(mentions_go_with_the_data),
        PERSON_TEST(a_returner_is_not_called_back_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
