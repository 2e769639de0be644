/* The kinds of characters that the profiles ask for (GD-17, SZ-19), counted on ASCII only: other
 * characters are allowed but stand for none of them. */
#include "base/text.h"
#include "rules/rule.h"

#include <stdio.h>

password_rule_judge password_rule_classes;

enum {
    HAS_DIGIT = 1,
    HAS_UPPER = 2,
    HAS_LOWER = 4,
    HAS_SPECIAL = 8,
    HAS_FULL_WIDTH = 16,
};

static const struct {
    enum setting_id setting;
    unsigned any_of;
    const char *name;
} classes[] = {
    {SETTING_classes_digit, HAS_DIGIT, N_("a digit (0-9)")},
    {SETTING_classes_letter, HAS_UPPER | HAS_LOWER, N_("a letter (a-z, A-Z)")},
    {SETTING_classes_upper, HAS_UPPER, N_("an upper-case letter (A-Z)")},
    {SETTING_classes_lower, HAS_LOWER, N_("a lower-case letter (a-z)")},
    {SETTING_classes_special, HAS_SPECIAL, N_("a special character (such as !@#$%&*)")},
};
#define CLASS_COUNT (sizeof(classes) / sizeof(classes[0]))

static unsigned class_of(long c)
{
    if (c >= '0' && c <= '9')
        return HAS_DIGIT;
    if (c >= 'A' && c <= 'Z')
        return HAS_UPPER;
    if (c >= 'a' && c <= 'z')
        return HAS_LOWER;
    if (c >= 0x20 && c < 0x7f)
        return HAS_SPECIAL;
    return (c >= 0xff01 && c <= 0xff5e) || c == 0x3000 ? HAS_FULL_WIDTH : 0;
}

static unsigned classes_in(const struct secret *s)
{
    const char *p = s->text, *end = s->text + s->len;
    unsigned found = 0;
    for (long c; (c = text_next(&p, end)) >= 0;)
        found |= class_of(c);
    return found;
}

void password_rule_classes(const struct password_facts *facts, struct finding *f)
{
    unsigned found = classes_in(facts->candidate);
    const char *tag = NULL;
    char missing[400] = "";
    for (size_t i = 0, used = 0; i < CLASS_COUNT; i++) {
        if (!settings_number(facts->settings, classes[i].setting) || (found & classes[i].any_of))
            continue;
        /* the sentence "a letter" is contained in "an upper-case letter" */
        if (classes[i].setting == SETTING_classes_letter &&
            (settings_number(facts->settings, SETTING_classes_upper) ||
             settings_number(facts->settings, SETTING_classes_lower)))
            continue;
        if (used < sizeof(missing))
            used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
                                     tag ? _(", ") : "", _(classes[i].name));
        tag = tag ? tag : settings_tag(facts->settings, classes[i].setting);
    }
    finding_wanted(f, "every kind of character asked for");
    if (!tag)
        finding_pass(f, "every kind is there");
    else if (found & HAS_FULL_WIDTH)
        finding_deny(f, tag, "P11",
                     _("The new password still needs %s. It holds full-width letters, digits or "
                       "signs, which do not count: switch the input method to half-width English "
                       "and type it again."),
                     missing);
    else
        finding_deny(f, tag, "P10", _("The new password still needs %s. Add it and try again."),
                     missing);
}
