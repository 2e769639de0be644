/* The catalogue of roles: what is read has a name, a range that is no range upside down, and a gid
 * with each group. */
#include "settings/catalogue.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static int rank(const char *level, int otherwise)
{
    return level[0] ? catalogue_level_rank(level) : otherwise;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct catalogue_role *roles;
    size_t count = 0;
    if (a && catalogue_parse(BYTES(data, size), "fuzz", a, &roles, &count) == 0) {
        require(count <= CATALOGUE_MAX);
        for (size_t i = 0; i < count; i++) {
            require(roles[i].name[0] != '\0');
            require(roles[i].system_count <= CATALOGUE_WORDS_MAX &&
                    roles[i].exclude_count <= CATALOGUE_WORDS_MAX);
            require(rank(roles[i].highest, 0) >= 0 &&
                    rank(roles[i].highest, 0) <= rank(roles[i].lowest, 4));
            require((roles[i].group[0] != '\0') == (roles[i].gid != 0));
        }
    }
    arena_free(a);
    return 0;
}
