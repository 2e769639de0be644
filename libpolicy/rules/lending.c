/* Nobody enters another person's account, not even with its password (GD-9, TJ-14). */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_lending;

void rule_lending(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->place_settings;
    const char *tag = settings_tag(s, SETTING_lending_check);
    if (!settings_number(s, SETTING_lending_check)) {
        finding_skip(f, "lending is not checked");
        return;
    }
    if (facts->is_service) {
        finding_skip(f, "a service account is no person's");
        return;
    }
    finding_wanted(f, "the account's own person");
    switch (facts->actor) {
    case ACTOR_SELF:
        finding_pass(f, "by the person himself");
        return;
    case ACTOR_SYSTEM:
        finding_pass(f, "by the system, from no session");
        return;
    case ACTOR_OTHER:
        finding_seen(f, "by %s", facts->actor_name);
        finding_deny(f, tag, "N01",
                     _("%s is another person's account: accounts may not be lent, even with the "
                       "password. Work with your own account, %s."),
                     facts->user, facts->actor_name);
        return;
    case ACTOR_UNKNOWN:
        break;
    }
    finding_seen(f, "by nobody known");
    finding_deny(f, tag, "N02",
                 _("It is not known who you are, so you may not enter the account %s. Log in with "
                   "your own account first."),
                 facts->user);
}
