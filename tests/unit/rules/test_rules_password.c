/* All password rules together: the first denial is told, and nothing passes by default. */
#include "password_fixture.h"

static struct finding walk(const struct password_facts *facts)
{
    struct finding f;
    memset(&f, 0xff, sizeof(f));
    rules_judge_password(facts, &f);
    return f;
}

static void good_one_passes(void **state)
{
    (void)state;
    static struct password_fixture x;
    password_fixture_init(&x);
    struct finding f = walk(&x.facts);
    assert_int_equal(f.level, FINDING_PASS);
    assert_string_equal(f.text, "");
}

static void first_denial_is_told(void **state)
{
    (void)state;
    static struct password_fixture x;
    static const struct {
        const char *password, *rule, *code;
    } cases[] = {
        {"a1#", "length", "P01"},
        {"abcdefgh", "classes", "P10"},
        {"liuyang#1", "personal", "P20"},
        {"p4$$word", "dictionary", "P30"},
        {"", "length", "P01"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        password_fixture_init(&x);
        set_bytes(&x.candidate, cases[i].password, strlen(cases[i].password));
        struct finding f = walk(&x.facts);
        assert_int_equal(f.level, FINDING_DENY);
        assert_string_equal(f.rule, cases[i].rule);
        assert_string_equal(f.code, cases[i].code);
        assert_null(strstr(f.text, cases[i].password[0] ? cases[i].password : "\n"));
    }
}

static void facts_of_the_caller(void **state)
{
    (void)state;
    static struct password_fixture x;
    password_fixture_init(&x);
    x.facts.reused = true;
    assert_string_equal(walk(&x.facts).code, "P41");
    x.facts.is_initial = true; /* the more exact sentence */
    assert_string_equal(walk(&x.facts).code, "P43");
    set_number(&x.settings, SETTING_min_age_days, 1, "X");
    x.facts.set_at = x.facts.now_at; /* told before anything is judged */
    assert_string_equal(walk(&x.facts).code, "P42");
}

static void nothing_to_judge(void **state)
{
    (void)state;
    static struct password_fixture x;
    password_fixture_init(&x);
    x.facts.candidate = NULL;
    assert_int_equal(walk(&x.facts).level, FINDING_DENY);
    assert_string_equal(walk(&x.facts).code, "Z01");
    password_fixture_init(&x);
    x.facts.settings = NULL;
    assert_int_equal(walk(&x.facts).level, FINDING_DENY);
}

static void zero_byte_hides_nothing(void **state)
{
    (void)state;
    static struct password_fixture x;
    password_fixture_init(&x);
    set_bytes(&x.candidate, GOOD_PASSWORD "\0tail", sizeof(GOOD_PASSWORD "\0tail") - 1);
    assert_string_equal(walk(&x.facts).code, "P03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_one_passes),         cmocka_unit_test(first_denial_is_told),
        cmocka_unit_test(facts_of_the_caller),     cmocka_unit_test(nothing_to_judge),
        cmocka_unit_test(zero_byte_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
