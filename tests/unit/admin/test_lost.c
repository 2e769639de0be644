/* The night desk: the duty officer, and codes with which a device is reported lost. */
#include "living.h"

static int add_person(struct txn *t, const char *id, const char *number, const char *organisation)
{
    Model__Person *p;
    int r = store_get_person(t, "P000005", &p);
    p->id = T(id);
    p->document->number = T(number);
    p->organisation = T(organisation);
    return r == 0 ? store_put_person(t, p) : r;
}

static int add_officers(struct txn *t, void *arg)
{
    struct gdpop_admin a = {.call.txn = t, .now_at = clock_now()};
    (void)arg;
    add_account(&a, 12, "night", "city", GDPOP_DUTY_OFFICER);
    add_account(&a, 13, "topsys", "province", GDPOP_DUTY_SYSTEM);
    int r = add_person(t, "P000020", "44010619900101002X", "county");
    return r == 0 ? add_person(t, "P000021", "440106199001010038", "city") : r;
}

static int setup(void **state)
{
    int r = fixture_setup(state);
    if (r == 0)
        with_store(*state, add_officers, NULL);
    return r;
}

#define DESK_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

static bool is_officers(const struct gdpop_operation *o)
{
    return (strcmp(o->noun, "account") == 0 && strcmp(o->verb, "freeze") == 0) ||
           (strcmp(o->noun, "device") == 0 && strcmp(o->verb, "lost") == 0);
}

/* The duty is asked before anything else of a call. */
static void a_duty_officer_does_two_things_of_all(void **state)
{
    struct fixture *f = *state;
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list), may = 0;
    unsigned needed;
    for (size_t i = 0; i < count; i++) {
        gdpop_admin_end(f->a);
        f->a = NULL;
        assert_ok(gdpop_admin_begin(f->g, "night", list[i]->writes ? 0 : GDPOP_ADMIN_READ, &f->a));
        int r = gdpop_admin_witnesses_needed(f->a, list[i]->noun, list[i]->verb, NULL, 0, &needed);
        if (r != (is_officers(list[i]) ? 0 : GDPOP_ERR_NOT_AUTHORISED))
            fail_msg("%s %s: %d %s", list[i]->noun, list[i]->verb, r, err_sentence());
        may += r == 0;
    }
    assert_int_equal(may, 2);
    assert_refused(RUN(f, "night", "account", "list"), GDPOP_ERR_NOT_AUTHORISED, "system");
    assert_refused(RUN(f, "night", "account", "unfreeze", "user", "zhangsan", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "security");
}

static void a_duty_officer_freezes_in_scope(void **state)
{
    struct fixture *f = *state;
    assert_ok(RUN(f, "night", "account", "freeze", "user", "zhangsan", "reason", "手机丢失"));
    assert_refused(RUN(f, "night", "account", "freeze", "user", "wangwu", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "elsewhere");
    assert_refused(RUN(f, "night", "account", "freeze", "user", "topsec", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "province");
    assert_refused(RUN(f, "night", "account", "freeze", "user", "night", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "themselves");
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "account.freeze"));
    assert_int_equal(find_row(f, "actor", "night") >= 0, 1);
    /* The duty keeps nobody from being frozen: nothing stops with it. */
    assert_ok(RUN(f, "secadm", "account", "freeze", "user", "night", "reason", "x"));
    assert_refused(RUN(f, "night", "account", "freeze", "user", "lisi", "reason", "x"),
                   GDPOP_ERR_NOT_AUTHORISED, "not an active administrator");
}

static void duty_officers_belong_to_a_city_or_the_province(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "sysadm", "account", "apply", "user", "dutya", "person", "P000020",
                       "system", "population", "role", "administrator", "duty", "duty-officer"),
                   GDPOP_ERR_REFUSED, "city or the province");
    assert_ok(RUN(f, "topsys", "account", "apply", "user", "dutyb", "person", "P000021", "system",
                  "population", "role", "administrator", "duty", "duty-officer"));
}

static const char *add_phone(struct fixture *f, const char *name, const char *user)
{
    static char code[2][16];
    static int which;
    char id[16];
    which = !which;
    assert_ok(
        RUN(f, "sysadm", "device", "add", "kind", "phone", "name", name, "responsible", "P000005"));
    snprintf(id, sizeof(id), "%s", field(f, 0, "id"));
    assert_ok(RUN(f, "sysadm", "device", "bind", "id", id, "user", user));
    snprintf(code[which], sizeof(code[which]), "%s", field(f, 0, "revocation_code"));
    assert_int_equal(strlen(code[which]), 10);
    return code[which];
}

static const char *state_of(struct fixture *f, const char *id)
{
    assert_ok(RUN(f, "audadm", "device", "show", "id", id));
    return field(f, 0, "state");
}

static int has_no_code(struct txn *t, void *arg)
{
    Model__Binding **list;
    const char *code = arg;
    size_t count;
    int r = store_bindings_of_account(t, "zhangsan", &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        assert_false(bytes_equal(BYTES(list[i]->revocation.data, list[i]->revocation.len),
                                 bytes_of_text(code)));
    return r;
}

#define LOST_BY(f, actor, user, text) RUN(f, actor, "device", "lost", "account", user, "code", text)

static void the_code_of_a_device_marks_it_lost(void **state)
{
    struct fixture *f = *state;
    const char *code = add_phone(f, "phone-1", "zhangsan"),
               *other = add_phone(f, "phone-2", "lisi");
    char spoken[32];
    with_store(f, has_no_code, T(code));
    snprintf(spoken, sizeof(spoken), "%.3s %.3s-%s", code, code + 3, code + 6);
    assert_string_not_equal(code, other);
    /* Another account's code is no code. */
    assert_ok(LOST_BY(f, "night", "zhangsan", other));
    assert_false(f->result->ok);
    assert_ok(LOST_BY(f, "night", "zhangsan", spoken));
    assert_true(f->result->ok);
    assert_string_equal(state_of(f, "D000001"), "lost");
    assert_string_equal(state_of(f, "D000002"), "bound");
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "device.lost"));
    assert_non_null(strstr(field(f, 0, "detail"), "by revocation code; changed "));
    assert_non_null(strstr(field(f, 0, "detail"), "(revocation: *** -> -"));
    assert_string_equal(field(f, 0, "actor"), "night");
    /* It was told aloud: once only, even when the device comes back. */
    assert_ok(RUN(f, "secadm", "device", "found", "id", "D000001"));
    assert_ok(LOST_BY(f, "night", "zhangsan", code));
    assert_false(f->result->ok);
    assert_ok(RUN(f, "sysadm", "device", "code", "id", "D000001", "user", "zhangsan"));
    snprintf(spoken, sizeof(spoken), "%s", field(f, 0, "revocation_code"));
    assert_ok(LOST_BY(f, "night", "zhangsan", spoken));
    assert_true(f->result->ok);
}

static void five_wrong_codes_make_it_void(void **state)
{
    struct fixture *f = *state;
    static const char *const wrong[] = {"1", "0000000000", "00000000000", "x", "0000000001"};
    for (size_t tries = 4; tries <= 5; tries++) {
        const char *user = tries == 4 ? "zhangsan" : "lisi";
        const char *code = add_phone(f, user, user);
        for (size_t i = 0; i < tries; i++) {
            assert_ok(LOST_BY(f, "night", user, wrong[i]));
            assert_false(f->result->ok);
        }
        assert_ok(LOST_BY(f, "night", user, code));
        assert_int_equal(f->result->ok, tries == 4);
    }
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "device.code-wrong"));
    assert_int_equal(f->result->count, 10);
}

static void who_has_one_device_needs_no_number(void **state)
{
    struct fixture *f = *state;
    assert_refused(RUN(f, "night", "device", "lost", "account", "zhangsan"), GDPOP_ERR_NOT_FOUND,
                   "no device");
    add_phone(f, "phone-1", "zhangsan");
    add_phone(f, "phone-2", "zhangsan");
    assert_refused(RUN(f, "night", "device", "lost", "account", "zhangsan"), GDPOP_ERR_USAGE,
                   "D000001 (phone-1), D000002 (phone-2)");
    assert_ok(RUN(f, "night", "device", "lost", "id", "D000001"));
    assert_ok(RUN(f, "night", "device", "lost", "account", "zhangsan"));
    assert_string_equal(state_of(f, "D000002"), "lost");
    assert_refused(RUN(f, "night", "device", "lost", "account", "wangwu"), GDPOP_ERR_NOT_AUTHORISED,
                   "elsewhere");
    assert_refused(RUN(f, "night", "device", "lost"), GDPOP_ERR_USAGE, "--account");
    assert_refused(RUN(f, "night", "device", "lost", "id", "D000001", "code", "1"), GDPOP_ERR_USAGE,
                   "--account");
}

static void a_new_code_is_given_by_who_binds(void **state)
{
    struct fixture *f = *state;
    add_phone(f, "phone-1", "zhangsan");
    assert_refused(RUN(f, "secadm", "device", "code", "id", "D000001", "user", "zhangsan"),
                   GDPOP_ERR_NOT_AUTHORISED, "the duty system binds");
    assert_refused(RUN(f, "sysadm", "device", "code", "id", "D000001", "user", "lisi"),
                   GDPOP_ERR_NOT_FOUND, "not bound");
    assert_ok(RUN(f, "sysadm", "device", "unbind", "id", "D000001", "user", "zhangsan"));
    assert_refused(RUN(f, "sysadm", "device", "code", "id", "D000001", "user", "zhangsan"),
                   GDPOP_ERR_NOT_FOUND, "not bound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_duty_officer_does_two_things_of_all),
        DESK_TEST(a_duty_officer_freezes_in_scope),
        DESK_TEST(duty_officers_belong_to_a_city_or_the_province),
        DESK_TEST(the_code_of_a_device_marks_it_lost),
        DESK_TEST(five_wrong_codes_make_it_void),
        DESK_TEST(who_has_one_device_needs_no_number),
        DESK_TEST(a_new_code_is_given_by_who_binds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
