/* An account with an end date is over at that instant (DB-8.1.4.2c). */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_expiry;

void rule_expiry(const struct facts *facts, struct finding *f)
{
    if (facts->expires_at == 0) {
        finding_pass(f, "no end date");
        return;
    }
    char end[24];
    clock_format_minute(facts->expires_at, facts->utc_offset_min, end);
    if (facts->now_at < facts->expires_at) {
        finding_pass(f, "until %s", end);
        return;
    }
    finding_seen(f, "ended %s", end);
    finding_wanted(f, "an account within its term");
    finding_deny(f, "DB-8.1.4.2c", "E01",
                 _("The term of this account ended on %s. If you still need it, ask your "
                   "administrator to apply for a longer one."),
                 end);
}
