#include "store/table.h"

const struct table table_organisation = {.name = "organisation",
                                         .type = &model__organisation__descriptor};

int store_get_organisation(struct txn *t, const char *id, Model__Organisation **o)
{
    return store_get(t, &table_organisation, bytes_of_text(id), (void **)o);
}

int store_put_organisation(struct txn *t, const Model__Organisation *o)
{
    return store_put(t, &table_organisation, bytes_of_text(o->id), o);
}

/* More levels than any administration has: a longer way up is a cycle. */
enum { LEVELS_MAX = 32 };

int store_is_within(struct txn *t, const char *organisation, const char *top, bool *within)
{
    *within = false;
    for (int level = 0; level < LEVELS_MAX && organisation[0] != '\0'; level++) {
        Model__Organisation *o;
        int r = store_get_organisation(t, organisation, &o);
        if (r < 0)
            return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
        if (strcmp(organisation, top) == 0) {
            *within = true;
            return 0;
        }
        organisation = o->supervised_by;
    }
    return 0;
}
