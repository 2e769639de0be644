/* What others know of the person, forwards and backwards. */
#define RULE "personal"
#include "password_fixture.h"

static void user_name(void **state)
{
    (void)state;
    PASSES("none", );
    DENIES("user name", "P20", "DB-8.1.4.1a", "user name", NEW("liuyang#2026"));
    DENIES("upper case", "P20", NULL, NULL, NEW("x#LiuYANG9"));
    DENIES("backwards", "P20", NULL, NULL, NEW("9#gnayuil!x"));
    DENIES("full-width", "P20", NULL, NULL, NEW("#9ｌｉｕｙａｎｇ"));
    PASSES("part of it", NEW("liuyan#2026"));
    DENIES("3 characters", "P20", NULL, NULL, f->user = "lyy", NEW("a9#lyyk2"));
    PASSES("2 characters", f->user = "ly", NEW("a9#lyyk2"));
}

static void name(void **state)
{
    (void)state;
    DENIES("name", "P21", NULL, "your name", NEW("我是刘洋#2026a"));
    DENIES("backwards", "P21", NULL, NULL, NEW("洋刘#2026abc"));
    PASSES("one character of it", NEW("刘#2026abc"));
    PASSES("its characters apart", NEW("刘#洋2026abc"));
    PASSES("no name", f->name = "");
    DENIES("given name of a minority name", "P21", NULL, NULL, f->name = "阿卜杜拉·买买提",
           NEW("a1#阿卜杜拉9"));
    DENIES("the other part", "P21", NULL, NULL, f->name = "阿卜杜拉•买买提", NEW("a1#买买提9"));
    DENIES("foreign name", "P21", NULL, NULL, f->name = "Anna Smith", NEW("#1smithY9"));
    PASSES("short foreign part", f->name = "Li Na", NEW("#1linaY9x"));
    PASSES("one character", f->name = "刘", NEW("刘#2026abc"));
}

static void document(void **state)
{
    (void)state;
    DENIES("whole", "P23", NULL, NULL, f->document_number = "110101199003071233",
           NEW("x#199003071233"));
    DENIES("region code", "P22", NULL, "6 or more digits of your document", NEW("ab#440103x"));
    PASSES("5 digits of it", NEW("ab#44010x3"));
    DENIES("last six with the check digit", "P22", NULL, NULL, NEW("ab#071233x"));
    DENIES("backwards", "P22", NULL, NULL, NEW("ab#301044x"));
    DENIES("full-width", "P22", NULL, NULL, NEW("ab#４４０１０３x"));
    DENIES("birth date, 8 digits", "P23", NULL, "date of birth", NEW("ab#19900307x"));
    DENIES("birth date, 6 digits", "P23", NULL, NULL, NEW("ab#900307xy"));
    DENIES("birth year and month", "P23", NULL, NULL, NEW("ab#199003xy"));
    DENIES("birth date backwards", "P23", NULL, NULL, NEW("ab#70300991x"));
    PASSES("birth year", NEW("ab#1990kxyz"));
    DENIES("check digit X is no digit", "P22", NULL, NULL,
           f->document_number = "44010319900307123X", NEW("ab#307123x"));
    PASSES("passport's letter", f->document_number = "E12345", NEW("ab#E12345"));
    DENIES("passport's digits", "P22", NULL, NULL, f->document_number = "E12345678",
           NEW("ab#345678x"));
    PASSES("no document", f->document_number = "", NEW("ab#440103x"));
}

static void telephone(void **state)
{
    (void)state;
    DENIES("whole", "P24", NULL, "6 or more digits of your telephone", NEW("a#13800138000"));
    DENIES("six digits", "P24", NULL, NULL, NEW("abc#001380x"));
    DENIES("backwards", "P24", NULL, NULL, NEW("abc#000831x"));
    PASSES("five digits", NEW("abc#138001x"), f->phone = "13800238000");
    PASSES("digits across a hyphen", f->phone = "020-123456", NEW("abc#20123x"));
    DENIES("digits after a hyphen", "P24", NULL, NULL, f->phone = "020-123456", NEW("abc#123456"));
    PASSES("no telephone", f->phone = "", NEW("a#13800138000"));
}

static void not_asked(void **state)
{
    (void)state;
    SKIPS("not looked for", set_number(s, SETTING_personal_check, 0, ""), NEW("liuyang#2026"));
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    DENIES("user name among them", "P20", NULL, NULL, NEW("\xff\xfeliuyang\xe5"));
    PASSES("nothing else", NEW("\xff\xfe\x80\xe5\xb9"));
    static char most[GDPOP_PASSWORD_MAX_BYTES];
    memset(most, '\xe5', sizeof(most));
    PASSES("512 of them", set_bytes(&x.candidate, most, sizeof(most)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_name), cmocka_unit_test(name),
        cmocka_unit_test(document),  cmocka_unit_test(telephone),
        cmocka_unit_test(not_asked), cmocka_unit_test(bytes_that_are_no_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
