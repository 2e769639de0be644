#include "admin/act.h"

#include "audit/export.h"
#include "base/log.h"
#include <stdio.h>

static int is_same(const Model__Event *e, void *arg)
{
    const struct refusal *f = arg;
    return strcmp(e->action, f->action) == 0;
}

/* A refused attempt is an event too, in a transaction of its own after the act's was undone. */
static int write_refusal(struct txn *t, void *arg)
{
    const struct refusal *f = arg;
    Model__Event e = MODEL__EVENT__INIT;
    uint64_t first, last;
    int r = f->once ? trail_bounds(t, &first, &last) : 0;
    if (r == 0 && f->once && last > 0)
        r = trail_walk(t, last, last, is_same, arg);
    if (r != 0)
        return r < 0 ? r : 0;
    e.actor = (char *)f->actor;
    e.action = (char *)f->action;
    e.outcome = (char *)f->outcome;
    e.service = (char *)"gdpop-admin";
    e.detail = (char *)f->detail;
    return trail_append_anyway(t, &e);
}

void act_record_refusal(struct gdpop_admin *a, struct refusal f, int error)
{
    char sentence[512];
    snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    txn_abort(a->call.txn);
    a->call.txn = NULL;
    if (f.action && store_update(a->call.store, a->call.arena, write_refusal, &f) != 0)
        log_error("a refused attempt of %s could not be recorded: %s", f.actor, err_sentence());
    err_fail(error, "%s", sentence);
}
