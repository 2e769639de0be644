/* Kinds of characters, on ASCII only. */
#define RULE "classes"
#include "password_fixture.h"

static void guangdong(void **state)
{
    (void)state;
    PASSES("digit, letter, special", NEW("abcdef1#"));
    PASSES("upper case is a letter", NEW("ABCDEF1#"));
    DENIES("no digit", "P10", "GD-17", "still needs a digit (0-9).", NEW("abcdefg#"));
    DENIES("no letter", "P10", NULL, "still needs a letter", NEW("1234567#"));
    DENIES("no special", "P10", NULL, "special character", NEW("abcdefg1"));
    DENIES("two are missing", "P10", NULL, "a digit (0-9), a special character", NEW("abcdefgh"));
    PASSES("a space is special", NEW("abcdef 1"));
    PASSES("a tilde is special", NEW("abcdef~1"));
    DENIES("nothing", "P10", NULL, "a digit (0-9), a letter (a-z, A-Z), a special", NEW(""));
}

static void shenzhen(void **state)
{
    (void)state;
#define SZ                                                                                         \
    set_number(s, SETTING_classes_upper, 1, "SZ-19"),                                              \
        set_number(s, SETTING_classes_lower, 1, "SZ-19")
    PASSES("all four", SZ, NEW("abCdef1#"));
    DENIES("no upper case", "P10", "SZ-19", "needs an upper-case letter (A-Z).", SZ,
           NEW("abcdef1#"));
    DENIES("no lower case", "P10", "SZ-19", "needs a lower-case letter (a-z).", SZ,
           NEW("ABCDEF1#"));
    DENIES("no letter at all is said once", "P10", NULL,
           "needs an upper-case letter (A-Z), a lower-case letter (a-z).", SZ, NEW("123456#!"));
}

static void nothing_asked(void **state)
{
    (void)state;
    PASSES("no class", set_number(s, SETTING_classes_digit, 0, ""),
           set_number(s, SETTING_classes_letter, 0, ""),
           set_number(s, SETTING_classes_special, 0, ""), NEW("广东省卫生健康委"));
}

static void other_characters(void **state)
{
    (void)state;
    DENIES("Chinese is no letter", "P10", NULL, "a letter", NEW("广东卫健委12#"));
    DENIES("emoji is not special", "P10", NULL, "a special character", NEW("abcdef12😀"));
    DENIES("accents are no letters", "P10", NULL, "a letter", NEW("éèêë1234#"));
    PASSES("they may be there", NEW("广东a1#卫健委"));
    DENIES("full-width digits", "P11", NULL, "half-width", NEW("abcdef#１２３"));
    DENIES("full-width letters", "P11", NULL, NULL, NEW("ａｂｃｄ12#4"));
    DENIES("full-width signs", "P11", NULL, NULL, NEW("abcdef12！"));
    DENIES("full-width space", "P11", NULL, NULL, NEW("abcdef12　"));
    PASSES("full-width beside the asked ones", NEW("abcdef1#２３"));
    DENIES("no hint where they would not help", "P10", NULL, NULL, NEW("abcdef12、"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(guangdong), cmocka_unit_test(shenzhen),
                                       cmocka_unit_test(nothing_asked),
                                       cmocka_unit_test(other_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
