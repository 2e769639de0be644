#include "admin/scope.h"

#include <stdlib.h>

int names_add(struct gdpop_admin *a, struct names *n, const char *name)
{
    if (n->count && strcmp(n->list[n->count - 1], name) == 0)
        return 0;
    if (n->count == n->room) {
        size_t room = n->room ? 2 * n->room : 64;
        char **list = arena_alloc(a->call.arena, room * sizeof(*list));
        if (!list)
            return GDPOP_ERR_NOMEM;
        if (n->count)
            memcpy(list, n->list, n->count * sizeof(*list));
        n->list = list;
        n->room = room;
    }
    char *copy = admin_copy(a, name);
    if (!copy)
        return GDPOP_ERR_NOMEM;
    n->list[n->count++] = copy;
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_close(struct names *n)
{
    size_t kept = 0;
    if (n->count)
        qsort(n->list, n->count, sizeof(*n->list), by_text);
    for (size_t i = 0; i < n->count; i++)
        if (kept == 0 || strcmp(n->list[kept - 1], n->list[i]) != 0)
            n->list[kept++] = n->list[i];
    n->count = kept;
}

bool names_has(const struct names *n, const char *name)
{
    return n->count && bsearch(&name, n->list, n->count, sizeof(*n->list), by_text) != NULL;
}

struct reading {
    struct gdpop_admin *a;
    const char *top;
    struct scope *scope;
};

static int take(struct bytes key, void *message, void *arg)
{
    struct reading *r = arg;
    const Model__Organisation *o = message;
    bool within;
    (void)key;
    int error = store_is_within(r->a->call.txn, o->id, r->top, &within);
    return error != 0 || !within ? error : names_add(r->a, &r->scope->organisations, o->id);
}

int scope_read(struct gdpop_admin *a, const char *top, struct scope *s)
{
    struct reading r = {a, top, s};
    *s = (struct scope){.all = top == NULL};
    if (s->all)
        return 0;
    int error = store_each(a->call.txn, &table_organisation, BYTES("", 0), take, &r);
    names_close(&s->organisations);
    return error;
}

bool scope_has(const struct scope *s, const char *organisation)
{
    return s->all || names_has(&s->organisations, organisation);
}
