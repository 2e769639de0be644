/* Passwords are good for a number of calendar months (GD-17, SZ-19), through the last day's 24:00;
 * some days before, a login says so. */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_rotation;

static void judge_due(const struct facts *facts, struct finding *f, int64_t end_at)
{
    const struct settings *s = facts->password_settings;
    const char *tag = settings_tag(s, SETTING_rotation_months);
    int warn_days = (int)settings_number(s, SETTING_warn_days);
    char last_day[16];
    clock_format_date(end_at - 1, facts->utc_offset_min, last_day);
    finding_seen(f, "good through %s", last_day);
    if (facts->now_at >= end_at)
        finding_change(f, tag, "R01", _("Your password was good through %s. Choose a new one now."),
                       last_day);
    else if (facts->now_at >= clock_day_start(end_at, facts->utc_offset_min, -warn_days))
        finding_notice(f, tag, "R02",
                       _("Your password is good through %s. Change it before that with the "
                         "command passwd."),
                       last_day);
    else
        finding_pass(f, "good through %s", last_day);
}

void rule_rotation(const struct facts *facts, struct finding *f)
{
    int months = (int)settings_number(facts->password_settings, SETTING_rotation_months);
    if (months == 0) {
        finding_skip(f, "no rotation set");
        return;
    }
    if (!facts->has_password && !facts->password_proved) {
        finding_skip(f, "the account has no password");
        return;
    }
    if (facts->service_class == CLASS_ELEVATE && facts->actor == ACTOR_SYSTEM) {
        finding_skip(f, "nobody is there to change it");
        return;
    }
    finding_wanted(f, "a password younger than %d months", months);
    judge_due(facts, f, clock_months_end(facts->password_set_at, facts->utc_offset_min, months));
}
