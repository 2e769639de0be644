/* The life of an account: applied, approved, active, frozen (for a time or without end), closed;
 * and its organisation's suspension (GD-9, GD-10, GD-A3.4, SZ-24). */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

/* Surplus and expired accounts are stopped: for a freeze that names no article. */
#define SURPLUS_TAG "DB-8.1.4.2c"

rule_judge rule_freeze;

static const char *freeze_tag(const struct facts *facts)
{
    return facts->frozen_tag[0] ? facts->frozen_tag : SURPLUS_TAG;
}

static void deny_suspended(const struct facts *facts, struct finding *f)
{
    char until[24];
    clock_format_minute(facts->suspended_until_at, facts->utc_offset_min, until);
    finding_seen(f, "suspended until %s", until);
    finding_deny(f, freeze_tag(facts), "F03",
                 _("This account is suspended until %s. Log in after that, or ask your "
                   "administrator if you are back earlier."),
                 until);
}

static void deny_frozen(const struct facts *facts, struct finding *f)
{
    finding_seen(f, "frozen: %s", facts->frozen_reason);
    if (facts->frozen_reason[0])
        finding_deny(f, freeze_tag(facts), "F02",
                     _("This account is frozen: %s. Ask the administrator of your organisation."),
                     _(facts->frozen_reason));
    else
        finding_deny(f, freeze_tag(facts), "F07",
                     _("This account is frozen. Ask the administrator of your organisation."));
}

static void judge_state(const struct facts *facts, struct finding *f)
{
    switch (facts->state) {
    case STATE_ACTIVE:
    case STATE_APPROVED: /* what is missing yet is told by the rule approved */
        finding_pass(f, "in force");
        return;
    case STATE_FROZEN:
        if (facts->suspended_until_at == 0)
            deny_frozen(facts, f);
        else /* its end has passed */
            finding_pass(f, "the suspension is over");
        return;
    case STATE_APPLIED:
        if (facts->adopted) { /* what it lacks is told by the rule approved */
            finding_pass(f, "taken over");
            return;
        }
        finding_seen(f, "applied for");
        finding_deny(f, settings_tag(facts->password_settings, SETTING_approval_required), "F04",
                     _("This account has been applied for but is not approved yet. Ask your "
                       "administrator how far the application is."));
        return;
    case STATE_CLOSED:
        finding_seen(f, "closed");
        finding_deny(f, freeze_tag(facts), "F01",
                     _("This account is closed. If you need it again, apply for it anew."));
        return;
    case STATE_NONE:
        break;
    }
    finding_seen(f, "no account");
    finding_deny(f, settings_tag(facts->password_settings, SETTING_approval_required), "F06",
                 _("There is no such account. Ask your administrator how to apply for one."));
}

void rule_freeze(const struct facts *facts, struct finding *f)
{
    finding_wanted(f, "an account in force");
    if (facts->state == STATE_CLOSED || facts->state == STATE_NONE) {
        judge_state(facts, f);
    } else if (facts->now_at < facts->suspended_until_at) {
        deny_suspended(facts, f);
    } else if (facts->organisation_suspended) {
        finding_seen(f, "organisation suspended");
        finding_deny(f, "GD-A3.4", "F05",
                     _("All accounts of your organisation are suspended. Ask the leader of your "
                       "organisation."));
    } else {
        judge_state(facts, f);
    }
}
