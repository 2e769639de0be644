/* A backup becomes the store of a host that has none. */
#include "admin/backup_file.h"

#include "admin/admin.h"
#include "admin/restore.h"
#include "audit/export.h"
#include "audit/trail.h"
#include "base/host.h"
#include "crypto/keyfile.h"
#include "nss/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Beside the place ---- */

static void tell_first(const char *sentence, void *arg)
{
    char *first = arg;
    if (!first[0])
        snprintf(first, 512, "%s", sentence);
}

static int check_content(struct txn *t)
{
    struct trail_report report;
    char first[512] = "";
    size_t problems;
    int r = store_check(t, tell_first, first, &problems);
    if (r == 0 && problems > 0)
        r = err_fail(GDPOP_ERR_STORE, _("the backup is damaged in %zu places, the first: %s"),
                     problems, first);
    return r == 0 ? trail_verify_copy(t, &report) : r;
}

static int check_store(const struct conf *conf, struct arena *a)
{
    struct store *s = NULL;
    struct txn *t = NULL;
    int r = store_open(conf, &s);
    if (r == 0 && (r = store_read(s, a, &t)) == 0)
        r = check_content(t);
    txn_abort(t);
    store_close(s);
    return r;
}

/* A key of another store would spoil the look-ups of this one. */
static int is_of_ring(const struct keyfile *f, void *arg)
{
    const struct keyring *ring = arg;
    return keyring_pair(ring, f->id)
               ? 0
               : err_fail(
                     GDPOP_ERR_KEY,
                     _("this host holds the key %u of another store: move its keys away first"),
                     (unsigned)f->id);
}

static int import(const struct keyfile *f, void *arg)
{
    return keyring_import(arg, f);
}

static int take_keys(const char *from, const char *to)
{
    struct keyring *ring;
    struct stat st;
    int r = keyring_open(from, &ring);
    if (r == 0 && stat(to, &st) == 0)
        r = keyring_each(to, is_of_ring, ring);
    keyring_free(ring);
    return r == 0 ? keyring_each(from, import, (void *)(uintptr_t)to) : r;
}

static int unpack(int fd, struct arena *a, const struct sign_key *key, struct restoring *to,
                  struct conf *beside)
{
    const struct conf *target = &to->target;
    Model__Backup *label;
    int r = backup_unpack(fd, a, key, beside, &label);
    if (r == 0)
        r = check_store(beside, a);
    if (r == 0)
        r = take_keys(beside->key_dir, target->key_dir);
    if (r < 0)
        return r;
    to->sequence = label->sequence;
    to->newest_at = label->newest_at;
    keyring_remove(beside->key_dir);
    memcpy(beside->key_dir, target->key_dir, sizeof(beside->key_dir));
    return trail_make_sign_key(beside);
}

/* The directory of the store that will be, and in it the place of this one. */
static int make_place(struct restoring *to, struct conf *beside)
{
    if (mkdir(to->target.store_dir, 0700) < 0 && errno != EEXIST)
        return err_errno(_("cannot make the directory %s"), to->target.store_dir);
    return backup_place(&to->target, "restored", beside, &to->hold);
}

/* ---- So that witnesses can prove themselves here: a seal, this host, a newer snapshot ---- */

struct renewal {
    const struct conf *conf;
    const char *host; /* whose place this machine takes, NULL */
    struct secret *seal_key;
};

/* NSS never goes back: the snapshot of before may be newer than the store. */
static int pass_snapshot(struct txn *t, const struct conf *conf)
{
    Model__Meta *meta;
    uint64_t shown = 0;
    int r = store_meta(t, &meta);
    if (r != 0)
        return r;
    if (snapshot_generation(conf->snapshot, &shown) == SNAPSHOT_OK && shown > meta->generation)
        meta->generation = shown;
    meta->generation++;
    return store_put_meta(t, meta);
}

static int record(struct txn *t, const char *action, char *object, char *detail)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)"restore";
    e.action = (char *)(uintptr_t)action;
    e.object = object;
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    e.detail = detail;
    return trail_append(t, &e);
}

/* Another machine takes the place of the host that the backup is of. */
static int take_host(struct txn *t, const char *from)
{
    char here[33];
    Model__Host *h;
    host_machine_id(here);
    int r = store_get_host(t, here, &h);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    if (!from)
        return err_fail(GDPOP_ERR_USAGE, _("this machine is none of the store's hosts: name the "
                                           "one whose place it takes with --host"));
    if ((r = store_get_host(t, from, &h)) != 0)
        return r == GDPOP_ERR_NOT_FOUND ? err_fail(r, _("there is no host %s"), from) : r;
    Model__Host old = *h;
    old.state = (char *)"retired";
    h->id = here;
    h->state = (char *)"active";
    if ((r = store_put_host(t, &old)) != 0 || (r = store_put_host(t, h)) != 0)
        return r;
    return record(t, "host.replace", here, old.id);
}

static int renew(struct txn *t, void *arg)
{
    const struct renewal *n = arg;
    Model__Event e = MODEL__EVENT__INIT;
    int r;
    e.actor = (char *)"restore";
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    if ((r = trail_rekey(t, &e, n->seal_key)) != 0 || (r = take_host(t, n->host)) != 0)
        return r;
    return pass_snapshot(t, n->conf);
}

static int renew_store(const struct conf *conf, struct arena *a, const char *host,
                       struct secret *seal_key)
{
    struct renewal n = {conf, host, seal_key};
    struct store *s = NULL;
    int r = store_open(conf, &s);
    if (r == 0)
        r = store_update(s, a, renew, &n);
    store_close(s);
    return r;
}

static int make_beside(const struct gdpop_restore *what, struct arena *a, struct restoring *to,
                       struct conf *beside)
{
    struct sign_key *key;
    int r = sign_key_parse_private(BYTES(what->private_key, what->private_key_len),
                                   what->passphrase, "--key", &key);
    if (r == 0 && (r = make_place(to, beside)) == 0)
        r = unpack(what->fd, a, key, to, beside);
    sign_key_free(key);
    return r == 0 ? renew_store(beside, a, what->host, &to->seal_key) : r;
}

/* The keys may be the host's own by now. */
static void give_up(struct restoring *to, const struct conf *beside)
{
    bool own_keys = strcmp(beside->key_dir, to->target.key_dir) == 0;
    if (to->hold >= 0) {
        own_keys ? store_unmake(beside) : store_remove(beside);
        close(to->hold);
    }
    secret_wipe(&to->seal_key);
}

int gdpop_restore(struct gdpop *g, const struct gdpop_restore *what)
{
    struct restoring *to = arena_alloc(g->arena, sizeof(*to));
    struct arena *a = arena_new();
    struct conf beside;
    int r = to && a ? 0 : GDPOP_ERR_NOMEM;
    err_clear();
    if (r == 0 && g->conf_error != 0)
        r = err_fail(g->conf_error, "%s", g->conf_sentence);
    if (r != 0 || (r = act_check_unnamed(g)) < 0)
        goto out;
    *to = (struct restoring){.target = g->conf, .hold = -1};
    if ((r = store_is_absent(&to->target)) < 0)
        goto out;
    if ((r = make_beside(what, a, to, &beside)) < 0) {
        give_up(to, &beside);
    } else {
        g->conf = beside;
        g->restoring = to;
    }
out:
    arena_free(a);
    return r;
}

int restore_place(struct gdpop *g)
{
    int r = store_move(&g->conf, &g->restoring->target);
    if (r < 0)
        return r;
    g->conf = g->restoring->target;
    close(g->restoring->hold);
    secret_wipe(&g->restoring->seal_key);
    g->restoring = NULL;
    return 0;
}

/* ---- The act ---- */

static int restore(struct gdpop_admin *a, const struct request *q)
{
    const struct restoring *from = a->g->restoring;
    char minute[24];
    int r;
    if (!(a->flags & GDPOP_ADMIN_RESTORE))
        return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("a store is restored where there is none"));
    clock_format_minute(from->newest_at, a->utc_offset_min, minute);
    char *what = arena_printf(a->call.arena, "event %llu", (unsigned long long)from->sequence);
    if (!what)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_event(a, "backup.restore", NULL, what, request_word(q, "reason"))) != 0 ||
        (r = result_row(a, 0)) != 0 ||
        (r = result_number(a, "sequence", _("Newest event"), (int64_t)from->sequence)) != 0 ||
        (r = result_instant(a, "newest_at", _("Data of"), from->newest_at)) != 0 ||
        (r = result_secret(a, "secret", _("Seal key"), from->seal_key.text)) != 0)
        return r;
    return result_message(a,
                          _("the store is as it was at %s; what was done later is lost: freeze "
                            "again what was frozen, and give the auditor the new seal key"),
                          minute);
}

const struct operation operations_restore[] = {
    {.public = {.noun = "backup",
                .verb = "restore",
                .help = N_("Make the store of a host that has none from a backup."),
                .example = "--reason \"disk failed\" --to seal-key",
                .duties = GDPOP_DUTY_NONE,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                        REQUIRED("to", GDPOP_PARAM_OUT, "FILE",
                                 N_("a new file for the new seal key, for the auditor")),
                        PARAMS_END},
                .witnessed = ""},
     .run = restore},
    {.public = {.noun = NULL}},
};
