/* What cannot be undone is typed twice. */
#include "fixture.h"

enum { ARGS_MAX = 6 };

struct once {
    const char *noun, *verb, *names[ARGS_MAX], *values[ARGS_MAX];
};

/* names[0] is what is typed once more. */
static const struct once all[] = {
    {"account", "close", {"user", "reason"}, {"zhangsan", "x"}},
    {"audit",
     "prune",
     {"before", "reason", "approver", "paper", "paper-number"},
     {"2020-01-01", "x", "P000009", "scan", "1"}},
    {"host", "retire", {"id", NULL}, {"0123456789abcdef0123456789abcdef", NULL}},
    {"leave", "close", {"user", NULL}, {"zhangsan", NULL}},
    {"store",
     "destroy",
     {"host", "reason", "filing-number", "approver", "paper", "paper-number"},
     {"app1", "x", "1", "P000009", "scan", "1"}},
    {"org", "merge", {"id", "into"}, {"county", "city"}},
    {"device", "retire", {"id", "reason"}, {"D000001", "x"}},
    {"person", "purge", {"id", "paper"}, {"P000005", "scan"}},
};
enum { COUNT = sizeof(all) / sizeof(all[0]) };

static int try(struct fixture *f, const struct once *o, const char *typed)
{
    const struct gdpop_result *result;
    struct gdpop_admin *a;
    struct gdpop_arg args[ARGS_MAX + 1];
    size_t n = 0;
    for (int i = 0; i < ARGS_MAX && o->names[i]; i++)
        args[n++] = (struct gdpop_arg){o->names[i], o->values[i], strlen(o->values[i])};
    if (typed)
        args[n++] = (struct gdpop_arg){"confirm", typed, strlen(typed)};
    const char *actor =
        strcmp(o->noun, "audit") == 0 || strcmp(o->noun, "store") == 0 ? "secadm" : "sysadm";
    assert_ok(gdpop_admin_begin(f->g, actor, 0, &a));
    int r = gdpop_admin_call(a, o->noun, o->verb, args, n, &result);
    gdpop_admin_end(a);
    return r;
}

static void nothing_is_done_without_the_name(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < COUNT; i++) {
        assert_refused(try(f, &all[i], NULL), GDPOP_ERR_REFUSED, "cannot be undone: confirm it");
        try(f, &all[i], all[i].values[0]); /* done, or refused for a reason of its own */
        assert_null(strstr(err_sentence(), "cannot be undone"));
    }
}

static void another_name_is_no_confirmation(void **state)
{
    struct fixture *f = *state;
    static const char *const wrong[] = {"lisi", "zhangsan ", "ZHANGSAN", "county city"};
    for (int i = 0; i < COUNT; i++)
        for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
            assert_refused(try(f, &all[i], wrong[k]), GDPOP_ERR_REFUSED, "cannot be undone");
}

/* Each of them is in the table above: a new one gets its test. */
static void the_table_is_whole(void **state)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list), found = 0, known = 0;
    (void)state;
    for (size_t i = 0; i < count; i++)
        for (const struct gdpop_param *p = list[i]->params; p->name; p++) {
            if (p->kind != GDPOP_PARAM_CONFIRM)
                continue;
            assert_string_equal(p->name, "confirm");
            found++;
            for (int k = 0; k < COUNT; k++)
                known += strcmp(all[k].noun, list[i]->noun) == 0 &&
                         strcmp(all[k].verb, list[i]->verb) == 0;
        }
    assert_int_equal(found, COUNT);
    assert_int_equal(known, COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(nothing_is_done_without_the_name),
        ADMIN_TEST(another_name_is_no_confirmation),
        cmocka_unit_test(the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
