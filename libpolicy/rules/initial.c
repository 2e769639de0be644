/* A password that somebody else set is changed at the first login, and is good for a few days only
 * (SZ-19, DB-8.1.4.2b). */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_initial;

static void deny_expired(const struct facts *facts, struct finding *f)
{
    char until[24];
    clock_format_minute(facts->initial_until_at, facts->utc_offset_min, until);
    finding_seen(f, "initial password, good until %s", until);
    finding_deny(f, settings_tag(facts->password_settings, SETTING_initial_valid_days), "I02",
                 _("Your initial password was good until %s only. Ask your administrator for a "
                   "new initial password."),
                 until);
}

void rule_initial(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->password_settings;
    bool by_login = facts->phase != PHASE_CHANGE;
    if (by_login && facts->service_class == CLASS_REVERIFY) {
        finding_skip(f, "who is logged in changes it by passwd");
        return;
    }
    if (!facts->has_password && !facts->password_proved) {
        finding_skip(f, "the account has no password");
        return;
    }
    if (!facts->password_initial) {
        finding_pass(f, "a password of one's own");
        return;
    }
    finding_wanted(f, "a password of one's own");
    if (facts->now_at >= facts->initial_until_at) {
        deny_expired(facts, f);
    } else if (by_login && facts->service_class == CLASS_ELEVATE && facts->actor == ACTOR_SYSTEM) {
        finding_skip(f, "nobody is there to change it");
    } else if (by_login && (facts->password_spoken || settings_number(s, SETTING_initial_change))) {
        finding_seen(f, "initial password");
        finding_change(f, settings_tag(s, SETTING_initial_change), "I01",
                       _("You are using an initial password. Choose your own one now."));
    } else {
        finding_pass(f, "initial password, still good");
    }
}
