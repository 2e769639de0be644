#include "base/err.h"
#include "model/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct text_case {
    const char *text;
    const char *right; /* NULL: refused */
};

static void check(int (*read)(const char *, char *, size_t), const struct text_case *cases,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[300] = "?";
        int r = read(cases[i].text, out, sizeof(out));
        if (r != (cases[i].right ? 0 : GDPOP_ERR_FORMAT))
            fail_msg("%s: %d \"%s\" %s", cases[i].text, r, out, err_sentence());
        assert_string_equal(out, cases[i].right ? cases[i].right : "");
    }
}

static void telephones(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"13800138000", "13800138000"},
        {"138 0013 8000", "13800138000"},
        {"138-0013-8000", "13800138000"},
        {"１３８００１３８０００", "13800138000"},
        {"'13800138000", "13800138000"},
        {"+86 13800138000", "13800138000"},
        {"008613800138000", "13800138000"},
        {"19900138000", "19900138000"},
        {"12800138000", NULL},
        {"1380013800", NULL},
        {"138001380000", NULL},
        {"0769-22221111", "076922221111"},
        {"(0769) 2222111", "07692222111"},
        {"010-12345678", NULL}, /* local numbers do not begin with 1 */
        {"010-62345678", "01062345678"},
        {"02062345678", "02062345678"},
        {"020623456789", NULL},
        {"+867692222111", "07692222111"},
        {"+86076922221111", "076922221111"},
        {"076922221", NULL},
        {"0769222211111", NULL},
        {"22221111", NULL},
        {"+85291234567", "+85291234567"},
        {"+852 9123 4567", "+85291234567"},
        {"+8529123456", NULL},
        {"+852912345678", NULL},
        {"+85366123456", "+85366123456"},
        {"+886912345678", "+886912345678"},
        {"+88691234567890", NULL},
        {"+442071234567", "+442071234567"},
        {"+123456", NULL},
        {"+1234567", "+1234567"},
        {"+123456789012345", "+123456789012345"},
        {"+1234567890123456", NULL},
        {"+0123456789", NULL},
        {"+", NULL},
        {"00", NULL},
        {"", NULL},
        {"1.38E+10", NULL},
        {"1380013800a", NULL},
        {"\xff", NULL},
    };
    check(identity_check_phone, cases, sizeof(cases) / sizeof(cases[0]));
    char out[12];
    assert_int_equal(identity_check_phone("1.38E+10", out, sizeof(out)), GDPOP_ERR_FORMAT);
    assert_non_null(strstr(err_sentence(), "not text"));
    assert_int_equal(identity_check_phone("13800138000", out, 12), 0);
    assert_int_equal(identity_check_phone("13800138000", out, 11), GDPOP_ERR_TOO_LONG);
}

static void names_of_persons(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"张三", "张三"},
        {"  张三\xe3\x80\x80", "张三"},
        {"古丽•买买提", "古丽·买买提"},
        {"古丽・买买提", "古丽·买买提"},
        {"古丽·买买提", "古丽·买买提"},
        {"Mary  Ann\xc2\xa0O'Neil", "Mary Ann O'Neil"},
        {"𬴂", "𬴂"}, /* outside the first plane */
        {"〇", "〇"},
        {"张", "张"},
        {"", NULL},
        {"  ", NULL},
        {"·", NULL},
        {"123", NULL},
        {"—", NULL},
        {"😀", NULL},
        {"张\n三", NULL},
        {"张\x1b[31m", NULL},
        {"张\xe2\x80\xae三", NULL}, /* text turned round */
        {"\xe5\xbc", NULL},
    };
    check(identity_check_person_name, cases, sizeof(cases) / sizeof(cases[0]));

    char name[65 * 3 + 1] = "", out[300];
    for (int i = 0; i < 64; i++)
        strcat(name, "张");
    assert_int_equal(identity_check_person_name(name, out, sizeof(out)), 0);
    assert_string_equal(out, name);
    assert_int_equal(identity_check_person_name(name, out, strlen(name)), GDPOP_ERR_TOO_LONG);
    strcat(name, "三");
    assert_int_equal(identity_check_person_name(name, out, sizeof(out)), GDPOP_ERR_FORMAT);
}

static void names_of_accounts(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "zhangsan", "li_si-2",
                                       "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "",    "Zhang", "1a",  "_a",  "-a",     "a b",
        "a.b", "张三",  "a:b", "a/b", "root\n", "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(identity_check_account_name(good[i]), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(identity_check_account_name(bad[i]), GDPOP_ERR_FORMAT);
}

static void ids_of_organisations(void **state)
{
    (void)state;
    static const char *const good[] = {
        "gd",
        "GD-441900003",
        "9144030071526726XG",
        "914403001922038216",
        "abcdefghijklmnopqrstuvwxyz012345",
        "914403001922038O17", /* O is no character of such a code: a chosen id */
    };
    static const char *const bad[] = {"",
                                      "-gd",
                                      "gd/1",
                                      "广东",
                                      "gd 1",
                                      "../x",
                                      "9144030071526726XH",
                                      "914403001922038217",
                                      "914403001922083216",
                                      "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (identity_check_organisation_id(good[i]) != 0)
            fail_msg("%s: %s", good[i], err_sentence());
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (identity_check_organisation_id(bad[i]) != GDPOP_ERR_FORMAT)
            fail_msg("%s is accepted", bad[i]);
}

static void divisions(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int error;
        bool known;
    } cases[] = {
        {"44", 0, true},
        {"4419", 0, true},
        {"440000", 0, true},
        {"441900003", 0, true},
        {"441900003000", 0, true},
        {"110103", 0, true}, /* Chongwen, joined to Dongcheng in 2010 */
        {"810000", 0, true},
        {"990000", 0, false},
        {"449999", 0, false},
        {"4", GDPOP_ERR_FORMAT, false},
        {"440", GDPOP_ERR_FORMAT, false},
        {"44010", GDPOP_ERR_FORMAT, false},
        {"4401060", GDPOP_ERR_FORMAT, false},
        {"4419000030001", GDPOP_ERR_FORMAT, false},
        {"044000", GDPOP_ERR_FORMAT, false},
        {"44010a", GDPOP_ERR_FORMAT, false},
        {"", GDPOP_ERR_FORMAT, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool known = true;
        assert_int_equal(identity_check_division(cases[i].code, &known), cases[i].error);
        if (known != cases[i].known)
            fail_msg("%s", cases[i].code);
    }
}

/* The search in the shipped list needs it in rising order. */
static void the_list_of_divisions_is_sorted(void **state)
{
    (void)state;
    static const unsigned codes[] = {
#include "../../../conf/divisions/codes.def"
    };
    for (size_t i = 1; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_true(codes[i - 1] < codes[i]);
    assert_true(codes[0] >= 110000 && codes[sizeof(codes) / sizeof(codes[0]) - 1] < 840000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(telephones),        cmocka_unit_test(names_of_persons),
        cmocka_unit_test(names_of_accounts), cmocka_unit_test(ids_of_organisations),
        cmocka_unit_test(divisions),         cmocka_unit_test(the_list_of_divisions_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
