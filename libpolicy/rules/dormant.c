/* A person's account that nobody has used for a while is refused until it is reviewed
 * (DB-8.1.4.2c). Days are civil days: the last one counts until 24:00. */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_dormant;

static int64_t last_use(const struct facts *facts)
{
    int64_t at = facts->last_login_at;
    if (at < facts->activated_at)
        at = facts->activated_at;
    return at < facts->reviewed_at ? facts->reviewed_at : at;
}

void rule_dormant(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->password_settings;
    int days = (int)settings_number(s, SETTING_dormant_days);
    if (days == 0) {
        finding_skip(f, "no dormancy set");
        return;
    }
    if (facts->is_service) {
        finding_skip(f, "service accounts do not log in");
        return;
    }
    if ((facts->service_class & (CLASS_ELEVATE | CLASS_REVERIFY)) &&
        facts->live_sessions_here > 0) {
        finding_pass(f, "in a session on this host");
        return;
    }
    char last[16];
    int64_t used_at = last_use(facts);
    clock_format_date(used_at, facts->utc_offset_min, last);
    finding_wanted(f, "used within %d days", days);
    if (facts->now_at < clock_day_start(used_at, facts->utc_offset_min, days + 1)) {
        finding_pass(f, "used %s", last);
        return;
    }
    if (used_at)
        finding_seen(f, "used %s", last);
    else
        finding_seen(f, "never used");
    finding_deny(f, settings_tag(s, SETTING_dormant_days), "D01",
                 _("This account has not been used for more than %d days. Ask your administrator "
                   "to review and reopen it."),
                 days);
}
