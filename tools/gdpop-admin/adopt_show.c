/* What was taken over, by organisation, and what each account lacks. */
#include "adopt.h"
#include "render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    const struct entry *entry;
    const struct outcome *outcome;
};

static int by_organisation(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = strcmp(x->outcome->organisation, y->outcome->organisation);
    return order ? order : strcmp(x->entry->value[ENTRY_USER], y->entry->value[ENTRY_USER]);
}

static void fill_row(const struct line *l, struct gdpop_field f[static 5], struct gdpop_row *row)
{
    const struct outcome *o = l->outcome;
    f[0] =
        (struct gdpop_field){"organisation", _("Organisation"), GDPOP_FIELD_TEXT, o->organisation};
    f[1] =
        (struct gdpop_field){"user", _("Account"), GDPOP_FIELD_TEXT, l->entry->value[ENTRY_USER]};
    f[2] = (struct gdpop_field){"uid", _("Uid"), GDPOP_FIELD_NUMBER, l->entry->value[ENTRY_UID]};
    f[3] = (struct gdpop_field){"skipped", _("Stays local"), GDPOP_FIELD_TEXT, o->skipped};
    f[4] = (struct gdpop_field){"lacks", _("Lacks"), GDPOP_FIELD_TEXT, o->lacks};
    *row = (struct gdpop_row){5, f, 0};
}

/* "thws: 12, yxws: 3": accounts that lack something, by organisation. */
static char *count_lacking(const struct line *lines, size_t count)
{
    char *text = NULL;
    size_t len, lacking = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *organisation = lines[i].outcome->organisation;
        lacking += *lines[i].outcome->lacks != '\0';
        bool last = i + 1 == count || strcmp(lines[i + 1].outcome->organisation, organisation) != 0;
        if (!last || !lacking)
            continue;
        fprintf(out, "%s%s: %zu", ftell(out) ? ", " : "", organisation, lacking);
        lacking = 0;
    }
    return fclose(out) == 0 ? text : NULL;
}

int adopt_show(struct tool *t, const struct entries *entries, const struct outcome *outcomes,
               size_t from, char **answer)
{
    size_t n = entries->count - from, skipped = 0;
    struct line *lines = calloc(n + 1, sizeof(*lines));
    struct gdpop_row *rows = calloc(n + 1, sizeof(*rows));
    struct gdpop_field(*fields)[5] = calloc(n + 1, sizeof(*fields));
    bool ok = lines && rows && fields;
    for (size_t i = 0; ok && i < n; i++) {
        lines[i] = (struct line){&entries->list[from + i], &outcomes[from + i]};
        skipped += *outcomes[from + i].skipped != '\0';
    }
    if (ok)
        qsort(lines, n, sizeof(*lines), by_organisation);
    for (size_t i = 0; ok && i < n; i++)
        fill_row(&lines[i], fields[i], &rows[i]);
    char *lacking = ok ? count_lacking(lines, n) : NULL;
    char *message = say_format(_("%zu accounts were taken over, %zu stay local. Lacking something: "
                                 "%s"),
                               n - skipped, skipped, lacking && *lacking ? lacking : _("nobody"));
    const struct gdpop_result result = {true, true, n, rows, message ? message : ""};
    int r = ok && lacking && message
                ? render(t, &result, NULL, answer)
                : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    free(lacking);
    free(message);
    free(lines);
    free(rows);
    free(fields);
    return r;
}
