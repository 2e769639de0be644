/* account adopt: takes over what a passwd file or a directory holds. */
#ifndef GDPOP_ADMIN_ADOPT_H
#define GDPOP_ADMIN_ADOPT_H

#include "entries.h"
#include "operations.h"

extern const struct own_command adopt_command;

/* What became of an entry. */
struct outcome {
    char *organisation, *lacks, *skipped;
    bool password;
};

/* adopt_show.c: a row for each entry from that one on, in the order of organisations; *answer as by
 * render. */
int adopt_show(struct tool *t, const struct entries *entries, const struct outcome *outcomes,
               size_t from, char **answer);

#endif
