/* Characters are counted, never bytes; what is no text is refused. */
#define RULE "length"
#include "password_fixture.h"

static void limits(void **state)
{
    (void)state;
    DENIES("7 characters", "P01", "GD-17", "at least 8 characters", NEW("abc#123"));
    PASSES("8 characters", NEW("abc#1234"));
    DENIES("7 Chinese characters, 21 bytes", "P01", NULL, NULL, NEW("广东省卫生健康"));
    PASSES("8 Chinese characters", NEW("广东省卫生健康委"));
    DENIES("7 emoji, 28 bytes", "P01", NULL, NULL, NEW("😀😀😀😀😀😀😀"));
    PASSES("8 emoji", NEW("😀😀😀😀😀😀😀😀"));
    DENIES("7 full-width digits", "P01", NULL, NULL, NEW("１２３４５６７"));
    PASSES("8 full-width digits", NEW("１２３４５６７８"));
    PASSES("spaces count", NEW("a b  c 1"));
    PASSES("8 spaces", NEW("        "));
    DENIES("nothing", "P01", NULL, NULL, NEW(""));
    DENIES("nothing where one is enough", "P01", NULL, NULL, NEW(""),
           set_number(s, SETTING_length_min, 1, "X"));
    DENIES("stricter", "P01", "SZ-19", "at least 12 ", NEW("abc#1234567"),
           set_number(s, SETTING_length_min, 12, "SZ-19"));
}

static void longest(void **state)
{
    (void)state;
    static char most[GDPOP_PASSWORD_MAX_BYTES + 1];
    memset(most, 'a', sizeof(most));
    PASSES("512 bytes", set_bytes(&x.candidate, most, GDPOP_PASSWORD_MAX_BYTES));
    struct secret longer;
    assert_int_equal(secret_set(&longer, most, sizeof(most)), GDPOP_ERR_TOO_LONG);
    static char chinese[GDPOP_PASSWORD_MAX_BYTES];
    for (size_t i = 0; i + 3 <= sizeof(chinese); i += 3)
        memcpy(chinese + i, "粤", 3);
    DENIES("512 bytes end within a character", "P02", NULL, NULL,
           set_bytes(&x.candidate, chinese, sizeof(chinese)), x.candidate.text[510] = '\xe7',
           x.candidate.text[511] = '\xb2');
    PASSES("510 bytes", set_bytes(&x.candidate, chinese, 510));
}

static void no_text(void **state)
{
    (void)state;
    DENIES("GBK", "P02", "GD-17", "UTF-8", NEW("\xb9\xe3\xb6\xab#1234abc"));
    DENIES("overlong", "P02", NULL, NULL, NEW("abc#1234\xc0\xaf"));
    DENIES("surrogate", "P02", NULL, NULL, NEW("abc#1234\xed\xa0\x80"));
    DENIES("cut", "P02", NULL, NULL, NEW("abc#1234\xe5\xb9"));
    DENIES("zero inside", "P03", NULL, "zero byte", NEW("abc#1234\0secret"));
    DENIES("zero first", "P03", NULL, NULL, NEW("\0abc#1234"));
    DENIES("zero last", "P03", NULL, NULL, NEW("abc#1234\0"));
    DENIES("tab", "P04", NULL, "control character", NEW("abc\t#1234"));
    DENIES("escape", "P04", NULL, NULL, NEW("abc\x1b#1234"));
    DENIES("delete", "P04", NULL, NULL, NEW("abc\x7f#1234"));
    DENIES("C1", "P04", NULL, NULL, NEW("abc\xc2\x85#1234"));
    PASSES("tilde and no-break space are none", NEW("abc~#1234\xc2\xa0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(limits), cmocka_unit_test(longest),
                                       cmocka_unit_test(no_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
