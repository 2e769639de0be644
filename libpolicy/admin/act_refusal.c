#include "admin/act.h"

#include "base/log.h"
#include <stdio.h>

/* Whom or what was meant: the first positional argument, when it looks like a name or a number.
 * What else was typed there may be anything. */
static const char *meant(const struct request *q)
{
    enum { MEANT_MAX_BYTES = 64 };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.:/";
    const struct gdpop_param *p = q ? q->operation->params : NULL;
    while (p && p->name && !(p->positional && p->kind == GDPOP_PARAM_WORD))
        p++;
    const char *value = p && p->name ? request_text(q, p->name) : NULL;
    size_t len = value ? strlen(value) : 0;
    return len > 0 && len <= MEANT_MAX_BYTES && strspn(value, letters) == len ? value : "";
}

/* A refused attempt is an event too, in a transaction of its own after the act's was undone. */
static int write_refusal(struct txn *t, void *arg)
{
    const struct refusal *f = arg;
    Model__Event e = MODEL__EVENT__INIT;
    Model__Account *x;
    const char *name = meant(f->request);
    int r = name[0] ? store_get_account(t, name, &x) : GDPOP_ERR_NOT_FOUND;
    e.actor = (char *)f->actor;
    e.action = (char *)f->action;
    *(r == 0 ? &e.subject : &e.object) = (char *)name;
    e.outcome = (char *)"refused";
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
