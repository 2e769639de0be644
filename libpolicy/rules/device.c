/* Logins only with a device that is bound to the account and in order (SZ-21, SZ-22, TJ-15). A lost
 * device never logs in, and the key of a device is judged even where none is required. */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_device;

static void deny_no_device(const struct facts *facts, struct finding *f, const char *tag)
{
    if (facts->key_presented) {
        finding_seen(f, "a key of no device");
        finding_deny(f, tag, "V01",
                     _("The key you presented is not that of a registered device. Use your own "
                       "device, or have this one registered and bound by your administrator."));
    } else {
        finding_seen(f, "no device");
        finding_deny(f, tag, "V02",
                     _("Only with your bound device, and none was shown. Log in with the key of "
                       "your device; if you have none, ask your administrator to bind one."));
    }
}

/* Denies a device that is out of order; false when it is in order. */
static bool deny_state(const struct facts *facts, struct finding *f, const char *tag)
{
    const char *name = facts->device_name;
    switch (facts->device_state) {
    case DEVICE_LOST:
        f->firm = true;
        finding_deny(f, tag, "V03",
                     _("The device %s is reported lost and cannot log in. If you have found it, "
                       "bring it to your administrator in person."),
                     name);
        return true;
    case DEVICE_REPAIR:
        finding_deny(f, tag, "V04",
                     _("The device %s is in repair. Ask your administrator to return it to "
                       "service first."),
                     name);
        return true;
    case DEVICE_RETIRED:
        finding_deny(f, tag, "V05",
                     _("The device %s is retired. Ask your administrator to bind another one."),
                     name);
        return true;
    case DEVICE_REGISTERED:
    case DEVICE_BOUND:
        return false;
    case DEVICE_UNKNOWN:
        break;
    }
    finding_deny(f, tag, "V08",
                 _("The state of the device %s is unknown. Ask your administrator to check it."),
                 name);
    return true;
}

static void judge_binding(const struct facts *facts, struct finding *f, const char *tag)
{
    const char *name = facts->device_name;
    if (facts->device_bound_here && facts->device_state == DEVICE_BOUND) {
        if (!settings_number(facts->place_settings, SETTING_device_exclusive) ||
            facts->device_other_accounts == 0)
            finding_pass(f, "device %s is bound to the account", facts->device_id);
        else
            finding_deny(f, settings_tag(facts->place_settings, SETTING_device_exclusive), "V09",
                         _("The device %s is bound to other accounts too, but a device may serve "
                           "one person only. Ask your administrator to end the other bindings."),
                         name);
    } else if (facts->device_bound_before && !facts->device_bound_here) {
        finding_deny(f, tag, "V06",
                     _("The device %s is no longer bound to this account. Use your present device "
                       "or ask your administrator to bind this one again."),
                     name);
    } else {
        finding_deny(f, tag, "V07",
                     _("The device %s is registered but not bound to this account. Use your own "
                       "device or ask your administrator to bind this one."),
                     name);
    }
}

void rule_device(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->place_settings;
    const char *tag = settings_tag(s, SETTING_device_required);
    bool required = settings_number(s, SETTING_device_required);
    bool known = facts->device_id[0] && facts->device_by != DEVICE_BY_NOTHING;
    finding_wanted(f, "a device that is bound and in order");
    if (facts->phase == PHASE_ACCOUNT && facts->key_known_later) {
        finding_skip(f, "the key is known in the session phase");
    } else if (!known && !required) {
        finding_skip(f, "no device is required");
    } else if (!known) {
        deny_no_device(facts, f, tag);
    } else if (!required && facts->device_by != DEVICE_BY_KEY &&
               facts->device_state != DEVICE_LOST) {
        finding_skip(f, "no device is required");
    } else {
        finding_seen(f, "device %s, state %d, bound %d, others %u", facts->device_id,
                     (int)facts->device_state, facts->device_bound_here,
                     facts->device_other_accounts);
        if (!deny_state(facts, f, tag))
            judge_binding(facts, f, tag);
    }
}
