/* An account logs in only to registered hosts that run a system granted to it (GD-11.1, SZ-9,
 * DB-8.1.4.2a). Administrators, who look after hosts, log in to any registered one. */
#include "base/text.h"
#include "rules/rule.h"

#include <stdio.h>
#include <string.h>

#define RIGHTS_TAG "DB-8.1.4.2a"

rule_judge rule_systems;

static const char *common_system(const struct facts *facts)
{
    for (size_t i = 0; i < facts->account_system_count; i++)
        for (size_t j = 0; j < facts->host_system_count; j++)
            if (strcmp(facts->account_systems[i], facts->host_systems[j]) == 0)
                return facts->account_systems[i];
    return NULL;
}

/* "population, births"; what does not fit is left out. */
static void list(char **words, size_t count, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

static void judge_grant(const struct facts *facts, struct finding *f)
{
    const char *system = common_system(facts);
    char granted[120], host[120];
    if (system) {
        finding_pass(f, "granted %s", system);
        return;
    }
    list(facts->account_systems, facts->account_system_count, granted, sizeof(granted));
    list(facts->host_systems, facts->host_system_count, host, sizeof(host));
    finding_seen(f, "account: %s", granted);
    finding_wanted(f, "one of: %s", host);
    if (facts->host_system_count == 0)
        finding_deny(f, RIGHTS_TAG, "S02",
                     _("This host runs no system, so only administrators log in here. Use the host "
                       "of your system."));
    else
        finding_deny(f, RIGHTS_TAG, "S03",
                     _("This host runs %s, which is not granted to this account. Use the host of "
                       "your system, or apply for this one at your administrator."),
                     host);
}

void rule_systems(const struct facts *facts, struct finding *f)
{
    if (!facts->host_registered) {
        f->firm = true;
        finding_seen(f, "host not registered");
        finding_wanted(f, "a registered host");
        finding_deny(f, RIGHTS_TAG, "S01",
                     _("This host is not registered, so nobody may log in here. Tell the "
                       "administrator to register it."));
    } else if (facts->is_service) {
        finding_pass(f, "service account on a registered host");
    } else if (facts->administers) {
        finding_pass(f, "administrator on a registered host");
    } else {
        judge_grant(facts, f);
    }
}
