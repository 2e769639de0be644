/* Nobody logs in before the steps of the application are complete: approval, pledge, real-name data
 * (GD-5.4, GD-7, GD-8, SZ-7, SZ-10). */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_approved;

static bool is_active(const struct facts *facts)
{
    return facts->state == STATE_ACTIVE ||
           (facts->state == STATE_FROZEN && facts->suspended_until_at != 0); /* rule freeze */
}

void rule_approved(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->password_settings;
    finding_wanted(f, "approval, pledge and real-name data on record");
    if (settings_number(s, SETTING_approval_required) && !facts->approved) {
        finding_seen(f, "no approval");
        finding_deny(f, settings_tag(s, SETTING_approval_required), "A01",
                     _("The approval of this account is not on record. Ask your leader to approve "
                       "the application."));
    } else if (!facts->is_service && settings_number(s, SETTING_pledge_required) &&
               !facts->pledged) {
        finding_seen(f, "no pledge");
        finding_deny(f, settings_tag(s, SETTING_pledge_required), "A02",
                     _("Your signed pledge (%s) is not on file. Sign it and hand it to your "
                       "administrator."),
                     facts->pledge_lacks ? facts->pledge_lacks
                                         : settings_text(s, SETTING_pledge_kind));
    } else if (!facts->is_service && !facts->person_complete) {
        finding_seen(f, "real-name data incomplete");
        finding_deny(f, "DB-8.1.4.1a", "A03",
                     _("Your real-name data are incomplete: name, document number, organisation, "
                       "post and telephone are needed. Give them to your administrator."));
    } else if (!is_active(facts)) {
        finding_seen(f, "not activated");
        finding_deny(f, settings_tag(s, SETTING_approval_required), "A04",
                     _("This account is approved but not active yet. Ask your administrator to "
                       "complete the application."));
    } else {
        finding_pass(f, "approval, pledge and real-name data are on record");
    }
}
