#include "admin/act.h"

#include "admin/change.h"
#include "admin/restore.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

/* The change stands. What fails here leaves its sentence and is made up for by `tick` and the next
 * login; the sessions of the frozen end first. */
static void finish(struct gdpop_admin *a)
{
    char sentence[512] = "";
    for (size_t i = 0; i < a->telling_count; i++)
        telling(a->telling[i].uid, a->telling[i].sentence);
    for (size_t i = 0; i < a->ending_count; i++)
        if (ending_kill(a->ending[i]) != 0)
            snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    for (size_t i = 0; i < a->ending_session_count; i++)
        if (ending_kill_session(a->ending_session[i]) != 0)
            snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    if (publish_snapshot(a->call.store) != 0)
        snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    err_clear();
    if (sentence[0]) {
        log_error("%s", sentence);
        err_fail(GDPOP_ERR_SYSTEM, "%s", sentence);
    }
}

/* Where the part's change was undone, whose sessions it wanted to end is forgotten too. */
static int end_part(struct gdpop_admin *a, bool keep)
{
    int r = 0;
    if (keep)
        r = txn_commit(a->call.txn);
    else
        txn_abort(a->call.txn);
    a->call.txn = NULL;
    if (keep && r == 0)
        finish(a);
    a->ending_count = a->ending_session_count = a->telling_count = 0;
    return r;
}

static int record_failure(struct gdpop_admin *a, const char *part, const char *sentence)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)a->actor;
    e.action = (char *)a->operation->noun;
    e.object = (char *)part;
    e.outcome = (char *)"failed";
    e.detail = (char *)sentence;
    e.service = (char *)"gdpop-admin";
    int r = act_need_write(a);
    if (r == 0)
        r = trail_append_anyway(a->call.txn, &e);
    return end_part(a, r == 0) != 0 ? GDPOP_ERR_STORE : r;
}

int admin_part(struct gdpop_admin *a, const char *name, int (*part)(struct gdpop_admin *a),
               const char **why)
{
    int r = act_need_write(a);
    if (r != 0)
        return r;
    *why = NULL;
    a->pending = NULL;
    a->changes = NULL;
    a->unlisted = 0;
    if ((r = part(a)) == 0)
        r = change_end(a);
    int ended = end_part(a, r == 0);
    if (r == 0)
        r = ended;
    if (r != 0 && !(*why = admin_copy(a, err_sentence()[0] ? err_sentence() : gdpop_strerror(r))))
        return GDPOP_ERR_NOMEM;
    if (*why)
        log_error("%s %s: %s", a->operation->noun, name, *why);
    if (*why && (r = record_failure(a, name, *why)) != 0)
        log_error("the failure of %s %s could not be recorded: %s", a->operation->noun, name,
                  err_sentence());
    return act_need_write(a);
}

int gdpop_admin_commit(struct gdpop_admin *a)
{
    int r;
    err_clear();
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act cannot be committed: a call of it failed"));
    if ((a->flags & GDPOP_ADMIN_READ) || !a->call.txn)
        return 0;
    r = txn_commit(a->call.txn);
    a->call.txn = NULL;
    if (r != 0)
        return r;
    a->committed = true;
    if ((a->flags & GDPOP_ADMIN_RESTORE) && (r = restore_place(a->g)) != 0)
        return r;
    finish(a);
    return a->after ? a->after(a) : 0;
}

void gdpop_admin_end(struct gdpop_admin *a)
{
    if (!a)
        return;
    bool unmake = (a->flags & GDPOP_ADMIN_INIT) && a->call.store && !a->committed;
    call_close(&a->call);
    lock_release(&a->held);
    if (unmake)
        store_unmake(&a->g->conf);
    free(a);
}
