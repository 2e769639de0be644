#include "base/err.h"
#include "settings/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int begin(void **state)
{
    *state = arena_new();
    return *state ? 0 : -1;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

static void set(struct arena *a, struct settings *s, enum setting_id id, const char *text,
                const char *tag)
{
    struct setting_value v;
    if (setting_parse(id, text, a, &v) != 0)
        fail_msg("%s", err_sentence());
    v.tag = tag;
    s->value[id] = v;
}

static void every_row_is_whole(void **state)
{
    struct settings s;
    settings_default(&s);
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting *row = setting_row(id);
        assert_int_equal(setting_find(row->name), id);
        assert_non_null(row->help);
        assert_false(s.value[id].set);
        assert_string_equal(s.value[id].tag, row->default_tag);
        /* what is printed is read again */
        struct setting_value v;
        const char *printed = setting_print(id, &s.value[id], *state);
        if (setting_parse(id, printed, *state, &v) != 0)
            fail_msg("%s = %s: %s", row->name, printed, err_sentence());
        assert_true(v.set);
        assert_int_equal(v.number, s.value[id].number);
        assert_string_equal(v.text, s.value[id].text);
    }
    assert_int_equal(setting_find("length"), -1);
    assert_int_equal(setting_find(""), -1);
    assert_null(setting_row(SETTING_COUNT));
}

static void values_are_read_within_their_range(void **state)
{
    static const struct {
        enum setting_id id;
        const char *text;
        const char *printed; /* NULL: refused */
        const char *says;
    } cases[] = {
        {SETTING_length_min, "1", "1", NULL},
        {SETTING_length_min, "64", "64", NULL},
        {SETTING_length_min, "08", "8", NULL},
        {SETTING_length_min, "0", NULL, "length_min must be a whole number from 1 to 64"},
        {SETTING_length_min, "65", NULL, "characters"},
        {SETTING_length_min, "-8", NULL, "1 to 64"},
        {SETTING_length_min, "+8", NULL, "1 to 64"},
        {SETTING_length_min, " 8", NULL, "1 to 64"},
        {SETTING_length_min, "8 ", NULL, "1 to 64"},
        {SETTING_length_min, "8.5", NULL, "1 to 64"},
        {SETTING_length_min, "0x8", NULL, "1 to 64"},
        {SETTING_length_min, "eight", NULL, "1 to 64"},
        {SETTING_length_min, "", NULL, "1 to 64"},
        {SETTING_length_min, "-", NULL, "1 to 64"},
        {SETTING_length_min, "18446744073709551624", NULL, "1 to 64"},
        {SETTING_utc_offset_min, "-720", "-720", NULL},
        {SETTING_utc_offset_min, "-721", NULL, "-720"},
        {SETTING_uid_max, "4000000000", "4000000000", NULL},
        {SETTING_uid_max, "4000000001", NULL, "4000000000"},
        {SETTING_initial_change, "yes", "yes", NULL},
        {SETTING_initial_change, "no", "no", NULL},
        {SETTING_initial_change, "1", "yes", NULL},
        {SETTING_initial_change, "0", "no", NULL},
        {SETTING_initial_change, "Yes", NULL, "yes or no"},
        {SETTING_initial_change, "", NULL, "yes or no"},
        {SETTING_initial_change, "2", NULL, "yes or no"},
        {SETTING_sharing_action, "end_other", "end_other", NULL},
        {SETTING_sharing_action, "end", NULL, "one of: deny end_other freeze"},
        {SETTING_sharing_action, "deny end_other", NULL, "one word"},
        {SETTING_sharing_action, "", NULL, "one word"},
        {SETTING_hash_prefix, "$2b$", "$2b$", NULL},
        {SETTING_hash_prefix, "$1$", NULL, "one of"},
        {SETTING_hash_prefix, "$", NULL, "one of"},
        {SETTING_pledge_kind, "sz-a3", "sz-a3", NULL},
        {SETTING_pledge_kind, "a\nb", NULL, "one word"},
        {SETTING_shell, "/bin/sh", "/bin/sh", NULL},
        {SETTING_shell, "sh", NULL, "absolute path"},
        {SETTING_home_template, "/srv/%u", "/srv/%u", NULL},
        {SETTING_home_template, "/etc/cron.d", NULL, "%u"},
        {SETTING_services_batch, "  cron   atd cron ", "cron atd", NULL},
        {SETTING_services_batch, "", "", NULL},
        {SETTING_services_batch, "cron\tatd", NULL, "list of words"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct setting_value v;
        int r = setting_parse(cases[i].id, cases[i].text, *state, &v);
        if (r != (cases[i].printed ? 0 : GDPOP_ERR_FORMAT))
            fail_msg("case %zu \"%s\": %d %s", i, cases[i].text, r, err_sentence());
        assert_true(v.set == (r == 0));
        if (cases[i].printed)
            assert_string_equal(setting_print(cases[i].id, &v, *state), cases[i].printed);
        else if (!strstr(err_sentence(), cases[i].says))
            fail_msg("case %zu: %s", i, err_sentence());
    }
}

/* The stricter of two wins, whichever comes first; of equal ones the first one's article stays. */
static void the_stricter_wins_in_both_orders(void **state)
{
    static const struct {
        enum setting_id id;
        const char *loose, *strict;
    } cases[] = {
        {SETTING_length_min, "8", "9"},         {SETTING_classes_upper, "no", "yes"},
        {SETTING_initial_valid_days, "7", "3"}, {SETTING_lockout_limit, "5", "4"},
        {SETTING_lockout_sec, "900", "901"},    {SETTING_cron_personal, "yes", "no"},
        {SETTING_rotation_months, "7", "6"},    {SETTING_rotation_months, "0", "6"},
        {SETTING_rotation_months, "0", "60"},   {SETTING_dormant_days, "0", "1"},
        {SETTING_idle_sec, "86400", "1"},       {SETTING_witnesses_min, "1", "2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int order = 0; order < 2; order++) {
            struct settings first, second;
            enum setting_id id = cases[i].id;
            settings_default(&first);
            settings_default(&second);
            set(*state, &first, id, order ? cases[i].strict : cases[i].loose, order ? "S" : "L");
            set(*state, &second, id, order ? cases[i].loose : cases[i].strict, order ? "L" : "S");
            const struct setting_value *a = &first.value[id], *b = &second.value[id];
            assert_int_equal(setting_at_least(id, a, b), order == 0);
            assert_int_equal(setting_at_least(id, b, a), order == 1);
            assert_true(setting_at_least(id, a, a));
            settings_combine(&first, &second);
            if (strcmp(settings_tag(&first, id), "S") != 0)
                fail_msg("case %zu order %d", i, order);
        }
}

static void defaults_yield_and_ties_stay(void **state)
{
    struct settings into, more;
    settings_default(&into);
    settings_default(&more);
    /* looser than the default, and yet what was set */
    set(*state, &more, SETTING_lockout_limit, "10", "GD-17");
    set(*state, &more, SETTING_dormant_days, "0", "GD-17");
    settings_combine(&into, &more);
    assert_int_equal(settings_number(&into, SETTING_lockout_limit), 10);
    assert_int_equal(settings_number(&into, SETTING_dormant_days), 0);
    assert_string_equal(settings_tag(&into, SETTING_lockout_limit), "GD-17");

    struct settings none;
    settings_default(&none);
    settings_combine(&into, &none);
    assert_int_equal(settings_number(&into, SETTING_lockout_limit), 10);
    assert_true(into.value[SETTING_lockout_limit].set);

    struct settings same;
    settings_default(&same);
    set(*state, &same, SETTING_lockout_limit, "10", "SZ-19");
    settings_combine(&into, &same);
    assert_string_equal(settings_tag(&into, SETTING_lockout_limit), "GD-17");

    /* an article says more than a general standard */
    set(*state, &into, SETTING_lockout_limit, "10", "DB-8.1.4.1b");
    settings_combine(&into, &same);
    assert_string_equal(settings_tag(&into, SETTING_lockout_limit), "SZ-19");
    set(*state, &same, SETTING_lockout_limit, "10", "DB-8.1.4.1b");
    settings_combine(&into, &same);
    assert_string_equal(settings_tag(&into, SETTING_lockout_limit), "SZ-19");
}

static void the_first_word_stays(void **state)
{
    struct settings into, more;
    settings_default(&into);
    settings_default(&more);
    set(*state, &into, SETTING_pledge_kind, "A5", "GD-5.4");
    set(*state, &more, SETTING_pledge_kind, "sz-a3", "SZ-24");
    set(*state, &more, SETTING_shell, "/bin/sh", "SZ-24");
    settings_combine(&into, &more);
    assert_string_equal(settings_text(&into, SETTING_pledge_kind), "A5");
    assert_string_equal(settings_text(&into, SETTING_shell), "/bin/sh");
    assert_true(
        setting_at_least(SETTING_shell, &into.value[SETTING_shell], &more.value[SETTING_shell]));
}

static void lists_are_searched_by_whole_words(void **state)
{
    (void)state;
    struct settings s;
    settings_default(&s);
    assert_true(settings_lists(&s, SETTING_services_elevate, "su"));
    assert_true(settings_lists(&s, SETTING_services_elevate, "sudo-i"));
    assert_false(settings_lists(&s, SETTING_services_elevate, "sud"));
    assert_false(settings_lists(&s, SETTING_services_elevate, "su-"));
    assert_false(settings_lists(&s, SETTING_services_elevate, "su su-l"));
    assert_false(settings_lists(&s, SETTING_services_elevate, ""));
    s.value[SETTING_services_elevate].text = "";
    assert_false(settings_lists(&s, SETTING_services_elevate, "su"));
}

static void a_password_remembers_its_judges(void **state)
{
    struct arena *a = *state;
    struct settings gd, sz;
    char by_gd[17], by_sz[17];
    settings_default(&gd);
    set(a, &gd, SETTING_classes_digit, "yes", "GD-17");
    set(a, &gd, SETTING_classes_letter, "yes", "GD-17");
    set(a, &gd, SETTING_classes_special, "yes", "GD-17");
    sz = gd;
    set(a, &sz, SETTING_classes_letter, "no", "SZ-19");
    set(a, &sz, SETTING_classes_upper, "yes", "SZ-19");
    set(a, &sz, SETTING_classes_lower, "yes", "SZ-19");
    settings_password_fingerprint(&gd, by_gd);
    settings_password_fingerprint(&sz, by_sz);
    assert_int_equal(strlen(by_gd), 16);
    assert_true(settings_judged_enough(by_gd, &gd));
    assert_true(settings_judged_enough(by_sz, &sz));
    assert_true(settings_judged_enough(by_sz, &gd)); /* upper and lower case are letters */
    assert_false(settings_judged_enough(by_gd, &sz));

    set(a, &gd, SETTING_length_min, "9", "GD-17");
    assert_false(settings_judged_enough(by_gd, &gd));
    set(a, &gd, SETTING_length_min, "7", "GD-17");
    assert_true(settings_judged_enough(by_gd, &gd));

    set(a, &gd, SETTING_dictionary_check, "no", "GD-17");
    settings_password_fingerprint(&gd, by_gd);
    set(a, &gd, SETTING_dictionary_check, "yes", "GD-17");
    assert_false(settings_judged_enough(by_gd, &gd));

    /* what judges nothing about a password does not count */
    settings_password_fingerprint(&gd, by_gd);
    set(a, &gd, SETTING_rotation_months, "1", "GD-17");
    assert_true(settings_judged_enough(by_gd, &gd));
}

static void a_damaged_fingerprint_is_not_enough(void **state)
{
    (void)state;
    struct settings s;
    char good[17], bad[20];
    settings_default(&s);
    settings_password_fingerprint(&s, good);
    assert_true(settings_judged_enough(good, &s));
    assert_false(settings_judged_enough("", &s));
    assert_false(settings_judged_enough("ffffffffffffffff", &s));
    assert_false(settings_judged_enough("0001ffffffffffFF", &s));
    snprintf(bad, sizeof(bad), "%s0", good);
    assert_false(settings_judged_enough(bad, &s));
    memcpy(bad, good, 15);
    bad[15] = '\0';
    assert_false(settings_judged_enough(bad, &s));
    snprintf(bad, sizeof(bad), "-%s", good + 1);
    assert_false(settings_judged_enough(bad, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_row_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(values_are_read_within_their_range, begin, end),
        cmocka_unit_test_setup_teardown(the_stricter_wins_in_both_orders, begin, end),
        cmocka_unit_test_setup_teardown(defaults_yield_and_ties_stay, begin, end),
        cmocka_unit_test_setup_teardown(the_first_word_stays, begin, end),
        cmocka_unit_test_setup_teardown(lists_are_searched_by_whole_words, begin, end),
        cmocka_unit_test_setup_teardown(a_password_remembers_its_judges, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_fingerprint_is_not_enough, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
