/* None of the last passwords comes back (DB-8.1.4.1a). The caller has compared the hashes. */
#include "base/text.h"
#include "rules/rule.h"

password_rule_judge password_rule_reuse;

void password_rule_reuse(const struct password_facts *facts, struct finding *f)
{
    int depth = (int)settings_number(facts->settings, SETTING_reuse_depth);
    if (depth == 0) {
        finding_skip(f, "earlier passwords may come back");
        return;
    }
    finding_wanted(f, "none of the last %d passwords", depth);
    if (facts->reused)
        finding_deny(f, settings_tag(facts->settings, SETTING_reuse_depth), "P41",
                     _("The new password is one of your last %d. Choose one that you have not "
                       "used."),
                     depth);
    else
        finding_pass(f, "none of the last %d", depth);
}
