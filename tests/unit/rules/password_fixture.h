/* Facts of a new password that every rule lets pass; a case changes what it is about. */
#ifndef GDPOP_TESTS_RULES_PASSWORD_FIXTURE_H
#define GDPOP_TESTS_RULES_PASSWORD_FIXTURE_H

#include "base/clock.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define CHINA_MIN 480
#define GOOD_PASSWORD "tR4#kelp-9Wm"

struct password_fixture {
    struct settings settings;
    struct secret candidate, old;
    struct password_facts facts;
};

static inline void set_number(struct settings *s, enum setting_id id, int64_t number,
                              const char *tag)
{
    s->value[id].set = true;
    s->value[id].number = number;
    s->value[id].tag = tag;
}

static inline void set_bytes(struct secret *s, const char *bytes, size_t len)
{
    assert_int_equal(secret_set(s, bytes, len), 0);
}

static inline void password_fixture_init(struct password_fixture *x)
{
    memset(x, 0, sizeof(*x));
    settings_default(&x->settings);
    set_number(&x->settings, SETTING_length_min, 8, "GD-17");
    set_number(&x->settings, SETTING_classes_digit, 1, "GD-17");
    set_number(&x->settings, SETTING_classes_letter, 1, "GD-17");
    set_number(&x->settings, SETTING_classes_special, 1, "GD-17");
    set_bytes(&x->candidate, GOOD_PASSWORD, strlen(GOOD_PASSWORD));
    x->facts = (struct password_facts){
        .settings = &x->settings,
        .candidate = &x->candidate,
        .user = "liuyang",
        .name = "刘洋",
        .document_number = "440103199003071233",
        .phone = "13800138000",
        .now_at = INT64_C(1779238800) * CLOCK_SECOND, /* 2026-05-20 09:00 in China */
        .set_at = INT64_C(1773540000) * CLOCK_SECOND, /* 2026-03-15 10:00 */
        .utc_offset_min = CHINA_MIN,
    };
}

static inline const struct password_rule *find_password_rule(const char *name)
{
    const struct password_rule *list;
    size_t count = rules_password(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    fail_msg("no password rule %s", name);
    return NULL;
}

static inline void check_password(const char *rule, const char *what,
                                  const struct password_facts *facts, enum finding_level level,
                                  const char *code, const char *tag, const char *text)
{
    struct finding f = {.rule = rule, .tag = "", .code = ""};
    find_password_rule(rule)->judge(facts, &f);
    if (f.level != level || strcmp(f.code, code) != 0)
        fail_msg("%s: level %d code '%s', expected %d '%s' (%s | %s)", what, (int)f.level, f.code,
                 (int)level, code, f.text, f.seen);
    if (tag && strcmp(f.tag, tag) != 0)
        fail_msg("%s: tag %s, expected %s", what, f.tag, tag);
    if (text && !strstr(f.text, text))
        fail_msg("%s: '%s' not in '%s'", what, text, f.text);
}

/* One row of a rule's table: changes in order (f: facts, s: settings) and what must come of them.
 * RULE names the rule of the file. */
#define PASSWORD_CASE(what, level, code, tag, text, ...)                                           \
    do {                                                                                           \
        static struct password_fixture x;                                                          \
        password_fixture_init(&x);                                                                 \
        struct password_facts *f = &x.facts;                                                       \
        struct settings *s = &x.settings;                                                          \
        (void)f, (void)s;                                                                          \
        __VA_ARGS__;                                                                               \
        check_password(RULE, what, f, FINDING_##level, code, tag, text);                           \
    } while (0)

#define DENIES(what, code, tag, text, ...) PASSWORD_CASE(what, DENY, code, tag, text, __VA_ARGS__)
#define PASSES(what, ...) PASSWORD_CASE(what, PASS, "", NULL, NULL, __VA_ARGS__)
#define SKIPS(what, ...) PASSWORD_CASE(what, SKIP, "", NULL, NULL, __VA_ARGS__)

/* Changes for the rows: the candidate as a literal (zero bytes inside count), the old password. */
#define NEW(literal) set_bytes(&x.candidate, literal, sizeof(literal) - 1)
#define OLD(literal) (set_bytes(&x.old, literal, sizeof(literal) - 1), f->old = &x.old)

#endif
