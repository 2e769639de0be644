/* What the store's file depends on: LMDB writes pages of this machine's size in its byte order. */
#include "admin/check.h"

#include <unistd.h>

int check_format(struct gdpop_admin *a)
{
    static const uint16_t one = 1;
    const bool little = *(const uint8_t *)&one == 1;
    const char *value = arena_printf(
        a->call.arena, _("pages of %ld bytes, %s; moves elsewhere by backup and restore only"),
        sysconf(_SC_PAGESIZE), little ? _("low byte first") : _("high byte first"));
    const char *version = arena_printf(a->call.arena, _("gdpop %s, store of form %d"),
                                       GDPOP_VERSION, (int)STORE_SCHEMA);
    if (!value || !version)
        return GDPOP_ERR_NOMEM;
    int r = status_finding(a, "version", _("Versions"), version, SEVERITY_fine, NULL);
    return r == 0 ? status_finding(a, "store_form", _("Form of the store's file"), value,
                                   SEVERITY_fine, NULL)
                  : r;
}
