/* A password that was judged by weaker rules than those that hold here is changed (GD-17, SZ-19).
 */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_stricter;

void rule_stricter(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->password_settings;
    if (!facts->has_password && !facts->password_proved) {
        finding_skip(f, "the account has no password");
        return;
    }
    if (facts->service_class == CLASS_ELEVATE && facts->actor == ACTOR_SYSTEM) {
        finding_skip(f, "nobody is there to change it");
        return;
    }
    if (settings_judged_enough(facts->judged_by, s)) {
        finding_pass(f, "judged by rules as strict");
        return;
    }
    if (facts->judged_by[0])
        finding_seen(f, "judged by %s", facts->judged_by);
    else
        finding_seen(f, "judged by nothing");
    finding_wanted(f, "the password rules of this host");
    finding_change(f, settings_tag(s, SETTING_length_min), "T01",
                   _("The rules for passwords are stricter here than those your password was made "
                     "by. Choose a new one now."));
}
