/* A login that could not be recorded does not begin: what room is left is kept for freezes and for
 * the administrators who make more (DB-8.1.4.3c). */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_space;

void rule_space(const struct facts *facts, struct finding *f)
{
    if (!facts->reserve_only) {
        finding_pass(f, "room to record");
        return;
    }
    finding_seen(f, "only the reserve is left");
    finding_wanted(f, "more room than the reserve");
    if (facts->administers)
        finding_pass(f, "only the reserve is left, an administrator");
    else if (!settings_number(facts->place_settings, SETTING_reserve_strict))
        finding_pass(f, "only the reserve is left, reserve_strict off");
    else
        finding_deny(f, settings_tag(facts->place_settings, SETTING_reserve_strict), "K01",
                     _("This host has no room left to record logins. Tell the administrator, who "
                       "can still log in."));
}
