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
    return value ? status_finding(a, "store_form", _("Form of the store's file"), value,
                                  SEVERITY_fine, NULL)
                 : GDPOP_ERR_NOMEM;
}
