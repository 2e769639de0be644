/* The system is used at the workplace (GD-16), or away from it under an exception in force. */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_workplace;

static bool has_evidence(const struct facts *facts)
{
    return facts->place_by ==
           (facts->service_class == CLASS_CONSOLE ? PLACE_CONSOLE : PLACE_ADDRESS);
}

static bool exception_in_force(const struct facts *facts)
{
    return facts->exception && facts->exception_from_at <= facts->now_at &&
           facts->now_at < facts->exception_until_at;
}

static void judge_vpn(const struct facts *facts, struct finding *f, const char *tag)
{
    if (facts->device_by == DEVICE_BY_KEY) {
        finding_pass(f, "%s by VPN with a device key", facts->place_text);
    } else if (facts->phase == PHASE_ACCOUNT && facts->key_known_later) {
        finding_skip(f, "VPN: the device key is known in the session phase");
    } else {
        finding_wanted(f, "a VPN with a device key");
        finding_deny(f, tag, "W06",
                     _("%s is a VPN of your organisation, which is your workplace only together "
                       "with your device key. Log in with the key of your device."),
                     facts->place_text);
    }
}

static void deny_place(const struct facts *facts, struct finding *f, const char *tag)
{
    if (facts->service_class == CLASS_CONSOLE)
        finding_deny(f, tag, "W05",
                     _("Only from your workplace: this host does not belong to your organisation. "
                       "Use a host of your organisation or ask your administrator for an "
                       "exception."));
    else if (facts->place_organisation[0])
        finding_deny(f, tag, "W03",
                     _("Only from your workplace: %s is a network of another organisation (%s). "
                       "Log in from your workplace or ask your administrator for an exception."),
                     facts->place_text, facts->place_organisation);
    else
        finding_deny(f, tag, "W02",
                     _("Only from your workplace: %s is not a network of your organisation. Log "
                       "in from your workplace or ask your administrator for an exception."),
                     facts->place_text);
}

void rule_workplace(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->place_settings;
    const char *tag = settings_tag(s, SETTING_workplace_required);
    if (!settings_number(s, SETTING_workplace_required)) {
        finding_skip(f, "no workplace is required");
        return;
    }
    if (facts->place_organisation[0])
        finding_seen(f, "%s, network of %s", facts->place_text, facts->place_organisation);
    else
        finding_seen(f, "%s, network of nobody", facts->place_text);
    finding_wanted(f, "a network of the account's organisation");
    if (!has_evidence(facts)) {
        finding_seen(f, "no address");
        finding_deny(f, tag, "W01",
                     _("Only from your workplace: the address you come from is unknown. Log in "
                       "from your workplace by a way that shows the address."));
    } else if (facts->at_workplace && facts->place_is_vpn) {
        judge_vpn(facts, f, tag);
    } else if (facts->at_workplace) {
        finding_pass(f, "%s is the workplace", facts->place_text);
    } else if (exception_in_force(facts)) {
        char until[24];
        clock_format_minute(facts->exception_until_at, facts->utc_offset_min, until);
        finding_notice(f, tag, "W04",
                       _("You are away from your workplace under exception %s, which ends on %s."),
                       facts->exception_id, until);
        finding_permit(f, tag, facts->exception_id);
    } else {
        deny_place(facts, f, tag);
    }
}
