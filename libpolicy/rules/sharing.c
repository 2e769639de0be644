/* One person, one account: a live session on another device, or without devices from another
 * organisation's network, means that two people use it (GD-9, TJ-14). */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_sharing;

static void deny(const struct facts *facts, struct finding *f, const char *tag)
{
    if (facts->other_device)
        finding_deny(f, tag, "H01",
                     _("This account is logged in on another device: %s. End that session first; "
                       "if it is not yours, tell your administrator at once."),
                     facts->other_session_text);
    else
        finding_deny(f, tag, "H02",
                     _("This account is logged in at another place: %s. End that session first; "
                       "if it is not yours, tell your administrator at once."),
                     facts->other_session_text);
}

void rule_sharing(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->place_settings;
    const char *tag = settings_tag(s, SETTING_sharing_check);
    if (!settings_number(s, SETTING_sharing_check)) {
        finding_skip(f, "sharing is not checked");
        return;
    }
    finding_wanted(f, "one device at a time");
    finding_seen(f,
                 facts->other_device && facts->other_place
                     ? N_("%u other sessions, another device, another place")
                 : facts->other_device ? N_("%u other sessions, another device")
                 : facts->other_place  ? N_("%u other sessions, another place")
                                       : N_("%u other sessions"),
                 facts->other_sessions);
    if (!facts->other_device && !facts->other_place)
        finding_pass(f, "%u other sessions, same device or place", facts->other_sessions);
    else if (facts->other_will_end)
        finding_notice(f, tag, "H03",
                       _("Your other session is being ended: %s. If it was not yours, tell your "
                         "administrator at once."),
                       facts->other_session_text);
    else
        deny(facts, f, tag);
}
