/* Facts of an account in order, which every rule lets pass; a case changes what it is about. */
#ifndef GDPOP_TESTS_RULES_FIXTURE_H
#define GDPOP_TESTS_RULES_FIXTURE_H

#include "base/clock.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define CHINA_MIN 480

/* A civil instant of China. */
static inline int64_t china(int year, int month, int day, int hour, int minute, int second)
{
    struct civil c = {year, month, day, hour, minute, second};
    return clock_instant(&c, CHINA_MIN);
}

static inline void set_number(struct settings *s, enum setting_id id, int64_t number,
                              const char *tag)
{
    s->value[id].set = true;
    s->value[id].number = number;
    s->value[id].tag = tag;
}

static inline void set_text(struct settings *s, enum setting_id id, const char *text,
                            const char *tag)
{
    s->value[id].set = true;
    s->value[id].text = text;
    s->value[id].tag = tag;
}

struct fixture {
    struct settings settings;
    struct facts facts;
    char judged_by[17];
};

static inline void fixture_settings(struct settings *s)
{
    settings_default(s);
    set_number(s, SETTING_length_min, 8, "GD-17");
    set_number(s, SETTING_classes_digit, 1, "GD-17");
    set_number(s, SETTING_classes_letter, 1, "GD-17");
    set_number(s, SETTING_classes_special, 1, "GD-17");
    set_number(s, SETTING_rotation_months, 6, "GD-17");
    set_number(s, SETTING_approval_required, 1, "GD-7");
    set_number(s, SETTING_pledge_required, 1, "GD-5.4");
    set_number(s, SETTING_workplace_required, 1, "GD-16");
    set_number(s, SETTING_device_required, 1, "SZ-22");
    set_number(s, SETTING_sharing_check, 1, "GD-9");
    set_number(s, SETTING_lending_check, 1, "GD-9");
}

static inline void fixture_place(struct facts *f)
{
    f->place_by = PLACE_ADDRESS;
    f->at_workplace = true;
    f->place_organisation = "440103";
    f->place_text = "10.77.1.5";
    f->exception_id = "";
    f->device_by = DEVICE_BY_KEY;
    f->key_presented = true;
    f->device_id = "D000001";
    f->device_name = "PC-17";
    f->device_state = DEVICE_BOUND;
    f->device_bound_here = true;
    f->other_session_text = "";
    f->actor = ACTOR_SELF;
    f->actor_name = "liuyang";
}

/* 2026-05-20 09:00: password and last login of March, everything on record. */
static inline void fixture_init(struct fixture *x)
{
    static char population[] = "population", births[] = "births";
    static char *account_systems[] = {births, population}, *host_systems[] = {population};
    memset(x, 0, sizeof(*x));
    fixture_settings(&x->settings);
    settings_password_fingerprint(&x->settings, x->judged_by);
    x->facts = (struct facts){
        .phase = PHASE_ACCOUNT,
        .service_class = CLASS_REMOTE,
        .service = "sshd",
        .now_at = china(2026, 5, 20, 9, 0, 0),
        .utc_offset_min = CHINA_MIN,
        .place_settings = &x->settings,
        .password_settings = &x->settings,
        .user = "liuyang",
        .state = STATE_ACTIVE,
        .approved = true,
        .pledged = true,
        .person_complete = true,
        .frozen_reason = "",
        .frozen_tag = "",
        .exception_id = "X000001",
        .window_id = "X000002",
        .activated_at = china(2026, 1, 5, 10, 0, 0),
        .last_login_at = china(2026, 5, 19, 8, 30, 0),
        .account_systems = account_systems,
        .account_system_count = 2,
        .host_registered = true,
        .host_systems = host_systems,
        .host_system_count = 1,
        .has_password = true,
        .password_proved = true,
        .password_set_at = china(2026, 3, 15, 10, 20, 0),
        .judged_by = x->judged_by,
    };
    fixture_place(&x->facts);
}

/* The finding of one rule in the whole walk, so that its phases and classes count too. */
static inline struct finding judge_in_walk(const char *rule, const struct facts *facts)
{
    static struct trace t;
    rules_judge(facts, &t);
    for (size_t i = 0; i < t.count; i++)
        if (strcmp(t.finding[i].rule, rule) == 0)
            return t.finding[i];
    fail_msg("no rule %s in the trace", rule);
    return t.finding[0];
}

/* tag and text NULL: not looked at. */
static inline void check_finding(const char *what, const struct finding *f,
                                 enum finding_level level, const char *code, const char *tag,
                                 const char *text)
{
    if (f->level != level || strcmp(f->code, code) != 0)
        fail_msg("%s: level %d code '%s', expected %d '%s' (%s | %s)", what, (int)f->level, f->code,
                 (int)level, code, f->text, f->seen);
    if (tag && strcmp(f->tag, tag) != 0)
        fail_msg("%s: tag %s, expected %s", what, f->tag, tag);
    if (text && !strstr(f->text, text))
        fail_msg("%s: '%s' not in '%s'", what, text, f->text);
}

/* One row of a rule's table: the changes to facts in order (f: facts, s: settings) and what must
 * come of them. RULE names the rule of the file. */
#define CASE(what, level, code, tag, text, ...)                                                    \
    do {                                                                                           \
        static struct fixture x;                                                                   \
        fixture_init(&x);                                                                          \
        struct facts *f = &x.facts;                                                                \
        struct settings *s = &x.settings;                                                          \
        (void)f, (void)s;                                                                          \
        __VA_ARGS__;                                                                               \
        struct finding found = judge_in_walk(RULE, f);                                             \
        check_finding(what, &found, FINDING_##level, code, tag, text);                             \
    } while (0)

#define DENIES(what, code, tag, text, ...) CASE(what, DENY, code, tag, text, __VA_ARGS__)
#define PASSES(what, ...) CASE(what, PASS, "", NULL, NULL, __VA_ARGS__)
#define SKIPS(what, ...) CASE(what, SKIP, "", NULL, NULL, __VA_ARGS__)

/* The rule is asked in these phases and classes and in no others. */
static inline void check_reach(const char *rule, unsigned phases, unsigned classes)
{
    static struct fixture x;
    for (unsigned phase = PHASE_AUTH; phase <= PHASE_CHANGE; phase <<= 1)
        for (unsigned class = CLASS_REMOTE; class <= CLASS_AUTOLOGIN; class <<= 1) {
            fixture_init(&x);
            x.facts.phase = phase;
            x.facts.service_class = class;
            struct finding f = judge_in_walk(rule, &x.facts);
            bool asked = strncmp(f.seen, "not asked", 9) != 0;
            if (asked != ((phases & phase) && (classes & class)))
                fail_msg("%s: phase %u class %u asked %d", rule, phase, class, asked);
        }
}

#endif
