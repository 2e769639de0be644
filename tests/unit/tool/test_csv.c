/* The table reader: every text and position, both sides of each fault. */
#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Records as "line:field|field" joined by "/". */
static void describe(const struct csv *csv, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < csv->record_count; i++) {
        const struct csv_record *r = &csv->records[i];
        used += (size_t)snprintf(out + used, size - used, "%s%zu:", i ? "/" : "", r->line);
        for (size_t f = 0; f < r->count; f++)
            used += (size_t)snprintf(out + used, size - used, "%s%s", f ? "|" : "",
                                     csv_field(csv, r, f));
    }
}

static const struct {
    const char *text;
    bool tabs;
    const char *records;
} good[] = {
    {"", false, ""},
    {"\n", false, ""},
    {"\r\n\r\n\n", false, ""},
    {"a", false, "1:a"},
    {"a\n", false, "1:a"},
    {"a,b", false, "1:a|b"},
    {"a,b\nc,d\n", false, "1:a|b/2:c|d"},
    {"a,b\r\nc,d\r\n", false, "1:a|b/2:c|d"},
    {"a,b\rc,d\r", false, "1:a|b/2:c|d"},
    {"a\n\n\nb", false, "1:a/4:b"},
    {",", false, "1:|"},
    {"a,", false, "1:a|"},
    {",\n,,\n", false, "1:|/2:||"},
    {"\"a\"", false, "1:a"},
    {"\"\"", false, ""},
    {"\"\",\"\"", false, "1:|"},
    {"\"a,b\",c", false, "1:a,b|c"},
    {"\"a\"\"b\"", false, "1:a\"b"},
    {"\"\"\"\"", false, "1:\""},
    {"\"a\nb\",c\nd", false, "1:a\nb|c/3:d"},
    {"\"a\r\nb\",c\r\nd", false, "1:a\r\nb|c/3:d"},
    {"\"a\rb\",c\rd", false, "1:a\rb|c/3:d"},
    {"\"a\"\r\nb", false, "1:a/2:b"},
    {"a\tb\nc\td", false, "1:a|b/2:c|d"},
    {"a\tb,c", false, "1:a\tb|c"},
    {"a\tb,c", true, "1:a|b,c"},
    {"a,b", true, "1:a,b"},
    {"\r\na\tb\nc,d\te", false, "2:a|b/3:c,d|e"},
    {"a;b\nc;d", false, "1:a|b/2:c|d"},
    {"a;b\n\"c;d\";e,f\n", false, "1:a|b/2:c;d|e,f"},
    {"\"a,\tb\";c\nd;e", false, "1:a,\tb|c/2:d|e"},
    {"a;b,c\nd;e,f", false, "1:a;b|c/2:d;e|f"}, /* the first line decides */
    {"a;b\tc", false, "1:a;b|c"},
    {"sep=;\r\na,b;c\r\n", false, "2:a,b|c"},
    {"SEP=,\na;b,c", false, "2:a;b|c"},
    {"sep=\t\na\tb", false, "2:a|b"},
    {"sep=;", false, ""},
    {"sep=x\na,b", false, "1:sep=x/2:a|b"},
    {"sep=;a\nb;c", false, "1:sep=|a/2:b|c"},
    {"\xef\xbb\xbf"
     "a,b",
     false, "1:a|b"},
    {"\xef\xbb\xbf"
     "\"a\",b",
     false, "1:a|b"},
    {"\xef\xbb\xbf", false, ""},
    {"李,四", false, "1:李|四"},
    {"\xc0\xee,\xcb\xc4", false, "1:李|四"},         /* GB18030, two bytes */
    {"\x95\x32\x82\x36,\xcb\xc4", false, "1:𠀀|四"}, /* four bytes */
    {"\x81\x5c,\x81\x7c", false, "1:乗|亅"},         /* second bytes that look like ASCII */
};

static void reads_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct csv csv;
        char seen[256];
        assert_int_equal(csv_read(good[i].text, strlen(good[i].text), good[i].tabs, &csv),
                         CSV_GOOD);
        describe(&csv, seen, sizeof(seen));
        assert_string_equal(seen, good[i].records);
        csv_free(&csv);
    }
}

static void reads_utf16(void **state)
{
    static const char little[] = "\xff\xfe"
                                 "a\0,\0\x4e\x67\n\0",
                      big[] = "\xfe\xff"
                              "\0a\0,\x67\x4e";
    struct csv csv;
    char seen[64];
    (void)state;
    assert_int_equal(csv_read(little, sizeof(little) - 1, false, &csv), CSV_GOOD);
    describe(&csv, seen, sizeof(seen));
    assert_string_equal(seen, "1:a|李");
    csv_free(&csv);
    assert_int_equal(csv_read(big, sizeof(big) - 1, false, &csv), CSV_GOOD);
    describe(&csv, seen, sizeof(seen));
    assert_string_equal(seen, "1:a|李");
    csv_free(&csv);
}

static const struct {
    const char *text;
    size_t len; /* 0: strlen */
    enum csv_fault fault;
    size_t line, column;
} faulty[] = {
    {"\"a", 0, CSV_QUOTE_OPEN, 1, 1},
    {"a\nb,\"c\nd\ne", 0, CSV_QUOTE_OPEN, 2, 2},
    {"\"", 0, CSV_QUOTE_OPEN, 1, 1},
    {"\"\"\"", 0, CSV_QUOTE_OPEN, 1, 1},
    {"a\"b", 0, CSV_QUOTE_INSIDE, 1, 1},
    {"a,b\nc,d\"", 0, CSV_QUOTE_INSIDE, 2, 2},
    {" \"a\"", 0, CSV_QUOTE_INSIDE, 1, 1},
    {"\"a\"b", 0, CSV_QUOTE_AFTER, 1, 1},
    {"\"a\" ,b", 0, CSV_QUOTE_AFTER, 1, 1},
    {"a,\"b\nc\"d", 0, CSV_QUOTE_AFTER, 2, 2},
    {"a\0b", 3, CSV_ZERO, 1, 0},
    {"a\nb,\0", 5, CSV_ZERO, 2, 0},
    {"\xff\xfe"
     "a\0\0\0",
     6, CSV_ZERO, 1, 0},
    {"a\n\xff\xff", 0, CSV_CHARSET, 2, 0},
    {"a\xe6", 0, CSV_CHARSET, 1, 0},
    {"\xff\xfe"
     "a",
     3, CSV_CHARSET, 1, 0},
};

static void names_the_place_of_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
        struct csv csv;
        size_t len = faulty[i].len ? faulty[i].len : strlen(faulty[i].text);
        assert_int_equal(csv_read(faulty[i].text, len, false, &csv), faulty[i].fault);
        assert_int_equal(csv.fault_line, faulty[i].line);
        assert_int_equal(csv.fault_column, faulty[i].column);
        csv_free(&csv);
    }
}

static void a_missing_field_is_empty(void **state)
{
    struct csv csv;
    (void)state;
    assert_int_equal(csv_read("a,b", 3, false, &csv), CSV_GOOD);
    assert_string_equal(csv_field(&csv, &csv.records[0], 1), "b");
    assert_string_equal(csv_field(&csv, &csv.records[0], 2), "");
    csv_free(&csv);
}

static void rows_are_counted_as_a_spreadsheet_does(void **state)
{
    static const char text[] = "sep=;\na;b\n\n\"c\nd\r\ne\";f\ng;h\ni;\"";
    static const size_t lines[] = {2, 4, 7}, rows[] = {1, 3, 4};
    struct csv csv;
    (void)state;
    assert_int_equal(csv_read(text, strlen(text), false, &csv), CSV_QUOTE_OPEN);
    assert_int_equal(csv.record_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(csv.records[i].line, lines[i]);
        assert_int_equal(csv.records[i].row, rows[i]);
    }
    assert_int_equal(csv.fault_line, 8);
    assert_int_equal(csv.fault_row, 5);
    csv_free(&csv);
}

static void many_records(void **state)
{
    static char text[40000];
    struct csv csv;
    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i += 4)
        memcpy(text + i, "a,b\n", 4);
    assert_int_equal(csv_read(text, sizeof(text), false, &csv), CSV_GOOD);
    assert_int_equal(csv.record_count, 10000);
    assert_int_equal(csv.records[9999].line, 10000);
    assert_string_equal(csv_field(&csv, &csv.records[9999], 1), "b");
    csv_free(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tables),
        cmocka_unit_test(reads_utf16),
        cmocka_unit_test(names_the_place_of_a_fault),
        cmocka_unit_test(a_missing_field_is_empty),
        cmocka_unit_test(rows_are_counted_as_a_spreadsheet_does),
        cmocka_unit_test(many_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
