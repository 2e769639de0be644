/* A file about one person for an auditor: sections of rows, then events of the trail. As a page for
 * people, or as JSON Lines (the form is in gdpop-audit(5)). */
#ifndef GDPOP_ADMIN_DOSSIER_H
#define GDPOP_ADMIN_DOSSIER_H

#include "admin/admin.h"
#include "audit/line.h"
#include <stdio.h>

struct dossier {
    FILE *out;
    bool page;
    int utc_offset_min;
    const struct gdpop_row *before; /* whose columns stand above */
};

/* What stands in front: about whom it is. */
void dossier_begin(struct dossier *d, const char *account, const char *title, const char *range);
/* name: for programs; title: for people. No rows: a page says so. */
void dossier_section(struct dossier *d, const char *name, const char *title,
                     const struct gdpop_row *rows, size_t count);
void dossier_events_begin(struct dossier *d);
/* GDPOP_ERR_TOO_LONG. */
int dossier_event(struct dossier *d, const struct trail_line *line);
/* The end, but for the line of the manifest that comes behind it. */
void dossier_end(struct dossier *d);

#endif
