#include "copy.h"

#include "report/report.h"
#include "say.h"
#include "xlsx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int copy_begin(const struct tool *t, const struct call *call, const struct out_file *out,
               struct copy *c)
{
    const char *form = arguments_value(call, "format");
    bool streams = false, exports = strcmp(call->operation->noun, "audit") == 0;
    *c = (struct copy){.manifest.fd = -1};
    for (size_t i = 0; i < call->count; i++)
        streams |= call->list[i].param->kind == GDPOP_PARAM_STREAM;
    if (!streams || !exports || !form || (strcmp(form, "xlsx") != 0 && strcmp(form, "html") != 0))
        return 0;
    c->form = form;
    if (out->fd < 0)
        return 0;
    c->source = tmpfile();
    c->manifest_path = say_format("%s.manifest", out->path);
    if (!c->source || !c->manifest_path)
        return say(t, GDPOP_ERR_SYSTEM, _("no temporary file can be made: %s"), strerror(errno));
    return out_file_begin(t, c->manifest_path, &c->manifest);
}

static char *path_of(FILE *file)
{
    return say_format("/proc/self/fd/%d", fileno(file));
}

static int make_page(const struct tool *t, const struct copy *c, const char *name, FILE *to)
{
    char *path = path_of(c->source);
    struct report r = {.file_count = 1,
                       .files = (char **)(uintptr_t)&name,
                       .events_max = REPORT_EVENTS,
                       .at_home = true};
    int rc = path ? gdpop_audit_open(&r.audit) : GDPOP_ERR_NOMEM;
    if (rc == 0)
        rc = gdpop_audit_add(r.audit, path);
    if (rc == 0)
        rc = report_write(&r, to);
    gdpop_audit_close(r.audit);
    free(path);
    if (rc > 0)
        return say(t, GDPOP_ERR_SYSTEM, _("no temporary file can be made: %s"), strerror(errno));
    return rc < 0 ? say_library(t, rc) : 0;
}

static int make(const struct tool *t, const struct copy *c, const struct out_file *out, FILE *to)
{
    if (strcmp(c->form, "html") == 0)
        return make_page(t, c, out->path, to);
    char *path = path_of(to);
    int r = path ? xlsx_write(t, c->source, path)
                 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    free(path);
    return r;
}

/* Whose file it is could write to it: what is signed never was in his reach. */
int copy_make(const struct tool *t, struct gdpop_admin *a, struct copy *c,
              const struct out_file *out)
{
    FILE *made = tmpfile();
    if (!made)
        return say(t, GDPOP_ERR_SYSTEM, _("no temporary file can be made: %s"), strerror(errno));
    int r = make(t, c, out, made);
    if (r == 0 && (r = gdpop_admin_sign_copy(a, c->form, fileno(made), c->manifest.fd)) != 0)
        r = say_library(t, r);
    if (r == 0)
        r = out_file_fill(t, out, fileno(made));
    fclose(made);
    return r;
}

int copy_end(const struct tool *t, struct copy *c, bool keep)
{
    int r = keep ? out_file_finish(t, &c->manifest) : 0;
    out_file_close(&c->manifest, keep && r == 0);
    if (c->source)
        fclose(c->source);
    free(c->manifest_path);
    return r;
}
