/* UTF-8, widths on a terminal, and the built-in catalogue. */
#include "base/text.h"
#include "gdpop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

static void test_length_and_cleanness(void **state)
{
    static const struct {
        const char *text;
        long length;
        bool clean;
    } cases[] = {
        {"", 0, true},
        {"abc", 3, true},
        {"\u5f20\u4e09", 2, true},
        {"\U0001f600", 1, true},
        {"\U0010ffff", 1, true},
        {"e\u0301", 2, true},
        {"a\tb", 3, false},
        {"a\nb", 3, false},
        {"a\x1b[0m", 5, false},
        {"\x7f", 1, false},
        {"\xc2\x85", 1, false},
        {"\xc2\x9f", 1, false},
        {"\u00a0", 1, true},
        {"\u2028", 1, false},
        {"\u202e", 1, false}, /* turns the direction of what follows */
        {"\u2066", 1, false},
        {"\x80", -1, false},
        {"\xc0\xaf", -1, false}, /* overlong */
        {"\xc1\xbf", -1, false},
        {"\xe0\x9f\xbf", -1, false},
        {"\xe0\xa0\x80", 1, true},
        {"\xed\x9f\xbf", 1, true},
        {"\xed\xa0\x80", -1, false}, /* surrogate */
        {"\xed\xbf\xbf", -1, false},
        {"\xee\x80\x80", 1, true},
        {"\xf0\x8f\xbf\xbf", -1, false},
        {"\xf0\x90\x80\x80", 1, true},
        {"\xf4\x90\x80\x80", -1, false},
        {"\xf5\x80\x80\x80", -1, false},
        {"\xff", -1, false},
        {"\xe5\xbc", -1, false}, /* cut */
        {"\xe5\xbc\x61", -1, false},
        {"\xd5\xc5", -1, false}, /* GBK */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (text_length(cases[i].text, strlen(cases[i].text)) != cases[i].length ||
            text_is_clean(cases[i].text) != cases[i].clean)
            fail_msg("case %zu", i);
    assert_int_equal(text_length("a\0b", 3), 3);
}

static void test_next_stays_where_it_cannot_read(void **state)
{
    const char *text = "a\u5f20\xff", *end = text + strlen(text), *p = text;
    (void)state;
    assert_int_equal(text_next(&p, end), 'a');
    assert_int_equal(text_next(&p, end - 2), -1); /* cut by end */
    assert_int_equal(text_next(&p, end), 0x5f20);
    assert_int_equal(text_next(&p, end), -1);
    assert_ptr_equal(p, end - 1);
    assert_int_equal(text_next(&end, end), -1);
}

static void test_width(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"\u00e9\u03b1\u0416", 3},
        {"\u5f20\u4e09 a", 6},
        {"\uff21\uff01", 4}, /* full width */
        {"\uff71", 1},       /* half-width katakana */
        {"\u3000", 2},       /* ideographic space */
        {"\u3002\u300a", 4}, /* Chinese punctuation */
        {"\u201c\u2026", 2}, /* ambiguous: narrow */
        {"\ud55c", 2},
        {"e\u0301", 1},
        {"\U0001f600", 2},
        {"\U00020bb7", 2},
        {"\u115f\u1160", 2},
        {"\u4dff\u4e00", 3},
        {"a\xff", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (text_width(cases[i].text) != cases[i].width)
            fail_msg("\"%s\" has width %zu", cases[i].text, text_width(cases[i].text));
        assert_int_equal(gdpop_text_width(cases[i].text), cases[i].width);
    }
}

static void test_language(void **state)
{
    (void)state;
    assert_string_equal(text_language("zh"), "en"); /* English is what a thread starts with */
    assert_string_equal(text_get("not found"), "\u6ca1\u6709\u627e\u5230");
    assert_string_equal(gdpop_strerror(GDPOP_ERR_NOT_FOUND), "\u6ca1\u6709\u627e\u5230");
    assert_string_equal(gdpop_text("not found"), "\u6ca1\u6709\u627e\u5230");
    assert_string_equal(text_get("no sentence of gdpop"), "no sentence of gdpop");
    assert_string_equal(text_get(""), ""); /* not the catalogue's header */
    assert_string_equal(gdpop_language(NULL), "zh");
    assert_string_equal(gdpop_language("fr"), "zh");
    assert_string_equal(gdpop_language(NULL), "en");
    assert_string_equal(text_get("not found"), "not found");
}

static void test_every_meaning_of_an_error_is_translated(void **state)
{
    (void)state;
    for (int r = 1; r >= GDPOP_ERR_TRAIL; r--) {
        const char *english = gdpop_strerror(r);
        text_language("zh");
        assert_string_not_equal(gdpop_strerror(r), english);
        assert_true(text_is_clean(gdpop_strerror(r)));
        text_language("en");
    }
}

static void *other_thread(void *unused)
{
    (void)unused;
    assert_string_equal(text_language("en"), "en");
    return NULL;
}

static void test_each_thread_has_its_own_language(void **state)
{
    pthread_t thread;
    (void)state;
    text_language("zh");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(text_language("en"), "zh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length_and_cleanness),
        cmocka_unit_test(test_next_stays_where_it_cannot_read),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_every_meaning_of_an_error_is_translated),
        cmocka_unit_test(test_each_thread_has_its_own_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
