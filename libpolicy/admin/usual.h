/* From where and with what an account usually logs in: what is known without asking it. */
#ifndef GDPOP_ADMIN_USUAL_H
#define GDPOP_ADMIN_USUAL_H

#include "admin/admin.h"

enum { USUAL_MAX = 8 };

struct usual {
    struct gdpop_evidence evidence;
    const char *host; /* machine-id */
};

/* An address in a network of each organisation, as one transaction shows them; in the arena of t.
 * Sorted; of two networks of an organisation the first wins. */
struct places {
    size_t count, room;
    struct place {
        char *organisation, *address;
    } * list;
};
int usual_places(struct txn *t, struct places *places);

/* The live sessions of an account, else its last login, else a login in a network of its
 * organisation; at most USUAL_MAX. host: where those happen that are of no known host. Texts in the
 * arena of t. */
int usual_logins(struct txn *t, const Model__Account *x, const struct places *places,
                 const char *host, int64_t now_at, struct usual *list, size_t *count);

#endif
