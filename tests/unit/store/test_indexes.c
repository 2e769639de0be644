#include "fixture.h"

#include "model/address.h"

static void put_person(struct txn *t, const char *id, const char *type, const char *number, int r)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    d.type = T(type);
    d.number = T(number);
    p.id = T(id);
    p.document = &d;
    assert_fails(store_put_person(t, &p), r);
}

static void test_documents(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    char *id;
    assert_ok(store_write(s, f->arena, &t));
    put_person(t, "P000001", "resident", "11010519491231002X", 0);
    put_person(t, "P000002", "resident", "11010519491231002X", GDPOP_ERR_EXISTS);
    assert_non_null(strstr(err_sentence(), "person.document"));
    assert_non_null(strstr(err_sentence(), "P000001"));
    put_person(t, "P000002", "passport", "11010519491231002X", 0); /* another kind of document */
    put_person(t, "P000003", "", "", 0);                           /* without one: no entry */
    put_person(t, "P000004", "", "", 0);
    put_person(t, "P000001", "resident", "11010519491231002X", 0); /* itself again */
    assert_ok(store_person_by_document(t, "resident", "11010519491231002X", &id));
    assert_string_equal(id, "P000001");
    assert_ok(store_person_by_document(t, "passport", "11010519491231002X", &id));
    assert_string_equal(id, "P000002");
    put_person(t, "P000001", "resident", "440524188001010014", 0); /* a corrected number */
    assert_fails(store_person_by_document(t, "resident", "11010519491231002X", &id),
                 GDPOP_ERR_NOT_FOUND);
    assert_null(id);
    put_person(t, "P000005", "resident", "11010519491231002X", 0);
    assert_ok(store_delete(t, &table_person, bytes_of_text("P000005")));
    assert_fails(store_person_by_document(t, "resident", "11010519491231002X", &id),
                 GDPOP_ERR_NOT_FOUND);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void put_account(struct txn *t, const char *name, const char *person, const char *account,
                        uint32_t uid, int r)
{
    Model__Account x = MODEL__ACCOUNT__INIT;
    x.name = T(name);
    x.person = T(person);
    x.state = T(account);
    x.uid = uid;
    assert_fails(store_put_account(t, &x), r);
}

static void test_accounts(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    char *name;
    assert_ok(store_write(s, f->arena, &t));
    put_account(t, "zhang", "P1", "applied", 0, 0);
    put_account(t, "zhang2", "P1", "applied", 0, GDPOP_ERR_EXISTS);
    put_account(t, "svc1", "", "active", 0, 0); /* service accounts have no person */
    put_account(t, "svc2", "", "active", 0, 0);
    put_account(t, "zhang", "P1", "active", 20001, 0);
    put_account(t, "li", "P2", "active", 20001, GDPOP_ERR_EXISTS);
    assert_non_null(strstr(err_sentence(), "account.uid"));
    put_account(t, "li", "P2", "active", 20002, 0);
    assert_ok(store_account_of_person(t, "P1", &name));
    assert_string_equal(name, "zhang");
    assert_ok(store_account_by_uid(t, 20002, &name));
    assert_string_equal(name, "li");
    assert_fails(store_account_by_uid(t, 20003, &name), GDPOP_ERR_NOT_FOUND);
    put_account(t, "zhang", "P1", "frozen", 20001, 0);
    put_account(t, "zhang3", "P1", "applied", 0, GDPOP_ERR_EXISTS); /* frozen is not closed */
    put_account(t, "zhang", "P1", "closed", 20001, 0);
    assert_fails(store_account_of_person(t, "P1", &name), GDPOP_ERR_NOT_FOUND);
    assert_ok(store_account_by_uid(t, 20001, &name)); /* the uid stays */
    put_account(t, "wang", "P3", "active", 20001, GDPOP_ERR_EXISTS);
    put_account(t, "zhang3", "P1", "applied", 0, 0);
    put_account(t, "zhang", "P1", "applied", 20001, GDPOP_ERR_EXISTS);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void put_device(struct txn *t, const char *id, const char *key, const char *code, int r)
{
    Model__Device d = MODEL__DEVICE__INIT;
    char *keys[] = {T(key), T(key)}, *codes[] = {T(code)};
    d.id = T(id);
    d.keys = keys;
    d.n_keys = key ? 2 : 0;
    d.codes = codes;
    d.n_codes = code ? 1 : 0;
    assert_fails(store_put_device(t, &d), r);
}

static void test_devices(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    char *id;
    assert_ok(store_write(s, f->arena, &t));
    put_device(t, "D1", "ssh-ed25519 AAAA1", "00:11", 0);
    put_device(t, "D2", "ssh-ed25519 AAAA1 my laptop", NULL, GDPOP_ERR_EXISTS);
    put_device(t, "D2", "ssh-ed25519 AAAA2", "00:11", GDPOP_ERR_EXISTS);
    put_device(t, "D2", "ssh-ed25519 AAAA2", "00:12", 0);
    assert_ok(store_device_by_key(t, "ssh-ed25519 AAAA1 with a comment", &id));
    assert_string_equal(id, "D1");
    assert_ok(store_device_by_code(t, "00:12", &id));
    assert_string_equal(id, "D2");
    assert_fails(store_device_by_key(t, "ssh-ed25519 AAAA", &id), GDPOP_ERR_NOT_FOUND);
    assert_fails(store_device_by_key(t, "ssh-rsa AAAA1", &id), GDPOP_ERR_NOT_FOUND);
    assert_fails(store_device_by_key(t, "", &id), GDPOP_ERR_NOT_FOUND);
    put_device(t, "D1", NULL, NULL, 0); /* both keys, equal ones, are gone */
    assert_fails(store_device_by_key(t, "ssh-ed25519 AAAA1", &id), GDPOP_ERR_NOT_FOUND);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void put_binding(struct txn *t, const char *account, const char *device, int64_t from_at,
                        int64_t until_at)
{
    Model__Binding b = MODEL__BINDING__INIT;
    b.account = T(account);
    b.device = T(device);
    b.from_at = from_at;
    b.until_at = until_at;
    assert_ok(store_put_binding(t, &b));
}

static void test_bindings(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Binding **list;
    struct txn *t;
    size_t n;
    assert_ok(store_write(s, f->arena, &t));
    put_binding(t, "zhang", "D2", 200, 0);
    put_binding(t, "zhang", "D1", 100, 0);
    put_binding(t, "zhang2", "D1", 50, 0);
    put_binding(t, "zhang", "D1", 100, 150); /* ended: the same record */
    put_binding(t, "zhang", "D1", 300, 0);
    assert_ok(store_bindings_of_account(t, "zhang", &list, &n));
    assert_int_equal(n, 3);
    assert_int_equal(list[0]->from_at, 100);
    assert_int_equal(list[0]->until_at, 150);
    assert_string_equal(list[1]->device, "D2");
    assert_int_equal(list[2]->from_at, 300);
    assert_ok(store_bindings_of_device(t, "D1", &list, &n));
    assert_int_equal(n, 3);
    assert_string_equal(list[0]->account, "zhang2");
    assert_int_equal(list[1]->from_at, 100);
    assert_int_equal(list[2]->from_at, 300);
    assert_ok(store_bindings_of_device(t, "D", &list, &n));
    assert_int_equal(n, 0);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void put_session(struct txn *t, const char *account, const char *id, int64_t closed_at)
{
    Model__Session x = MODEL__SESSION__INIT;
    x.account = T(account);
    x.id = T(id);
    x.closed_at = closed_at;
    assert_ok(store_put_session(t, &x));
}

static void test_sessions(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Session **list, *one;
    struct txn *t;
    size_t n;
    assert_ok(store_write(s, f->arena, &t));
    put_session(t, "zhang", "1", 0);
    put_session(t, "zhang", "2", 0);
    put_session(t, "zhang2", "1", 0);
    put_session(t, "zhang", "1", 99);
    assert_ok(store_open_sessions(t, "zhang", &list, &n));
    assert_int_equal(n, 1);
    assert_string_equal(list[0]->id, "2");
    assert_ok(store_get_session(t, "zhang", "1", &one)); /* kept */
    assert_int_equal(one->closed_at, 99);
    assert_ok(store_open_sessions(t, "nobody", &list, &n));
    assert_int_equal(n, 0);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static void test_permits_and_agreements(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const char *permits[][3] = {{"X1", "zhang", "exception"},
                                {"X2", "zhang", "role"},
                                {"X3", "", "waiver"},
                                {"X4", "zhang2", "exception"},
                                {"X5", "zhang", "exception"}};
    Model__Agreement g = MODEL__AGREEMENT__INIT, **agreements;
    Model__Permit **list;
    struct txn *t;
    size_t n;
    assert_ok(store_write(s, f->arena, &t));
    for (size_t i = 0; i < 5; i++) {
        Model__Permit p = MODEL__PERMIT__INIT;
        p.id = T(permits[i][0]);
        p.subject = T(permits[i][1]);
        p.kind = T(permits[i][2]);
        assert_ok(store_put_permit(t, &p));
    }
    assert_ok(store_permits_of(t, "zhang", NULL, &list, &n));
    assert_int_equal(n, 3);
    assert_ok(store_permits_of(t, "zhang", "exception", &list, &n));
    assert_int_equal(n, 2);
    assert_string_equal(list[1]->id, "X5");
    assert_ok(store_permits_of(t, "", NULL, &list, &n));
    assert_int_equal(n, 1);
    assert_string_equal(list[0]->id, "X3");
    g.id = T("G1");
    g.person = T("P1");
    assert_ok(store_put_agreement(t, &g));
    assert_ok(store_agreements_of(t, "P1", &agreements, &n));
    assert_int_equal(n, 1);
    assert_ok(store_agreements_of(t, "P", &agreements, &n));
    assert_int_equal(n, 0);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

static Model__Workplace workplace(const char *organisation, const char *network, struct network *n)
{
    Model__Workplace w = MODEL__WORKPLACE__INIT;
    assert_ok(network_parse(network, n));
    w.organisation = T(organisation);
    w.prefix.data = n->base.byte;
    w.prefix.len = 16;
    w.prefix_length = n->length;
    return w;
}

static void assert_at(struct txn *t, const char *text, const char *expected)
{
    Model__Workplace **list;
    struct address a;
    char seen[128] = "";
    size_t n;
    assert_ok(address_parse(text, &a));
    assert_ok(store_workplaces_at(t, &a, &list, &n));
    for (size_t i = 0; i < n; i++)
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s/%u ", list[i]->organisation,
                 list[i]->prefix_length);
    if (strcmp(seen, expected) != 0)
        fail_msg("%s: %s, expected %s", text, seen, expected);
}

static void test_networks(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    const char *networks[][2] = {{"p", "10.0.0.0/8"},       {"c", "10.77.0.0/16"},
                                 {"x", "10.77.1.0/24"},     {"y", "10.77.1.0/24"},
                                 {"x", "10.77.1.128/25"},   {"h", "10.77.1.200/32"},
                                 {"v6", "2001:db8:1::/48"}, {"v6", "2001:db8:1:2::/64"}};
    Model__Workplace w;
    struct network n;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    for (size_t i = 0; i < sizeof(networks) / sizeof(*networks); i++) {
        w = workplace(networks[i][0], networks[i][1], &n);
        assert_ok(store_put_workplace(t, &w));
    }
    assert_at(t, "10.77.1.200", "h/128 x/121 x/120 y/120 c/112 p/104 ");
    assert_at(t, "10.77.1.127", "x/120 y/120 c/112 p/104 ");
    assert_at(t, "10.77.1.128", "x/121 x/120 y/120 c/112 p/104 ");
    assert_at(t, "10.77.2.0", "c/112 p/104 ");
    assert_at(t, "10.76.255.255", "p/104 ");
    assert_at(t, "10.255.255.255", "p/104 ");
    assert_at(t, "11.0.0.0", "");
    assert_at(t, "9.255.255.255", "");
    assert_at(t, "::ffff:10.77.2.1", "c/112 p/104 ");
    assert_at(t, "2001:db8:1:2::5", "v6/64 v6/48 ");
    assert_at(t, "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "v6/48 ");
    assert_at(t, "2001:db8:2::", "");
    w = workplace("x", "10.77.1.0/24", &n);
    assert_ok(store_delete_workplace(t, &w));
    assert_at(t, "10.77.1.1", "y/120 c/112 p/104 "); /* the length is still in use */
    w = workplace("y", "10.77.1.0/24", &n);
    assert_ok(store_delete_workplace(t, &w));
    assert_at(t, "10.77.1.1", "c/112 p/104 ");
    assert_fails(store_delete_workplace(t, &w), GDPOP_ERR_NOT_FOUND);
    w.prefix.len = 4;
    assert_fails(store_put_workplace(t, &w), GDPOP_ERR_ARGUMENT);
    assert_ok(txn_commit(t));
    store_close(s);
    fixture_check_clean(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_documents), TEST(test_accounts), TEST(test_devices),
        TEST(test_bindings),  TEST(test_sessions), TEST(test_permits_and_agreements),
        TEST(test_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
