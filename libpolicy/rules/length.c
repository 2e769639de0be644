/* Long enough, in characters, never bytes (GD-17, SZ-19), and text at all: what cannot be typed
 * again at another keyboard locks its owner out. */
#include "base/text.h"
#include "rules/rule.h"

password_rule_judge password_rule_length;

static bool is_control(long c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Denies what is no plain text; false when it is. */
static bool deny_content(const struct secret *s, struct finding *f, const char *tag)
{
    const char *p = s->text, *end = s->text + s->len;
    while (p < end) {
        long c = text_next(&p, end);
        if (c < 0) {
            finding_deny(f, tag, "P02",
                         _("The new password is not valid UTF-8 text. Set your terminal to UTF-8 "
                           "and type it again, or use letters, digits and signs only."));
            return true;
        }
        if (c == 0) {
            finding_deny(f, tag, "P03",
                         _("The new password holds a zero byte, which many programs cut off. "
                           "Choose one without it."));
            return true;
        }
        if (is_control(c)) {
            finding_deny(f, tag, "P04",
                         _("The new password holds a control character such as Tab. Choose "
                           "letters, digits, signs and spaces."));
            return true;
        }
    }
    return false;
}

void password_rule_length(const struct password_facts *facts, struct finding *f)
{
    const struct secret *s = facts->candidate;
    int least = (int)settings_number(facts->settings, SETTING_length_min);
    const char *tag = settings_tag(facts->settings, SETTING_length_min);
    finding_wanted(f, "at least %d characters of text", least);
    if (deny_content(s, f, tag))
        return;
    if (s->len > 0 && text_length(s->text, s->len) >= least)
        finding_pass(f, "long enough");
    else
        finding_deny(f, tag, "P01",
                     _("The new password is too short: it needs at least %d characters. Choose a "
                       "longer one."),
                     least);
}
