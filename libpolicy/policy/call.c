#include "policy/policy.h"

#include "base/err.h"

int call_open(struct call *c, const struct gdpop *g)
{
    int r;
    *c = (struct call){0};
    if (g->conf_error != 0)
        return err_fail(g->conf_error, "%s", g->conf_sentence);
    if ((c->arena = arena_new()) == NULL)
        return GDPOP_ERR_NOMEM;
    if ((r = store_open(&g->conf, &c->store)) != 0)
        call_close(c);
    return r;
}

int call_read(struct call *c)
{
    return store_read(c->store, c->arena, &c->txn);
}

void call_close(struct call *c)
{
    txn_abort(c->txn);
    store_close(c->store);
    arena_free(c->arena);
    *c = (struct call){0};
}
