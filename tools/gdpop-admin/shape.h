/* The shape that a JSON object must have, as a table, and the check of one against it. */
#ifndef GDPOP_ADMIN_SHAPE_H
#define GDPOP_ADMIN_SHAPE_H

#include "say.h"

#include <jansson.h>

enum shape_kind { SHAPE_TEXT, SHAPE_TEXTS, SHAPE_OBJECT, SHAPE_OBJECTS };

struct member {
    const char *key; /* NULL ends the table */
    enum shape_kind kind;
    bool required;
    const struct member *members; /* of OBJECT and of each of OBJECTS */
};

/* Adds a problem for every member that is missing, unknown or of another kind; place is the path of
 * the object, "" for the root. */
void shape_check(const json_t *object, const struct member *members, const char *place,
                 struct problems *problems);

#endif
