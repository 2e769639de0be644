/* The catalogue of roles as a file (conf/roles.conf): one section a role. */
#ifndef GDPOP_SETTINGS_CATALOGUE_H
#define GDPOP_SETTINGS_CATALOGUE_H

#include "base/arena.h"
#include "base/bytes.h"
#include <stdbool.h>
#include <stdint.h>

enum { CATALOGUE_MAX = 128, CATALOGUE_WORDS_MAX = 16 };

struct catalogue_role {
    const char *name, *title, *kind, *highest, *lowest, *group, *rights; /* "" when not given */
    char **systems, **excludes;
    size_t system_count, exclude_count;
    uint32_t gid; /* 0: without a group */
    bool extra;
};

/* Texts in the arena. Errors: GDPOP_ERR_FORMAT with origin and line for unknown keys, kinds and
 * levels, a level range upside down, a group without gid or shared under two gids; GDPOP_ERR_NOMEM.
 */
int catalogue_parse(struct bytes text, const char *origin, struct arena *a,
                    struct catalogue_role **roles, size_t *count);

/* 0 for province … 4 for village, -1 for another word. */
int catalogue_level_rank(const char *level);

#endif
