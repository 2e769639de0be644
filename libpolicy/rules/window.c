/* Vendor staff log in within a window that was noticed and consented to, and not a moment longer
 * (GD-A1.3). */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

rule_judge rule_window;

void rule_window(const struct facts *facts, struct finding *f)
{
    if (!facts->is_vendor) {
        finding_pass(f, "no vendor");
        return;
    }
    if (facts->window) {
        char end[24];
        clock_format_minute(facts->window_until_at, facts->utc_offset_min, end);
        finding_pass(f, "window %s until %s", facts->window_id, end);
        finding_permit(f, "GD-A1.3", facts->window_id);
        return;
    }
    finding_seen(f, "vendor, no window");
    finding_wanted(f, "a window in force");
    finding_deny(f, "GD-A1.3", "M01",
                 _("Maintenance needs a written notice and a consent each time, and none is in "
                   "force now. Announce it to the administrator."));
}
