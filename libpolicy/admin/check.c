#include "admin/check.h"

#include <stdio.h>

int check_text(struct gdpop_admin *a, const char *path, char **text)
{
    enum { MAX_BYTES = 256 << 10 };
    int r = 0;
    *text = NULL;
    FILE *f = fopen(path, "re");
    if (!f)
        return err_errno(_("cannot read %s"), path);
    /* The arena is wiped; a buffer of stdio would keep what shadow holds. */
    setvbuf(f, NULL, _IONBF, 0);
    char *bytes = arena_alloc(a->call.arena, MAX_BYTES + 1);
    size_t len = bytes ? fread(bytes, 1, MAX_BYTES + 1, f) : 0;
    if (!bytes)
        r = GDPOP_ERR_NOMEM;
    else if (ferror(f))
        r = err_errno(_("cannot read %s"), path);
    else if (len > MAX_BYTES)
        r = err_fail(GDPOP_ERR_FORMAT, _("%s has more than %d bytes"), path, MAX_BYTES);
    else
        *text = bytes;
    fclose(f);
    return r;
}
