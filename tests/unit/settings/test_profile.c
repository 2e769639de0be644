#include "base/err.h"
#include "settings/settings.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

#define HEAD "[profile]\nname = p\nsystems = cme\n"

static void a_profile_is_read(void **state)
{
    static const char text[] = "\xef\xbb\xbf# comment\r\n"
                               "[profile]\r\n"
                               "name = gd-population\r\n"
                               "title = 广东全员人口相关系统信息安全管理规范\r\n"
                               "document = 粤卫办人口函〔2021〕2号\r\n"
                               "issued = 2021-03-15\r\n"
                               "systems = population  awards\r\n"
                               "\r\n"
                               "[GD-17] ; the password\r\n"
                               "length_min\t=\t9 ; characters\r\n"
                               "  # indented comment\r\n"
                               "classes_digit: yes\r\n"
                               "[GD-A1.3]\r\n"
                               "pledge_kind = A5";
    struct profile p;
    if (profile_parse(bytes_of_text(text), "gd.conf", *state, &p) != 0)
        fail_msg("%s", err_sentence());
    assert_string_equal(p.name, "gd-population");
    assert_string_equal(p.title, "广东全员人口相关系统信息安全管理规范");
    assert_string_equal(p.document, "粤卫办人口函〔2021〕2号");
    assert_string_equal(p.issued, "2021-03-15");
    assert_string_equal(p.effective, "");
    assert_string_equal(p.lapses, "");
    assert_int_equal(p.system_count, 2);
    assert_string_equal(p.systems[1], "awards");
    const struct setting_value *v = &p.settings.value[SETTING_length_min];
    assert_true(v->set);
    assert_int_equal(v->number, 9);
    assert_string_equal(v->tag, "GD-17");
    assert_string_equal(v->profile, "gd-population");
    assert_string_equal(p.settings.value[SETTING_pledge_kind].tag, "GD-A1.3");
    assert_false(p.settings.value[SETTING_rotation_months].set);
    assert_string_equal(p.settings.value[SETTING_rotation_months].profile, "");
}

static void mistakes_are_told_with_their_line(void **state)
{
    static char overlong[600] = HEAD "[GD-17]\npledge_kind = ";
    size_t start = strlen(overlong);
    memset(overlong + start, 'x', 300);
    static const char *const cases[][2] = {
        {"", "p.conf: [profile] has no name"},
        {"[profile]\nsystems = *\n", "p.conf: [profile] has no name"},
        {"[profile]\nname = p\n", "p.conf: [profile] has no systems"},
        {HEAD "[GD-17]\nlength_min = 0\n", "p.conf:5: length_min must be a whole number from 1"},
        {HEAD "[GD-17]\nlenght_min = 8\n", "p.conf:5: Unknown setting \"lenght_min\""},
        {HEAD "[GD-17]\nlength_min = 8\n\n[SZ-19]\nlength_min = 8\n",
         "p.conf:8: length_min is given twice"},
        {HEAD "[GD-17]\nlength_min = 8\nlength_min = 8\n", "p.conf:6: length_min is given twice"},
        {HEAD "[GD-17]\nlength_min\n", "p.conf:5: Neither"},
        {HEAD "[GD-17\nlength_min = 8\n", "p.conf:4: Neither"},
        {HEAD "nonsense\n[GD-17]\nlength_min = 0\n", "p.conf:4: Neither"},
        {HEAD "[GD-17]\n= 8\n", "p.conf:5: Unknown setting \"\""},
        {HEAD "[GD-17]\nlength_min = 8\n  9\n", "p.conf:6: A line may not begin with a blank"},
        {HEAD "[]\nlength_min = 8\n", "p.conf:5: Settings stand under the article"},
        {HEAD "[gd-17]\nlength_min = 8\n", "p.conf:5: Settings stand under the article"},
        {HEAD "[GD-]\nlength_min = 8\n", "\"GD-\" is no article"},
        {HEAD "[GD17]\nlength_min = 8\n", "\"GD17\" is no article"},
        {HEAD "[GD-17 ]\nlength_min = 8\n", "\"GD-17 \" is no article"},
        {HEAD "[GD-123456789012345678901]\nlength_min = 8\n", "is no article"},
        {HEAD "[GD-12345678901234567890123456789012345678901234567890]\nlength_min = 8\n",
         "p.conf:4: The name of a section has at most"},
        {"length_min = 8\n" HEAD, "p.conf:1: Settings stand under the article"},
        {HEAD "name = q\n", "p.conf:4: name is given twice"},
        {HEAD "systems = cme\n", "p.conf:4: systems is given twice"},
        {HEAD "colour = red\n", "p.conf:4: Unknown key \"colour\" in [profile]"},
        {HEAD "title =\n", "p.conf:4: title is empty"},
        {HEAD "issued = 2021-3-15\n", "p.conf:4: issued must be a date"},
        {HEAD "issued = 2021-02-29\n", "p.conf:4: issued must be a date"},
        {HEAD "effective = 2024-03-01\nlapses = 2024-03-01\n", "lapses (2024-03-01) before"},
        {"[profile]\nname = P\nsystems = *\n", "p.conf:2: name must be a name"},
        {"[profile]\nname = ../p\nsystems = *\n", "p.conf:2: name must be a name"},
        {"[profile]\nname = p\nsystems = *  cme\n", "p.conf:3: systems: * stands for all"},
        {"[profile]\nname = p\nsystems =\n", "p.conf:3: systems is empty"},
        {"[profile]\nname = p\nsystems = CME\n", "p.conf:3: systems must be"},
        {HEAD "title = \xff\n", "p.conf:4: The line is not UTF-8"},
        {HEAD "title = a\x1b[31m\n", "p.conf:4: The line is not UTF-8"},
        {HEAD "title = a\rb\n", "p.conf:4: The line is not UTF-8"},
        {HEAD "[MP-1]\nuid_min = 3000000\n", "uid_min is greater than uid_max"},
        {overlong, "p.conf:5: The line is longer than 197 bytes"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct profile p;
        assert_int_equal(profile_parse(bytes_of_text(cases[i][0]), "p.conf", *state, &p),
                         GDPOP_ERR_FORMAT);
        if (!strstr(err_sentence(), cases[i][1]))
            fail_msg("case %zu: %s", i, err_sentence());
        assert_string_equal(p.name, "");
        for (int id = 0; id < SETTING_COUNT; id++)
            assert_false(p.settings.value[id].set);
    }
    static const char zero[] = HEAD "title = a\0b\n";
    struct profile p;
    assert_int_equal(profile_parse(BYTES(zero, sizeof(zero) - 1), "p.conf", *state, &p),
                     GDPOP_ERR_FORMAT);
    assert_non_null(strstr(err_sentence(), "p.conf:4: The line holds a zero byte"));
}

/* The longest line that is read is read whole. */
static void a_line_is_whole_or_refused(void **state)
{
    for (size_t len = 190; len < 205; len++) {
        char text[512] = HEAD "title = ";
        memset(text + strlen(HEAD "title = "), 'x', len - strlen("title = "));
        struct profile p;
        int r = profile_parse(bytes_of_text(text), "p.conf", *state, &p);
        assert_int_equal(r, len <= 197 ? 0 : GDPOP_ERR_FORMAT);
        if (r == 0)
            assert_int_equal(strlen(p.title), len - strlen("title = "));
    }
}

static struct bytes file_content(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be read", path);
    char *text = arena_alloc(a, 65536);
    size_t len = fread(text, 1, 65536, f);
    fclose(f);
    return BYTES(text, len);
}

static struct profile shipped(struct arena *a, const char *name)
{
    struct profile p;
    const char *path = arena_printf(a, "%s/conf/profiles/%s.conf", SOURCE_DIR, name);
    if (profile_parse(file_content(a, path), path, a, &p) != 0)
        fail_msg("%s", err_sentence());
    assert_string_equal(p.name, name);
    return p;
}

static void every_shipped_profile_is_sound(void **state)
{
    DIR *d = opendir(SOURCE_DIR "/conf/profiles");
    assert_non_null(d);
    int count = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".conf") != 0)
            continue;
        *dot = '\0';
        struct profile p = shipped(*state, e->d_name);
        assert_string_not_equal(p.title, "");
        count++;
    }
    closedir(d);
    assert_int_equal(count, 6);
}

static void the_articles_on_passwords_hold(void **state)
{
    struct profile gd = shipped(*state, "gd-population"), sz = shipped(*state, "sz-cme");
    static const struct {
        enum setting_id id;
        int64_t gd, sz;
    } cases[] = {
        {SETTING_length_min, 8, 8},         {SETTING_classes_digit, 1, 1},
        {SETTING_classes_letter, 1, 1},     {SETTING_classes_upper, 0, 1},
        {SETTING_classes_lower, 0, 1},      {SETTING_classes_special, 1, 1},
        {SETTING_rotation_months, 6, 6},    {SETTING_initial_change, 1, 1},
        {SETTING_workplace_required, 1, 0}, {SETTING_device_required, 1, 1},
        {SETTING_device_exclusive, 0, 1},   {SETTING_witnesses_min, 1, 2},
        {SETTING_approval_required, 1, 1},  {SETTING_pledge_required, 1, 1},
        {SETTING_lending_freeze, 1, 0},     {SETTING_lockout_limit, 5, 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(settings_number(&gd.settings, cases[i].id), cases[i].gd);
        assert_int_equal(settings_number(&sz.settings, cases[i].id), cases[i].sz);
    }
    assert_string_equal(settings_tag(&gd.settings, SETTING_length_min), "GD-17");
    assert_string_equal(settings_tag(&gd.settings, SETTING_workplace_required), "GD-16");
    assert_string_equal(settings_tag(&sz.settings, SETTING_classes_upper), "SZ-19");
    assert_string_equal(settings_tag(&sz.settings, SETTING_device_required), "SZ-22");

    /* An account of both systems meets the stricter of each. */
    struct settings both;
    settings_default(&both);
    settings_combine(&both, &gd.settings);
    settings_combine(&both, &sz.settings);
    assert_int_equal(settings_number(&both, SETTING_classes_upper), 1);
    assert_string_equal(settings_tag(&both, SETTING_length_min), "GD-17");
    assert_string_equal(settings_tag(&both, SETTING_device_required), "SZ-22");
    assert_int_equal(settings_number(&both, SETTING_lending_freeze), 1);
    assert_string_equal(settings_tag(&both, SETTING_witnesses_min), "SZ-18");
}

static void dates_and_logs_are_those_of_the_documents(void **state)
{
    struct profile cq = shipped(*state, "cq-health"), tj = shipped(*state, "tj-hrss"),
                   jc = shipped(*state, "jc-govdata"), db = shipped(*state, "db-3");
    assert_string_equal(cq.effective, "2020-01-20");
    assert_string_equal(jc.lapses, "2026-03-01");
    assert_string_equal(settings_tag(&cq.settings, SETTING_retention_months), "CQ-6.3");
    assert_string_equal(settings_tag(&tj.settings, SETTING_retention_months), "TJ-29");
    assert_int_equal(settings_number(&tj.settings, SETTING_retention_months), 6);
    for (int id = 0; id < SETTING_COUNT; id++)
        if (db.settings.value[id].set)
            assert_memory_equal(settings_tag(&db.settings, id), "DB-", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_profile_is_read, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_are_told_with_their_line, begin, end),
        cmocka_unit_test_setup_teardown(a_line_is_whole_or_refused, begin, end),
        cmocka_unit_test_setup_teardown(every_shipped_profile_is_sound, begin, end),
        cmocka_unit_test_setup_teardown(the_articles_on_passwords_hold, begin, end),
        cmocka_unit_test_setup_teardown(dates_and_logs_are_those_of_the_documents, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
