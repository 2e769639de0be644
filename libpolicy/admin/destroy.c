/* The end of the store of this host (CQ-6.5, JC-29): what it recorded is archived, verified and
 * kept; then its keys, and with them everything else, are wiped. */
#include "admin/decision.h"
#include "audit/archive.h"
#include "audit/export.h"
#include "audit/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { ATTEMPTS = 5, PATH_BYTES = 512 };

/* ---- What must be true ---- */

static int count_active(struct bytes key, void *message, void *arg)
{
    const Model__Account *x = message;
    size_t *count = arg;
    (void)key;
    *count += x->duties == 0 && strcmp(x->state, "active") == 0;
    return 0;
}

static int check_accounts(struct gdpop_admin *a, const struct request *q)
{
    size_t active = 0;
    int r = store_scan(a->call.txn, &table_account, BYTES("", 0), count_active, &active);
    if (r == 0 && active > 0 && !request_flag(q, "with-active"))
        r = err_fail(GDPOP_ERR_REFUSED,
                     _("%zu accounts are active here: close them, or say --with-active when the "
                       "decision means them too"),
                     active);
    return r;
}

static int check_host(struct gdpop_admin *a, const struct request *q)
{
    Model__Host *host;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("this host is not registered; see host register"));
    if (r == 0 && strcmp(host->name, request_word(q, "host")) != 0)
        r = err_fail(GDPOP_ERR_REFUSED, _("this host is registered as %s, not as %s"), host->name,
                     request_word(q, "host"));
    return r;
}

/* Nobody works on without a store, but who wipes it. */
static int end_sessions(struct gdpop_admin *a)
{
    Model__Session **list;
    Model__Account *x;
    size_t count;
    int r = admin_open_sessions(a, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (strcmp(list[i]->account, a->actor) == 0)
            continue;
        if ((r = ending_record_session(a->call.txn, list[i], a->actor)) == 0 &&
            (r = store_get_account(a->call.txn, list[i]->account, &x)) == 0)
            r = admin_end_sessions_after(a, x->uid);
    }
    return r;
}

/* ---- The final archive ---- */

static int end_epoch(struct txn *t, void *arg)
{
    const struct trail_limits now = {0, 1};
    (void)arg;
    bool ended;
    return trail_end_epoch(t, &now, &ended);
}

static int put_archive(struct txn *t, void *arg)
{
    return trail_archive_put(t, arg);
}

/* All that was recorded up to now. */
static int archive_rest(struct gdpop_admin *a)
{
    struct store *s = a->call.store;
    Model__Archive made;
    int r = store_update(s, a->call.arena, end_epoch, NULL);
    if (r != 0)
        return r;
    r = trail_archive_make(s, a->call.arena, a->actor, 0, &made);
    if (r == GDPOP_ERR_NOT_FOUND)
        return 0;
    return r == 0 ? store_update(s, a->call.arena, put_archive, &made) : r;
}

static int check_archives(struct gdpop_admin *a, uint64_t *last)
{
    struct txn *t;
    int r = store_read(a->call.store, a->call.arena, &t);
    if (r != 0)
        return r;
    r = trail_archives_check(t, last);
    txn_abort(t);
    return r;
}

/* The store's write transaction, in which nothing can be added to what is archived. */
static int stand_still(struct gdpop_admin *a)
{
    uint64_t archived, first, last = 1;
    int r = 0;
    for (int i = 0; r == 0 && i < ATTEMPTS; i++) {
        if ((r = archive_rest(a)) != 0 || (r = check_archives(a, &archived)) != 0 ||
            (r = store_write(a->call.store, a->call.arena, &a->call.txn)) != 0)
            return r;
        if ((r = trail_bounds(a->call.txn, &first, &last)) == 0 && last == archived)
            return 0;
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    return r != 0 ? r : err_fail(GDPOP_ERR_BUSY, _("others go on writing to the store"));
}

static int write_text(const char *dir, const char *name, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t len = strlen(text);
    int r = fd >= 0 && write(fd, text, len) == (ssize_t)len && fsync(fd) == 0
                ? 0
                : err_errno(_("cannot write %s"), path);
    if (fd >= 0)
        close(fd);
    return r;
}

/* Beside the archives: the last event signed, and the key that verifies all signatures. */
static int write_checkpoint(struct gdpop_admin *a, const char *dir)
{
    uint64_t sequence;
    char *line, *pem;
    int r;
    if ((r = trail_checkpoint(a->call.txn, &line, &sequence)) != 0 ||
        (r = trail_public_key(&a->g->conf, a->call.arena, &pem)) != 0 ||
        (r = write_text(dir, "checkpoint", line)) != 0)
        return r;
    return write_text(dir, "checkpoint.pem", pem);
}

/* ---- The end ---- */

/* What is kept leaves the name that the next store of this host would use. */
static int move_archives(const char *from, const char *to)
{
    if (rename(from, to) < 0)
        return err_errno(_("cannot name %s %s"), from, to);
    return 0;
}

static int wipe(struct gdpop_admin *a)
{
    const struct conf *conf = &a->g->conf;
    char from[PATH_BYTES];
    int r;
    snprintf(from, sizeof(from), "%s/%s", conf->store_dir, TRAIL_ARCHIVE_DIR);
    if ((r = stand_still(a)) != 0 || (r = write_checkpoint(a, from)) != 0)
        return err_prefix(r, _("nothing was destroyed"));
    r = store_wipe_keys(conf);
    txn_abort(a->call.txn);
    a->call.txn = NULL;
    store_close(a->call.store);
    a->call.store = NULL;
    if (r != 0 || (r = store_wipe(conf)) != 0 || (r = move_archives(from, a->after_arg)) != 0)
        return r;
    return unlink(conf->snapshot) == 0 || errno == ENOENT
               ? 0
               : err_errno(_("cannot remove %s"), conf->snapshot);
}

/* Before the write transaction: no other archive is made meanwhile. */
static int prepare(struct gdpop_admin *a, const struct request *q)
{
    (void)q;
    return a->held.fd >= 0 ? 0 : trail_archive_lock(&a->g->conf, &a->held);
}

static int destroy(struct gdpop_admin *a, const struct request *q)
{
    struct decision decision;
    Model__Meta *meta;
    int r;
    if ((r = admin_host_in_scope(a)) != 0 || (r = check_host(a, q)) != 0 ||
        (r = check_accounts(a, q)) != 0 ||
        (r = trail_refuse_held(a->call.txn, 0, a->now_at)) != 0 ||
        (r = decision_read(a, q, &decision)) != 0 || (r = store_meta(a->call.txn, &meta)) != 0)
        return r;
    char *detail = arena_printf(a->call.arena, "%s; %s; %s", request_word(q, "reason"),
                                request_word(q, "filing-number"), decision.text);
    char *kept =
        arena_printf(a->call.arena, "%s/destroyed-%s", a->g->conf.store_dir, meta->store_id);
    if (!detail || !kept)
        return GDPOP_ERR_NOMEM;
    if ((r = end_sessions(a)) != 0 ||
        (r = admin_event(a, "store.destroy", NULL, meta->store_id, detail)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "kept", _("What is kept"), kept)) != 0)
        return r;
    a->after = wipe;
    a->after_arg = kept;
    return result_message(a,
                          _("the store is destroyed; its archives, the last checkpoint and the "
                            "public key are in %s: hand them to the auditor"),
                          kept);
}

static const struct gdpop_param params[] = {
    POSITIONAL("host", "HOST", N_("the name of this host")),
    REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
    REQUIRED("filing-number", GDPOP_PARAM_TEXT, "NUMBER",
             N_("of the notice that takes the system off the register of graded protection")),
    DECISION_PARAMS,
    FLAG("with-active", N_("also while accounts are active")),
    CONFIRM("HOST"),
    PARAMS_END,
};

const struct operation operations_destroy[] = {
    {.public = {.noun = "store",
                .verb = "destroy",
                .help = N_("Archive and verify all that was recorded, then wipe the store and its "
                           "keys, before witnesses."),
                .example = "app1 --reason 系统下线 --filing-number 撤备2026-3 --approver P000009 "
                           "--paper assessment.pdf --paper-number 2026-18",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .witnessed = ALWAYS_WITNESSED,
                .params = params},
     .prepare = prepare,
     .run = destroy},
    {.public = {.noun = NULL}},
};
