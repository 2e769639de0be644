/* Some civil days pass between two changes, so that nobody walks through the history back to an old
 * password (DB-8.1.4.1a). */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

password_rule_judge password_rule_min_age;

void password_rule_min_age(const struct password_facts *facts, struct finding *f)
{
    int days = (int)settings_number(facts->settings, SETTING_min_age_days);
    if (days == 0 || facts->current_is_initial || facts->forced) {
        finding_skip(f, days == 0 ? N_("no least age set") : N_("the change is asked for"));
        return;
    }
    int64_t from_at = clock_day_start(facts->set_at, facts->utc_offset_min, days);
    char from[16];
    clock_format_date(from_at, facts->utc_offset_min, from);
    finding_wanted(f, "%d days between changes", days);
    if (facts->now_at >= from_at)
        finding_pass(f, "since %s", from);
    else
        finding_deny(f, settings_tag(facts->settings, SETTING_min_age_days), "P42",
                     _("Your password was changed only just: it may be changed again from %s. If "
                       "somebody else knows it, ask your administrator for an initial password."),
                     from);
}
