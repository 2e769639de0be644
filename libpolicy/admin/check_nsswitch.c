/* Whether the names of accounts and groups are known, and local ones first: break-glass names must
 * never depend on gdpop. */
#include "admin/check.h"
#include "admin/nsswitch.h"

#define PATH "/etc/nsswitch.conf"

static int check_database(struct gdpop_admin *a, const char *text, const char *database)
{
    const struct nss_line l = nsswitch_line(text, database);
    const char *name = arena_printf(a->call.arena, "nsswitch.%s", database);
    const char *line = arena_printf(a->call.arena, "%s: files gdpop", database);
    const char *remedy = arena_printf(a->call.arena, _("write into %s: %s"), PATH, line);
    const char *value = _("gdpop behind files");
    enum severity severity = SEVERITY_fine;
    if (!name || !line || !remedy)
        return GDPOP_ERR_NOMEM;
    /* Without a line of its own initgroups goes by that of group. */
    if (!l.present && strcmp(database, "initgroups") == 0)
        return 0;
    if (l.gdpop == 0 || l.shut) {
        severity = SEVERITY_serious;
        value = l.shut && l.gdpop ? _("the search ends before gdpop: accounts are unknown")
                                  : _("gdpop is missing: accounts are unknown");
    } else if (l.files == 0 || l.files > l.gdpop) {
        severity = SEVERITY_warning;
        value = _("gdpop is asked before files: local accounts must come first");
    }
    return status_finding(a, name, _("Names in nsswitch.conf"), value, severity,
                          severity == SEVERITY_fine ? NULL : remedy);
}

int check_nsswitch(struct gdpop_admin *a)
{
    static const char *const databases[] = {"passwd", "group", "initgroups"};
    char *text;
    int r = check_text(a, PATH, &text);
    for (size_t i = 0; r == 0 && i < sizeof(databases) / sizeof(databases[0]); i++)
        r = check_database(a, text, databases[i]);
    return r;
}
