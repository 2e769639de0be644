/* What people read in place of the stable words. */
#include "admin/register.h"
#include "fixture.h"

static const char *in_chinese(const char *word)
{
    text_language("zh");
    const char *there = word_shown(word);
    text_language("en");
    return there;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if (*text & 0x80)
            return false;
    return true;
}

static void states_kinds_and_levels_have_chinese_words(void **state)
{
    static const struct {
        const char *word, *shown;
    } cases[] = {
        {"active", "已启用"},   {"approved", "已批准"}, {"frozen", "已冻结"},
        {"closed", "已关闭"},   {"applied", "已申请"},  {"registered", "已登记"},
        {"bound", "已绑定"},    {"lost", "已挂失"},     {"retired", "已停用"},
        {"in-force", "有效"},   {"county", "县"},       {"village", "村"},
        {"computer", "计算机"}, {"no-such", "no-such"}, {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(in_chinese(cases[i].word), cases[i].shown);
        assert_string_equal(word_shown(cases[i].word), cases[i].word);
    }
}

static void every_state_of_a_register_has_one(void **state)
{
    (void)state;
    for (const struct register_kind *k = register_kinds; k->name; k++)
        for (const struct register_move *m = k->moves; m->from; m++)
            if (is_ascii(in_chinese(m->to)))
                fail_msg("%s: %s is not in words.c", k->name, m->to);
}

static void a_result_holds_both(void **state)
{
    struct fixture *f = *state;
    text_language("zh");
    int r = RUN(f, "secadm", "account", "show", "user", "zhangsan");
    text_language("en");
    assert_ok(r);
    assert_string_equal(field(f, 0, "state"), "active");
    assert_string_equal(shown(f, 0, "state"), "已启用");
    assert_ok(RUN(f, "secadm", "account", "show", "user", "zhangsan"));
    assert_string_equal(shown(f, 0, "state"), "active");
}

static void sentences_use_them(void **state)
{
    struct fixture *f = *state;
    text_language("zh");
    int r = RUN(f, "secadm", "account", "unfreeze", "user", "zhangsan", "reason", "x");
    text_language("en");
    assert_int_equal(r, GDPOP_ERR_REFUSED);
    assert_non_null(strstr(err_sentence(), "已启用"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(states_kinds_and_levels_have_chinese_words),
        ADMIN_TEST(every_state_of_a_register_has_one),
        ADMIN_TEST(a_result_holds_both),
        ADMIN_TEST(sentences_use_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
