/* Whether the installed files are those that were signed: an upgrade that was not finished, a disk
 * that rots, or somebody who changed a program. */
#include "admin/manifest.h"

#define REMEDY "gdpop-admin manifest make"

struct report {
    struct gdpop_admin *a;
    unsigned found, files;
};

static int finding(struct report *p, const char *path, const char *value)
{
    const char *name = arena_printf(p->a->call.arena, "manifest.%s", path);
    if (!name)
        return GDPOP_ERR_NOMEM;
    p->found++;
    return status_finding(p->a, name, _("Installed file"), value, SEVERITY_serious,
                          _("install gdpop again and find out who changed it; after an upgrade of "
                            "your own: gdpop-admin manifest make"));
}

/* "sm3 HEX PATH" */
static int check_line(struct report *p, const char *line)
{
    char hex[65];
    if (strncmp(line, "sm3 ", 4) != 0 || strlen(line) < 4 + 64 + 2)
        return 0;
    const char *path = line + 4 + 64 + 1;
    int r = manifest_digest(path, hex);
    p->files++;
    if (r == GDPOP_ERR_NOT_FOUND)
        return finding(p, path, _("is missing"));
    if (r != 0)
        return r;
    return memcmp(hex, line + 4, 64) == 0 ? 0 : finding(p, path, _("is not the one signed"));
}

static int check_lines(struct report *p, char *text)
{
    static const char version[] = "\nversion " GDPOP_VERSION "\n";
    int r = 0;
    if (!strstr(text, version)) {
        p->found++;
        return status_finding(p->a, "manifest.version", _("Manifest of the installed files"),
                              _("is of another version than this library"), SEVERITY_warning,
                              REMEDY);
    }
    for (char *line; r == 0 && (line = strsep(&text, "\n"));)
        r = check_line(p, line);
    return r;
}

int check_manifest(struct gdpop_admin *a)
{
    static const char name[] = "manifest";
    const char *title = _("Manifest of the installed files");
    struct report p = {a, 0, 0};
    char *path, *text;
    int r = manifest_path(a, &path);
    if (r != 0)
        return r;
    r = check_text(a, path, &text);
    if (r == GDPOP_ERR_NOT_FOUND)
        return status_finding(a, name, title, _("not made yet"), SEVERITY_notice, REMEDY);
    if (r == 0)
        r = manifest_verify(a, text);
    if (r == GDPOP_ERR_SEAL)
        return status_finding(a, name, title, _("is not signed by this host"), SEVERITY_serious,
                              REMEDY);
    if (r != 0 || (r = check_lines(&p, text)) != 0 || p.found)
        return r;
    const char *value = arena_printf(a->call.arena, _("%u files as they were signed, version %s"),
                                     p.files, GDPOP_VERSION);
    return value ? status_finding(a, name, title, value, SEVERITY_fine, NULL) : GDPOP_ERR_NOMEM;
}
