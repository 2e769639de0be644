/* The walks over the rules: order, what decides, what is only observed, and that nothing passes by
 * default. */
#define RULE "freeze"
#include "fixture.h"
#include "rules/finding.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

static void good_facts_pass(void **state)
{
    (void)state;
    static struct fixture x;
    static struct trace t;
    fixture_init(&x);
    rules_judge(&x.facts, &t);
    for (size_t i = 0; i < t.count; i++)
        if (t.finding[i].level != FINDING_PASS && t.finding[i].level != FINDING_SKIP)
            fail_msg("%s: %s", t.finding[i].rule, t.finding[i].text);
    assert_int_equal(t.level, FINDING_PASS);
    assert_int_equal(t.deciding, -1);
}

/* What facts.c must always give; the rest is zero, the strict reading. */
static void set_pointers(struct facts *f, const struct settings *s)
{
    f->service = f->user = f->frozen_reason = f->frozen_tag = f->judged_by = "";
    f->place_organisation = f->place_text = f->exception_id = f->device_id = f->device_name = "";
    f->other_session_text = f->actor_name = "";
    f->place_settings = f->password_settings = s;
}

static void zero_is_denied(void **state)
{
    (void)state;
    static struct settings s;
    static struct trace t;
    settings_default(&s);
    for (unsigned now = 0; now <= 1; now++)
        for (unsigned phase = 0; phase <= 2 * PHASE_CHANGE; phase++)
            for (unsigned class = 0; class <= 2 * CLASS_AUTOLOGIN; class ++) {
                struct facts f = {.phase = phase, .service_class = class, .now_at = now};
                set_pointers(&f, &s);
                memset(&t, 0xff, sizeof(t));
                rules_judge(&f, &t);
                if (t.level != FINDING_DENY)
                    fail_msg("phase %u class %u now %u: level %d", phase, class, now, (int)t.level);
            }
}

static void what_cannot_be_judged(void **state)
{
    (void)state;
    static struct fixture x;
    static struct trace t;
    for (int i = 0; i < 6; i++) {
        fixture_init(&x);
        if (i == 0)
            x.facts.phase = 0;
        else if (i == 1)
            x.facts.phase = PHASE_ACCOUNT | PHASE_SESSION;
        else if (i == 2)
            x.facts.service_class = 128;
        else if (i == 3)
            x.facts.place_settings = NULL;
        else if (i == 4)
            x.facts.password_settings = NULL;
        else
            x.facts.now_at = 0;
        rules_judge(&x.facts, &t);
        assert_int_equal(t.level, FINDING_DENY);
        assert_int_equal(t.count, 1);
        assert_int_equal(t.deciding, 0);
        assert_string_equal(t.finding[0].code, "Z01");
    }
}

static void first_denial_decides(void **state)
{
    (void)state;
    static struct fixture x;
    static struct trace t;
    fixture_init(&x);
    x.facts.password_set_at = 0; /* due */
    rules_judge(&x.facts, &t);
    assert_int_equal(t.level, FINDING_CHANGE);
    assert_string_equal(t.finding[t.deciding].code, "R01");
    x.facts.password_initial = true; /* and initial: told first */
    x.facts.initial_until_at = INT64_MAX;
    rules_judge(&x.facts, &t);
    assert_string_equal(t.finding[t.deciding].code, "I01");
    x.facts.device_state = DEVICE_LOST; /* a denial wins over a change */
    rules_judge(&x.facts, &t);
    assert_int_equal(t.level, FINDING_DENY);
    assert_string_equal(t.finding[t.deciding].code, "V03");
    x.facts.at_workplace = false;
    rules_judge(&x.facts, &t);
    assert_string_equal(t.finding[t.deciding].code, "W03");
    x.facts.state = STATE_CLOSED;
    rules_judge(&x.facts, &t);
    assert_string_equal(t.finding[t.deciding].code, "F01");
}

static void observed_rules_do_not_decide(void **state)
{
    (void)state;
    static struct fixture x;
    static struct trace t;
    char workplace[] = "workplace", rotation[] = "rotation", freeze[] = "freeze";
    char *observed[] = {workplace, rotation, freeze};
    fixture_init(&x);
    x.facts.observed = observed;
    x.facts.observed_count = 3;
    x.facts.at_workplace = false;
    x.facts.password_set_at = 0;
    rules_judge(&x.facts, &t);
    assert_int_equal(t.level, FINDING_PASS);
    assert_int_equal(t.deciding, -1);
    struct finding w = judge_in_walk("workplace", &x.facts);
    assert_true(w.observed);
    assert_int_equal(w.level, FINDING_DENY);
    assert_string_equal(w.code, "W03");
    assert_true(judge_in_walk("rotation", &x.facts).observed);
    x.facts.state = STATE_FROZEN; /* may not be observed */
    rules_judge(&x.facts, &t);
    assert_int_equal(t.level, FINDING_DENY);
    assert_string_equal(t.finding[t.deciding].code, "F07");
    assert_false(t.finding[t.deciding].observed);
}

static void rows_are_complete(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        enum rule_observed observed;
        bool starts;
    } others[] = {
        {"freeze", OBSERVED_NEVER, false},   {"lockout", OBSERVED_NEVER, false},
        {"space", OBSERVED_NEVER, false},    {"approved", OBSERVED_ADOPTED, true},
        {"systems", OBSERVED_ADOPTED, true}, {"service", OBSERVED_ADOPTED, true},
        {"window", OBSERVED_ADOPTED, true},  {"lending", OBSERVED_ALL, false},
        {"expiry", OBSERVED_ALL, false},     {"initial", OBSERVED_ALL, false},
    };
    const struct rule *rule;
    size_t count = rules_login(&rule);
    assert_int_equal(count, 16);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(rule[i].judge);
        assert_true(rule[i].serves[0] && rule[i].help[0] && rule[i].phases && rule[i].classes);
        enum rule_observed observed = OBSERVED_ALL;
        bool starts = true;
        for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++)
            if (strcmp(others[j].rule, rule[i].name) == 0) {
                observed = others[j].observed;
                starts = others[j].starts;
            }
        assert_int_equal(rule[i].observed, observed);
        assert_int_equal(rule[i].may_start, starts);
    }
    const struct password_rule *password;
    count = rules_password(&password);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++)
        assert_true(password[i].serves[0] && password[i].help[0]);
}

/* A code is read over the telephone: it stands for one sentence. */
static void codes_are_unique(void **state)
{
    (void)state;
    static int seen[26][100];
    DIR *d = opendir(SOURCE_DIR "/libpolicy/rules");
    assert_non_null(d);
    int codes = 0;
    for (struct dirent *e; (e = readdir(d));) {
        static char path[600], text[1 << 16];
        if (!strstr(e->d_name, ".c"))
            continue;
        snprintf(path, sizeof(path), SOURCE_DIR "/libpolicy/rules/%s", e->d_name);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
        fclose(f);
        for (const char *p = text; (p = strchr(p, '"')); p++) {
            if (!isupper((unsigned char)p[1]) || !isdigit((unsigned char)p[2]) ||
                !isdigit((unsigned char)p[3]) || p[4] != '"')
                continue;
            if (seen[p[1] - 'A'][atoi(p + 2)]++)
                fail_msg("%.4s is used twice, the second time in %s", p + 1, e->d_name);
            codes++;
        }
    }
    closedir(d);
    assert_true(codes >= 50);
}

static void a_finding_that_nobody_decided(void **state)
{
    (void)state;
    struct finding f;
    memset(&f, 0xff, sizeof(f));
    finding_begin(&f, "freeze");
    assert_int_equal(f.level, FINDING_DENY);
    finding_seen(&f, "nothing");
    finding_end(&f);
    assert_int_equal(f.level, FINDING_DENY);
    assert_string_equal(f.rule, "freeze");
    assert_string_equal(f.code, "Z01");
    assert_true(f.text[0] != '\0' && !f.hidden && !f.observed);
    assert_string_equal(f.seen, "nothing");
    assert_string_equal(f.wanted, "");
}

static void one_rule_says_what_it_says_among_all(void **state)
{
    (void)state;
    static struct fixture x;
    static struct trace t;
    struct finding f;
    fixture_init(&x);
    for (int suspended = 0; suspended <= 1; suspended++) {
        x.facts.organisation_suspended = suspended != 0;
        rules_judge(&x.facts, &t);
        assert_true(t.count > 10);
        for (size_t i = 0; i < t.count; i++) {
            assert_true(rules_ask(&x.facts, t.finding[i].rule, &f));
            assert_int_equal(f.level, t.finding[i].level);
            assert_string_equal(f.code, t.finding[i].code);
            assert_string_equal(f.seen, t.finding[i].seen);
        }
    }
    assert_false(rules_ask(&x.facts, "no such rule", &f));
    assert_int_equal(f.level, FINDING_DENY);
    assert_string_equal(f.code, "Z01");
    x.facts.now_at = 0;
    assert_false(rules_ask(&x.facts, "service", &f));
    assert_int_equal(f.level, FINDING_DENY);
    assert_string_equal(f.code, "Z01");
}

static void texts_are_tidy(void **state)
{
    (void)state;
    static char chinese[3000];
    struct finding f;
    for (size_t i = 0; i + 3 < sizeof(chinese); i += 3)
        memcpy(chinese + i, "粤", 3);
    for (int shift = 0; shift < 3; shift++) {
        finding_deny(&f, "GD-9", "Z99", "%.*s%s", shift, "abc", chinese);
        size_t len = strlen(f.text);
        assert_true(len < sizeof(f.text) && len > sizeof(f.text) - 5);
        assert_int_equal((len - (size_t)shift) % 3, 0);
    }
    finding_deny(&f, "GD-9", "Z99", "%s",
                 "a\033[31mb\nc\x7f"
                 "d");
    assert_string_equal(f.text, "a?[31mb?c?d");
    finding_deny(&f, NULL, "Z99", "%s", "\xb9\xe3 GBK in the middle");
    assert_string_equal(f.text, "?? GBK in the middle");
    assert_string_equal(f.tag, "");
    finding_seen(&f, "%s", chinese);
    assert_true(strlen(f.seen) < sizeof(f.seen));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_facts_pass),
        cmocka_unit_test(zero_is_denied),
        cmocka_unit_test(what_cannot_be_judged),
        cmocka_unit_test(first_denial_decides),
        cmocka_unit_test(observed_rules_do_not_decide),
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(codes_are_unique),
        cmocka_unit_test(a_finding_that_nobody_decided),
        cmocka_unit_test(one_rule_says_what_it_says_among_all),
        cmocka_unit_test(texts_are_tidy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
