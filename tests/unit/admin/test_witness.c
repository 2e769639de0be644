/* Witnesses of sensitive acts: how many, who, and that the library asks for itself. */
#include "witness.h"

static void give_passwords(struct fixture *f)
{
    static const char *const all[] = {"topsec", "sysadm",   "secadm", "audadm", "zhangsan",
                                      "wangwu", "otheradm", "topaud", "leader", "retired"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        give_password(f, all[i], RIGHT);
}

static int add_others(struct txn *t, void *arg)
{
    struct gdpop_admin a = {.call.txn = t, .now_at = clock_now()};
    (void)arg;
    add_account(&a, 10, "otheradm", "elsewhere", GDPOP_DUTY_SYSTEM);
    add_account(&a, 11, "retired", "city", 0);
    return 0;
}

static int setup(void **state)
{
    int r = fixture_setup(state);
    struct fixture *f = *state;
    if (r != 0)
        return r;
    with_store(f, put_cheap_hash, NULL);
    with_store(f, add_others, NULL);
    assert_ok(RUN(f, "sysadm", "org", "leader", "id", "city", "person", "P000011", "kind",
                  "principal", "from", "2019-01-01", "until", "2020-01-01", "paper", "scan"));
    give_passwords(f);
    return 0;
}

#define WITNESS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

#define REVEAL(f, actor) RUN(f, actor, "person", "reveal", "id", "P000005", "purpose", "核对身份")

static int count_events(struct fixture *f, const char *action, const char *outcome)
{
    int found = 0;
    assert_ok(RUN(f, "topaud", "audit", "list", "action", action));
    for (size_t i = 0; i < f->result->count; i++)
        found += strcmp(field(f, i, "outcome"), outcome) == 0;
    return found;
}

/* Each stands by with the right password. */
static const struct {
    const char *what, *actor, *first, *second, *words; /* words NULL: done */
} table[] = {
    {"nobody", "sysadm", NULL, NULL, "needs 1 further people"},
    {"one", "sysadm", "secadm", NULL, NULL},
    {"two", "sysadm", "secadm", "audadm", NULL},
    {"an auditor", "sysadm", "audadm", NULL, NULL},
    {"one from above", "sysadm", "topsec", NULL, NULL},
    {"a leader in office", "sysadm", "leader", NULL, NULL},
    {"a leader of before", "sysadm", "retired", NULL, "administrators and leaders in office"},
    {"an operator", "sysadm", "wangwu", NULL, "administrators and leaders in office"},
    {"who acts", "sysadm", "sysadm", NULL, "who acts is no witness"},
    {"one of another city", "sysadm", "otheradm", NULL, "not supervised"},
    {"one good, one not", "sysadm", "secadm", "otheradm", "otheradm cannot be a witness"},
};

static void the_table_of_witnesses(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].first)
            assert_ok(STAND(f, table[i].first, RIGHT));
        if (table[i].second)
            assert_ok(STAND(f, table[i].second, RIGHT));
        int r = REVEAL(f, table[i].actor);
        if (!table[i].words && r != 0)
            fail_msg("%s: %d %s", table[i].what, r, err_sentence());
        if (table[i].words &&
            (r != GDPOP_ERR_NOT_AUTHORISED || !strstr(err_sentence(), table[i].words)))
            fail_msg("%s: %d %s", table[i].what, r, err_sentence());
        assert_string_equal(table[i].words || !f->result ? "" : field(f, 0, "id_number"),
                            table[i].words ? ""
                                           : "44010619900101"
                                             "0005");
    }
}

static void a_witness_stands_for_one_act(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(REVEAL(f, "sysadm"));
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "there are 0");
    /* An act that only reads uses nobody up. */
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RUN(f, "sysadm", "account", "show", "user", "zhangsan"));
    assert_ok(REVEAL(f, "sysadm"));
}

static void the_library_proves_the_witness(void **state)
{
    struct fixture *f = *state;
    assert_refused(STAND(f, "secadm", "wrong"), GDPOP_ERR_NOT_AUTHORISED, "not authenticated");
    assert_refused(STAND(f, "nobody-of-that-name", RIGHT), GDPOP_ERR_NOT_AUTHORISED,
                   "not authenticated");
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "there are 0");
    assert_int_equal(count_events(f, "login.auth", "failed"), 2);
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(STAND(f, "secadm", RIGHT), GDPOP_ERR_EXISTS, "already");
    assert_ok(REVEAL(f, "sysadm"));
    assert_int_equal(count_events(f, "person.reveal", "refused"), 1);
    assert_int_equal(count_events(f, "person.reveal", "done"), 1);
}

static void wrong_passwords_of_a_witness_count(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        assert_refused(STAND(f, "secadm", "wrong"), GDPOP_ERR_NOT_AUTHORISED, "");
    assert_refused(STAND(f, "secadm", RIGHT), GDPOP_ERR_NOT_AUTHORISED, "locked");
}

static int freeze(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, arg, &x);
    x->state = T("frozen");
    x->frozen_at = clock_now();
    x->frozen_reason = x->frozen_by = T("x");
    return r == 0 ? store_put_account(t, x) : r;
}

/* The right password does not help, neither before nor between proof and act. */
static void a_frozen_account_witnesses_nothing(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "secadm", RIGHT));
    with_store(f, freeze, T("secadm"));
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "not active");
    assert_refused(STAND(f, "secadm", RIGHT), GDPOP_ERR_NOT_AUTHORISED, "F02");
}

static void a_password_changed_meanwhile_is_no_proof(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "secadm", RIGHT));
    give_password(f, "secadm", "Other-Word-2");
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "changed meanwhile");
}

static int grant_cme(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "zhangsan", &x);
    char *systems[] = {T("population"), T("cme")};
    (void)arg;
    x->systems = systems;
    x->n_systems = 2;
    return r == 0 ? store_put_account(t, x) : r;
}

/* SZ-18: operator and two supervisors, by the account's systems or by the host's. */
static void cme_needs_two(void **state)
{
    struct fixture *f = *state;
    with_store(f, grant_cme, NULL);
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED,
                   "SZ-18 person reveal needs 2 further people");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(STAND(f, "leader", RIGHT));
    assert_ok(REVEAL(f, "sysadm"));
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RUN(f, "sysadm", "person", "reveal", "id", "P000006", "purpose", "x"));
}

static int host_runs_cme(struct txn *t, void *arg)
{
    Model__Host *h;
    char *systems[] = {T("cme")};
    int r = store_get_host(t, arg, &h);
    h->systems = systems;
    h->n_systems = 1;
    return r == 0 ? store_put_host(t, h) : r;
}

static void a_host_of_cme_needs_two(void **state)
{
    struct fixture *f = *state;
    char host[33];
    host_machine_id(host);
    with_store(f, host_runs_cme, host);
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(REVEAL(f, "sysadm"), GDPOP_ERR_NOT_AUTHORISED, "needs 2");
}

static void the_event_names_the_witnesses(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(STAND(f, "topaud", RIGHT));
    assert_ok(REVEAL(f, "sysadm"));
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "person.reveal"));
    assert_int_equal(f->result->count, 1);
    assert_string_equal(field(f, 0, "detail"), "witnesses=secadm,topaud; 核对身份");
    assert_string_equal(field(f, 0, "actor"), "sysadm");
}

static void who_is_concerned_is_no_witness(void **state)
{
    struct fixture *f = *state;
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(RUN(f, "sysadm", "person", "reveal", "id", "P000003", "purpose", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "nobody witnesses what concerns themselves");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(RUN(f, "sysadm", "person", "reveal", "id", "P000002", "purpose", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_refused(RUN(f, "sysadm", "person", "reveal", "id", "P000007", "purpose", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
}

/* What is not committed shows nothing: no look without its event. */
static void a_dry_run_reveals_nothing(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_result *result;
    const struct gdpop_arg args[] = {{"id", "P000005", 7}, {"purpose", "x", 1}};
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    assert_ok(gdpop_admin_call(f->a, "person", "reveal", args, 2, &result));
    assert_int_equal(result->count, 0);
    assert_ok(gdpop_admin_commit(f->a));
    assert_int_equal(result->count, 1);
}

static unsigned needed(struct fixture *f, const char *actor, unsigned flags, const char *person)
{
    const struct gdpop_arg args[] = {{"id", person, strlen(person)}};
    unsigned count;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, actor, flags, &f->a));
    assert_ok(gdpop_admin_witnesses_needed(f->a, "person", "reveal", args, 1, &count));
    return count;
}

static void the_number_is_told_before(void **state)
{
    struct fixture *f = *state;
    unsigned count;
    assert_int_equal(needed(f, "sysadm", GDPOP_ADMIN_READ, "P000005"), 1);
    assert_ok(gdpop_admin_witnesses_needed(f->a, "account", "list", NULL, 0, &count));
    assert_int_equal(count, 0);
    with_store(f, grant_cme, NULL);
    assert_int_equal(needed(f, "sysadm", 0, "P000005"), 2);
    const struct gdpop_arg beyond[] = {{"id", "P000007", 7}};
    assert_refused(gdpop_admin_witnesses_needed(f->a, "person", "reveal", beyond, 1, &count),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_int_equal(count_events(f, "person.reveal", "refused"), 1);
}

static int recover(struct fixture *f, const char *noun, const char *verb, ...)
{
    va_list list;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
    va_start(list, verb);
    int r = call_list(f->a, noun, verb, list, &f->result);
    va_end(list);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}
#define RECOVER(...) recover(__VA_ARGS__, (const char *)NULL)

/* Who would be locked out is looked for in an act before the one that they stand by for. */
static void witnesses_stay_while_it_is_looked_who_is_locked_out(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_result *told;
    assert_ok(RUN(f, "secadm", "workplace", "add", "org", "county", "network", "10.79.1.0/24"));
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_RECOVER, &f->a));
    const struct gdpop_arg args[] = {{"org", "county", 6}, {"network", "10.79.1.0/24", 12}};
    assert_ok(gdpop_admin_call(f->a, "workplace", "remove", args, 2, &told));
    assert_ok(gdpop_admin_locked_out(f->a, &told));
    assert_ok(RECOVER(f, "workplace", "remove", "org", "county", "network", "10.79.1.0/24"));
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "workplace.remove"));
    assert_int_equal(f->result->count, 1);
    assert_non_null(strstr(field(f, 0, "detail"), "witnesses=secadm"));
}

static int freeze_all(struct txn *t, void *arg)
{
    static const char *const all[] = {"topsec", "secadm", "audadm", "topaud", "leader", "sysadm"};
    int r = 0;
    (void)arg;
    for (size_t i = 0; r == 0 && i < sizeof(all) / sizeof(all[0]); i++)
        r = freeze(t, T(all[i]));
    return r;
}

/* Break-glass works without anybody; what is witnessed is so while people are there. */
static void recover_is_witnessed_while_there_are_people(void **state)
{
    struct fixture *f = *state;
    assert_ok(RECOVER(f, "account", "unlock", "user", "zhangsan"));
    assert_refused(RECOVER(f, "person", "reveal", "id", "P000005", "purpose", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "needs 1");
    assert_ok(STAND(f, "sysadm", RIGHT));
    assert_ok(RECOVER(f, "person", "reveal", "id", "P000005", "purpose", "x"));
    assert_ok(STAND(f, "secadm", RIGHT));
    assert_ok(RECOVER(f, "account", "unlock", "user", "zhangsan"));
    assert_ok(STAND(f, "wangwu", RIGHT));
    assert_refused(RECOVER(f, "account", "unlock", "user", "zhangsan"), GDPOP_ERR_NOT_AUTHORISED,
                   "wangwu cannot be a witness");
    assert_ok(RUN(f, "topaud", "audit", "list", "action", "account.unlock", "account", "zhangsan"));
    assert_int_equal(find_row(f, "detail", "witnesses=none") >= 0, 1);
    assert_int_equal(find_row(f, "detail", "witnesses=secadm") >= 0, 1);
    with_store(f, freeze_all, NULL);
    assert_int_equal(needed(f, NULL, GDPOP_ADMIN_RECOVER, "P000005"), 0);
    assert_ok(RECOVER(f, "person", "reveal", "id", "P000005", "purpose", "x"));
}

/* A witnessed operation leaves an event, or there would be nowhere to name the witnesses; the flag
 * that makes it so is one of its parameters. */
static void the_table_of_operations_is_sound(void **state)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list), witnessed = 0;
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *when = list[i]->witnessed;
        if (!when)
            continue;
        witnessed++;
        assert_true(list[i]->writes);
        bool known = !*when;
        for (const struct gdpop_param *p = list[i]->params; p->name; p++)
            known |= strcmp(p->name, when) == 0;
        assert_true(known);
    }
    assert_true(witnessed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITNESS_TEST(the_table_of_witnesses),
        WITNESS_TEST(a_witness_stands_for_one_act),
        WITNESS_TEST(the_library_proves_the_witness),
        WITNESS_TEST(wrong_passwords_of_a_witness_count),
        WITNESS_TEST(a_frozen_account_witnesses_nothing),
        WITNESS_TEST(a_password_changed_meanwhile_is_no_proof),
        WITNESS_TEST(cme_needs_two),
        WITNESS_TEST(a_host_of_cme_needs_two),
        WITNESS_TEST(the_event_names_the_witnesses),
        WITNESS_TEST(who_is_concerned_is_no_witness),
        WITNESS_TEST(a_dry_run_reveals_nothing),
        WITNESS_TEST(the_number_is_told_before),
        WITNESS_TEST(recover_is_witnessed_while_there_are_people),
        WITNESS_TEST(witnesses_stay_while_it_is_looked_who_is_locked_out),
        cmocka_unit_test(the_table_of_operations_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
