/* The initial password, which somebody else has seen, is never chosen (SZ-19). */
#include "base/text.h"
#include "rules/rule.h"

password_rule_judge password_rule_not_initial;

void password_rule_not_initial(const struct password_facts *facts, struct finding *f)
{
    finding_wanted(f, "not the initial password");
    if (facts->is_initial)
        finding_deny(f, settings_tag(facts->settings, SETTING_initial_change), "P43",
                     _("The new password is the initial one, which others have seen. Choose one "
                       "of your own."));
    else
        finding_pass(f, "not the initial password");
}
