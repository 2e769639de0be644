/* Tables that are entered in pieces: each goes on where the one before ended, and none twice. */
#include "witness.h"

static const char table[] = "2f";

static int piece(struct fixture *f, const char *org, uint64_t from, uint64_t to)
{
    const struct gdpop_piece p = {"org.import", table, from, to, 3};
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    assert_ok(call_op(f->a, "org", "add", "id", org, "name", org, "level", "town", "division",
                      "440104", "supervised-by", "county", NULL));
    int r = gdpop_admin_entering(f->a, &p);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}

static uint64_t entered(struct fixture *f)
{
    uint64_t rows;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(gdpop_admin_begin(f->g, "sysadm", 0, &f->a));
    assert_ok(gdpop_admin_entered(f->a, table, &rows));
    return rows;
}

static bool is_there(struct fixture *f, const char *org)
{
    assert_ok(RUN(f, "audadm", "org", "tree"));
    return find_row(f, "id", org) >= 0;
}

static void pieces_follow_one_another(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(entered(f), 0);
    assert_int_equal(piece(f, "late", 1, 2), GDPOP_ERR_REFUSED);
    assert_int_equal(gdpop_admin_commit(f->a), GDPOP_ERR_ARGUMENT);
    assert_false(is_there(f, "late"));
    assert_ok(piece(f, "first", 0, 2));
    assert_int_equal(entered(f), 2);
    assert_int_equal(piece(f, "again", 0, 2), GDPOP_ERR_REFUSED); /* another run was quicker */
    assert_non_null(strstr(gdpop_error(), "2 rows"));
    assert_false(is_there(f, "again"));
    assert_ok(piece(f, "last", 2, 3));
    assert_int_equal(entered(f), 0); /* whole: the next run would find its rows there */
    assert_true(is_there(f, "first") && is_there(f, "last"));
    assert_ok(RUN(f, "audadm", "audit", "list", "action", "org.import"));
    assert_int_equal(f->result->count, 2);
    assert_true(find_part(f, "detail", "rows 1-2 of 3") >= 0);
    assert_true(find_part(f, "detail", "rows 3-3 of 3") >= 0);
}

static void what_is_entered_names_the_table(void **state)
{
    const struct gdpop_arg whole[] = {{"a", "xy", 2}, {"b", "z", 1}};
    const struct gdpop_arg others[][2] = {
        {{"a", "x", 1}, {"b", "yz", 2}}, /* the border lies elsewhere */
        {{"b", "xy", 2}, {"a", "z", 1}},
        {{"a", "xy", 2}, {"b", "", 0}},
        {{"a", "xY", 2}, {"b", "z", 1}},
    };
    char id[GDPOP_TABLE_ID_BYTES], other[GDPOP_TABLE_ID_BYTES];
    (void)state;
    assert_ok(gdpop_table_id(whole, 2, id));
    assert_int_equal(strlen(id), GDPOP_TABLE_ID_BYTES - 1);
    assert_ok(gdpop_table_id(whole, 2, other));
    assert_string_equal(id, other);
    assert_ok(gdpop_table_id(whole, 1, other));
    assert_string_not_equal(id, other);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_ok(gdpop_table_id(others[i], 2, other));
        assert_string_not_equal(id, other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pieces_follow_one_another, fixture_setup, fixture_teardown),
        cmocka_unit_test(what_is_entered_names_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
