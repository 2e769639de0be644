/* Cells as people type them and spreadsheets save them, both sides of each form. */
#include "cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void blanks_and_the_mark_of_text_are_removed(void **state)
{
    static const char *const cells[][2] = {
        {"", ""},
        {"李四", "李四"},
        {" \t李四\r\n", "李四"},
        {"\u3000李 四\u3000", "李 四"},
        {"\u00a0\u00a0440106\u00a0", "440106"},
        {"\ufeff姓名", "姓名"},
        {"电话\u200b", "电话"},
        {"\u00a0 \u3000", ""},
        {"'440106199001011234", "440106199001011234"},
        {" ' 1", "1"},
        {"'", ""},
        {"O'Brien", "O'Brien"},
        {"''1", "'1"},
        {"1'", "1'"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        char cell[64];
        snprintf(cell, sizeof(cell), "%s", cells[i][0]);
        assert_string_equal(cell_trimmed(cell), cells[i][1]);
    }
}

static void full_width_forms_are_folded(void **state)
{
    static const char *const cells[][2] = {
        {"", ""},
        {"１３８００", "13800"},
        {"ＡＢｃｚ～！", "ABcz~!"},
        {"２０２６－０５－０１", "2026-05-01"},
        {"population；awards，cme", "population;awards,cme"},
        {"a\u3000b\u00a0c", "a b c"},
        {"1\u200b2\ufeff3", "123"},
        {"440106×Х", "440106×Х"}, /* look-alikes of X belong to document numbers alone */
        {"广东省", "广东省"},
        {"｟￥", "｟￥"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        char cell[64];
        snprintf(cell, sizeof(cell), "%s", cells[i][0]);
        cell_fold(cell);
        assert_string_equal(cell, cells[i][1]);
    }
}

static void dates_get_one_form(void **state)
{
    static const char *const cells[][2] = {
        {"2026-05-01", "2026-05-01"},
        {"2026-5-1", "2026-05-01"},
        {"2026/5/1", "2026-05-01"},
        {"2026/12/31", "2026-12-31"},
        {"2026.5.1", "2026-05-01"},
        {"2026年5月1日", "2026-05-01"},
        {"2026/5/1 0:00", "2026-05-01"},
        {"2026/5/1 0:00:00", "2026-05-01"},
        {"2026-05-01 00:00:00", "2026-05-01"},
        {"2026/5/1 8:00", NULL},
        {"2026/5-1", NULL},
        {"26/5/1", NULL},
        {"20260501", NULL},
        {"5/1/2026", NULL},
        {"2026/5/", NULL},
        {"2026/123/1", NULL},
        {"2026年5月1", NULL},
        {"2026-05-01 08:30", NULL},
        {"", NULL},
        {"20266/5/1", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        char out[16] = "";
        assert_int_equal(cell_date(cells[i][0], out), cells[i][1] != NULL);
        assert_string_equal(out, cells[i][1] ? cells[i][1] : "");
    }
}

static void what_a_spreadsheet_spoiled_is_known(void **state)
{
    static const struct {
        const char *cell;
        bool rounded, error;
    } cells[] = {
        {"4.41E+17", true, false}, {"4.41e+17", true, false},   {"4,41E+17", true, false},
        {"44E+16", true, false},   {"4.41E17", false, false},   {"4.41E-17", false, false},
        {"E+17", false, false},    {"4.41E+17X", false, false}, {"441", false, false},
        {"###", false, true},      {"########", false, true},   {"##", false, false},
        {"#1", false, false},      {"####a", false, false},     {"#N/A", false, true},
        {"#REF!", false, true},    {"#VALUE!", false, true},    {"#NAME?", false, true},
        {"#DIV/0!", false, true},  {"#NUM!", false, true},      {"#NULL!", false, true},
        {"#OTHER!", false, false}, {"", false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        assert_int_equal(cell_is_rounded(cells[i].cell), cells[i].rounded);
        assert_int_equal(cell_is_error(cells[i].cell), cells[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_and_the_mark_of_text_are_removed),
        cmocka_unit_test(full_width_forms_are_folded),
        cmocka_unit_test(dates_get_one_form),
        cmocka_unit_test(what_a_spreadsheet_spoiled_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
