/* What the service itself forbids: logins without a person, jobs of persons, interactive logins of
 * accounts that belong to no person (SZ-20, DB-8.1.4.2d). */
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_service;

static void judge_batch(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->place_settings;
    if (facts->is_service)
        finding_pass(f, "job of a service account");
    else if (settings_number(s, SETTING_cron_personal))
        finding_pass(f, "personal jobs are allowed");
    else
        finding_deny(f, settings_tag(s, SETTING_cron_personal), "C02",
                     _("Personal accounts may not run scheduled jobs here (%s). Ask your "
                       "administrator to run the job under a service account."),
                     facts->service);
}

static void judge_infrastructure(const struct facts *facts, struct finding *f)
{
    if (facts->is_service || facts->live_sessions_here > 0)
        finding_pass(f, facts->is_service ? N_("service account")
                                          : N_("a session lives on this host"));
    else
        finding_deny(f, "DB-8.1.4.2d", "C03",
                     _("%s may act for %s only while a session of this account lives on this host. "
                       "Log in first."),
                     facts->service, facts->user);
}

void rule_service(const struct facts *facts, struct finding *f)
{
    finding_seen(f, "service %s", facts->service);
    switch (facts->service_class) {
    case CLASS_AUTOLOGIN:
        finding_deny(f, "SZ-20", "C01",
                     _("Logging in automatically is forbidden. Turn automatic login off and log in "
                       "with your own account and password."));
        return;
    case CLASS_BATCH:
        judge_batch(facts, f);
        return;
    case CLASS_INFRASTRUCTURE:
        judge_infrastructure(facts, f);
        return;
    case CLASS_REMOTE:
    case CLASS_CONSOLE:
        if (facts->is_service)
            finding_deny(f, "DB-8.1.4.2d", "C04",
                         _("%s is a service account and cannot log in. Log in with your own "
                           "account."),
                         facts->user);
        else
            finding_pass(f, "service %s", facts->service);
        return;
    default:
        finding_pass(f, "service %s", facts->service);
    }
}
