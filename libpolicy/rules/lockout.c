/* After too many failures the account is locked for a while (DB-8.1.4.1b). Asked after the password
 * was compared, where nothing may be told, and again for logins that prove no password. */
#include "base/clock.h"
#include "base/text.h"
#include "rules/rule.h"

#include <stdio.h>

rule_judge rule_lockout;

/* "14:35", with its date when that is another day; rounded up, so that it is over by then. */
static void format_end(const struct facts *facts, char out[static 24])
{
    int64_t minute = 60 * CLOCK_SECOND, end = facts->locked_until_at;
    if (end < INT64_MAX - minute) /* "for ever" stays */
        end = (end + minute - 1) / minute * minute;
    int offset = facts->utc_offset_min;
    struct civil c = clock_civil(end, offset);
    if (clock_day_start(end, offset, 0) == clock_day_start(facts->now_at, offset, 0))
        snprintf(out, 24, "%02d:%02d", c.hour, c.minute);
    else
        snprintf(out, 24, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

void rule_lockout(const struct facts *facts, struct finding *f)
{
    const struct settings *s = facts->password_settings;
    const char *tag = settings_tag(s, SETTING_lockout_limit);
    if (facts->phase != PHASE_AUTH &&
        (facts->service_class & (CLASS_BATCH | CLASS_INFRASTRUCTURE))) {
        finding_skip(f, "no password is asked for");
        return;
    }
    finding_wanted(f, "fewer than %d failures", (int)settings_number(s, SETTING_lockout_limit));
    if (facts->now_at < facts->locked_until_at) {
        char end[24];
        format_end(facts, end);
        finding_seen(f, "%u failures, locked until %s", facts->failures, end);
        finding_deny(f, tag, "L01",
                     _("This account is locked until %s after too many wrong passwords. Wait until "
                       "then, or ask your administrator to unlock it. If it was not you, tell your "
                       "administrator."),
                     end);
    } else if (facts->state == STATE_NONE) { /* the other rules are not asked in the auth phase */
        finding_seen(f, "no account");
        finding_deny(f, tag, "L02", _("The user name or the password is wrong."));
    } else {
        finding_pass(f, "%u failures, not locked", facts->failures);
    }
    f->hidden = facts->phase == PHASE_AUTH;
}
