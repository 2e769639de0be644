#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include <stdio.h>

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

static int note_clock(struct txn *t, void *arg)
{
    (void)arg;
    return trail_note_clock(t);
}

int call_note_clock(struct call *c, int r)
{
    char sentence[512];
    if (r != GDPOP_ERR_CLOCK)
        return r;
    snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    txn_abort(c->txn);
    c->txn = NULL;
    if (store_update(c->store, c->arena, note_clock, NULL) != 0)
        log_error("the step of the clock could not be recorded: %s", err_sentence());
    return err_fail(r, "%s", sentence);
}

void call_close(struct call *c)
{
    txn_abort(c->txn);
    store_close(c->store);
    arena_free(c->arena);
    *c = (struct call){0};
}
