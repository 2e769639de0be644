/* `audit export` in forms that the library does not write: a workbook, a page. It is made where
 * nobody can reach it, signed, and only then handed over. */
#ifndef GDPOP_ADMIN_COPY_H
#define GDPOP_ADMIN_COPY_H

#include "arguments.h"
#include "user_files.h"

#include <stdio.h>

struct copy {
    const char *form; /* "xlsx", "html"; NULL: none is wanted */
    FILE *source;     /* what the library writes */
    char *manifest_path;
    struct out_file manifest;
};

/* Reads from the call which is wanted and, unless it is a dry run, makes what it needs. Says what
 * is wrong. */
int copy_begin(const struct tool *t, const struct call *call, const struct out_file *out,
               struct copy *c);
/* After the commit: writes out and the manifest, durably. */
int copy_make(const struct tool *t, struct gdpop_admin *a, struct copy *c,
              const struct out_file *out);
/* Frees it; the manifest stays with keep. */
int copy_end(const struct tool *t, struct copy *c, bool keep);

#endif
