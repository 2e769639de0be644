#include "fixture.h"

#include "model/codec.h"

static void test_person(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    Model__Person p = MODEL__PERSON__INIT, *back;
    Model__Document d = MODEL__DOCUMENT__INIT;
    char *id;
    struct txn *t;
    assert_ok(store_write(s, f->arena, &t));
    assert_ok(store_next_id(t, 'P', &id));
    assert_string_equal(id, "P000001");
    d.type = "resident";
    d.number = "11010519491231002X";
    p.id = id;
    p.name = "张三";
    p.document = &d;
    assert_ok(store_put_person(t, &p));
    assert_ok(txn_commit(t));
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(store_get_person(t, id, &back));
    assert_string_equal(back->name, "张三");
    assert_ok(store_person_by_document(t, "resident", "11010519491231002X", &id));
    assert_string_equal(id, "P000001");
    txn_abort(t);
    store_close(s);
    fixture_check_clean(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_person, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
