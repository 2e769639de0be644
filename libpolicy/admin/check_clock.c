/* A clock that nobody sets drifts: what was when cannot be proved, and permits begin and end at the
 * wrong time. */
#include "admin/check.h"

#include <sys/timex.h>

int check_clock(struct gdpop_admin *a)
{
    struct timex t = {.modes = 0};
    int state = adjtimex(&t);
    if (state < 0)
        return err_errno(_("cannot ask the kernel about the clock"));
    bool set = state != TIME_ERROR && !(t.status & STA_UNSYNC);
    return status_finding(a, "clock_source", _("Source of the clock"),
                          set ? _("set by a time service") : _("no time service sets the clock"),
                          set ? SEVERITY_fine : SEVERITY_warning,
                          set ? NULL : "timedatectl set-ntp true");
}
