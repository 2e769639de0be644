/* Backups: for whom they are made, making them, trying whether they can be restored. */
#include "admin/backup_file.h"

#include "admin/admin.h"
#include "audit/export.h"
#include "audit/trail.h"
#include "base/host.h"
#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- For whom ---- */

static int key_add(struct gdpop_admin *a, const struct request *q)
{
    Model__BackupKey *known, k = MODEL__BACKUP_KEY__INIT;
    struct sign_key *key;
    uint8_t digest[32];
    char id[17];
    int r = sign_key_parse(request_file(q, "public"), "--public", &key);
    if (r != 0)
        return r;
    if ((r = sign_key_fingerprint(key, digest)) == 0)
        r = sign_public_pem(key, a->call.arena, &k.pem);
    sign_key_free(key);
    if (r != 0)
        return r;
    bytes_to_hex(BYTES(digest, 8), id);
    k.id = id;
    k.added_at = a->now_at;
    k.added_by = (char *)a->actor;
    r = store_get_backup_key(a->call.txn, id, &known);
    if (r == 0 && !known->ended_at)
        return err_fail(GDPOP_ERR_EXISTS, _("backups are made for the key %s already"), id);
    if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) || (r = store_put_backup_key(a->call.txn, &k)) != 0 ||
        (r = admin_event(a, "backup.key-add", NULL, id, NULL)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Key"), id)) != 0)
        return r;
    return result_message(a,
                          _("backups are made for the key %s from now on; keep its private half "
                            "off this host"),
                          id);
}

static int key_end(struct gdpop_admin *a, const struct request *q)
{
    Model__BackupKey *k;
    const char *id = request_word(q, "id");
    int r = store_get_backup_key(a->call.txn, id, &k);
    if (r == GDPOP_ERR_NOT_FOUND || (r == 0 && k->ended_at))
        return err_fail(GDPOP_ERR_NOT_FOUND, _("no backup is made for a key %s"), id);
    if (r != 0)
        return r;
    k->ended_at = a->now_at;
    if ((r = store_put_backup_key(a->call.txn, k)) != 0 ||
        (r = admin_event(a, "backup.key-end", NULL, id, NULL)) != 0)
        return r;
    return result_message(a, _("the key %s opens those that were made before, and no later ones"),
                          id);
}

static int list_keys(struct gdpop_admin *a, const struct request *q)
{
    Model__BackupKey **list;
    size_t count;
    int r = store_backup_keys(a->call.txn, &list, &count);
    (void)q;
    result_list(a);
    for (size_t i = 0; r == 0 && i < count; i++)
        if ((r = result_row(a, 0)) == 0 && (r = result_text(a, "id", _("Key"), list[i]->id)) == 0 &&
            (r = result_instant(a, "added_at", _("Since"), list[i]->added_at)) == 0 &&
            (r = result_text(a, "added_by", _("By"), list[i]->added_by)) == 0)
            r = result_instant(a, "ended_at", _("Ended"), list[i]->ended_at);
    return r;
}

/* ---- Making one ---- */

struct making {
    Model__Backup label;
    struct sign_key *recipient[ENVELOPE_RECIPIENTS_MAX];
    size_t count;
    int fd, error;
};

static int find_recipients(struct gdpop_admin *a, struct making *m)
{
    Model__BackupKey **list;
    size_t count;
    int r = store_backup_keys(a->call.txn, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (list[i]->ended_at)
            continue;
        if (m->count == ENVELOPE_RECIPIENTS_MAX)
            return err_fail(GDPOP_ERR_REFUSED, _("backups can be made for %d keys at most"),
                            ENVELOPE_RECIPIENTS_MAX);
        r = sign_key_parse(bytes_of_text(list[i]->pem), list[i]->id, &m->recipient[m->count]);
        if (r == 0)
            m->count++;
    }
    if (r == 0 && m->count == 0)
        r = err_fail(
            GDPOP_ERR_REFUSED,
            _("a backup is encrypted for a key that is not on this host, and none is known "
              "yet: gdpop-admin backup key-add"));
    return r;
}

static int fill_label(struct gdpop_admin *a, Model__Backup *b)
{
    Model__Meta *meta;
    Model__Host *h;
    model__backup__init(b);
    int r = store_meta(a->call.txn, &meta);
    if (r != 0 || (r = store_next_id(a->call.txn, 'B', &b->id)) != 0 ||
        (r = trail_public_key(&a->g->conf, a->call.arena, &b->certificate)) != 0)
        return r;
    r = store_get_host(a->call.txn, a->host_id, &h);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    b->host_name = admin_copy(a, r == 0 ? h->name : "");
    b->store_id = meta->store_id;
    b->host = admin_copy(a, a->host_id);
    b->gdpop_version = admin_copy(a, GDPOP_VERSION);
    b->schema = STORE_SCHEMA;
    b->made_at = a->now_at;
    b->made_by = admin_copy(a, a->actor);
    return b->host_name && b->host && b->gdpop_version && b->made_by ? 0 : GDPOP_ERR_NOMEM;
}

static int put_made(struct txn *t, void *arg)
{
    const struct making *m = arg;
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = m->label.made_by;
    e.action = (char *)"backup.made";
    e.object = m->label.id;
    e.outcome = (char *)(uintptr_t)(m->error ? "failed" : "done");
    e.detail = m->error ? (char *)(uintptr_t)gdpop_strerror(m->error)
                        : arena_printf(txn_arena(t), "event %llu, %llu bytes",
                                       (unsigned long long)m->label.sequence,
                                       (unsigned long long)m->label.bytes);
    int r = e.detail ? trail_append(t, &e) : GDPOP_ERR_NOMEM;
    return r == 0 && !m->error ? store_put_backup(t, &m->label) : r;
}

static int close_epoch(struct txn *t, void *arg)
{
    (void)arg;
    return trail_close_epoch(t);
}

/* The event that says who takes a copy stands before the copy is there. */
static int write_out(struct gdpop_admin *a)
{
    struct making *m = a->after_arg;
    m->error = store_update(a->call.store, a->call.arena, close_epoch, NULL);
    if (m->error == 0)
        m->error = backup_write(a->call.store, a->call.arena, &m->label,
                                (const struct sign_key *const *)m->recipient, m->count, m->fd);
    for (size_t i = 0; i < m->count; i++)
        sign_key_free(m->recipient[i]);
    char *sentence = arena_strdup(a->call.arena, err_sentence());
    int r = store_update(a->call.store, a->call.arena, put_made, m);
    if (m->error == 0)
        return r;
    if (r != 0)
        log_error("a failed backup by %s could not be recorded: %s", a->actor, err_sentence());
    return sentence ? err_fail(m->error, "%s", sentence) : m->error;
}

static int create(struct gdpop_admin *a, const struct request *q)
{
    struct making *m = arena_alloc(a->call.arena, sizeof(*m));
    if (!m)
        return GDPOP_ERR_NOMEM;
    *m = (struct making){.fd = atoi(request_word(q, "out"))};
    int r = a->self ? admin_host_in_scope(a) : 0;
    if (r == 0 && (r = find_recipients(a, m)) == 0)
        r = fill_label(a, &m->label);
    if (r == 0)
        r = admin_event(a, "backup.create", NULL, m->label.id, NULL);
    if (r == 0 && (r = result_row(a, 0)) == 0)
        r = result_text(a, "id", _("Backup"), m->label.id);
    for (size_t i = 0; r != 0 && i < m->count; i++)
        sign_key_free(m->recipient[i]);
    if (r != 0)
        return r;
    a->after = write_out;
    a->after_arg = m;
    return result_message(a, _("backup %s is made; try it: gdpop-admin backup drill"), m->label.id);
}

/* ---- Looking ---- */

static int describe(struct gdpop_admin *a, const Model__Backup *b)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Backup"), b->id)) != 0 ||
        (r = result_instant(a, "made_at", _("Made"), b->made_at)) != 0 ||
        (r = result_text(a, "made_by", _("By"), b->made_by)) != 0 ||
        (r = result_text(a, "host", _("Host"), b->host_name[0] ? b->host_name : b->host)) != 0 ||
        (r = result_event(a, "sequence", _("Newest event"), b->sequence)) != 0 ||
        (r = result_instant(a, "newest_at", _("Data of"), b->newest_at)) != 0)
        return r;
    return result_number(a, "bytes", _("Bytes"), (int64_t)b->bytes);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    Model__Backup **all;
    size_t count;
    int r = store_backups(a->call.txn, &all, &count);
    (void)q;
    result_list(a);
    for (size_t i = 0; r == 0 && i < count; i++)
        if ((r = describe(a, all[i])) == 0)
            r = result_instant(a, "drilled_at", _("Tried"), all[i]->drilled_at);
    return r;
}

static int verify(struct gdpop_admin *a, const struct request *q)
{
    Model__Backup *b;
    struct sign_key *key;
    int r = trail_sign_key(&a->g->conf, &key);
    if (r != 0)
        return r;
    r = backup_look(atoi(request_word(q, "file")), a->call.arena, key, &b);
    sign_key_free(key);
    if (r != 0 || (r = describe(a, b)) != 0)
        return r;
    return result_message(a, _("the file is whole and signed by this host; only a drill tells "
                               "whether its content can be restored"));
}

/* ---- Trying ---- */

struct drill {
    Model__Backup *label;
    bool ours; /* signed by this host: whoever has the public key could make one that is not */
    int64_t took_usec;
    size_t problems;
};

static void tell(const char *sentence, void *arg)
{
    (void)arg;
    log_error("drill: %s", sentence);
}

static int check_content(struct txn *t, struct drill *d)
{
    struct trail_report report;
    int r = store_check(t, tell, NULL, &d->problems);
    if (r == 0 && (r = trail_verify_copy(t, &report)) == 0 && report.last != d->label->sequence)
        r = err_fail(GDPOP_ERR_TRAIL, _("the trail of the backup ends with event %llu, not %llu"),
                     (unsigned long long)report.last, (unsigned long long)d->label->sequence);
    return r;
}

static int check_store(const struct conf *conf, struct drill *d)
{
    struct arena *arena = arena_new();
    struct store *s = NULL;
    struct txn *t = NULL;
    int r = arena ? store_open(conf, &s) : GDPOP_ERR_NOMEM;
    if (r == 0 && (r = store_read(s, arena, &t)) == 0)
        r = check_content(t, d);
    txn_abort(t);
    store_close(s);
    arena_free(arena);
    return r;
}

static int private_key(const struct request *q, struct sign_key **key)
{
    const char *passphrase = request_text(q, "passphrase");
    return sign_key_parse_private(request_file(q, "key"), passphrase, "--key", key);
}

/* A signature that is another's is no error here: the backup may be of another host. */
static int is_ours(struct gdpop_admin *a, int fd, bool *ours)
{
    Model__Backup *label;
    struct sign_key *key;
    int r = trail_sign_key(&a->g->conf, &key);
    if (r != 0)
        return r;
    r = backup_look(fd, a->call.arena, key, &label);
    sign_key_free(key);
    *ours = r == 0;
    return r == GDPOP_ERR_SEAL ? 0 : r;
}

/* All of it before the write transaction: others work meanwhile. */
static int drill_prepare(struct gdpop_admin *a, const struct request *q)
{
    struct drill *d = arena_alloc(a->call.arena, sizeof(*d));
    struct conf place;
    struct sign_key *key;
    int64_t began = clock_now();
    int hold = -1, fd = atoi(request_word(q, "file"));
    if (!d)
        return GDPOP_ERR_NOMEM;
    *d = (struct drill){.label = NULL};
    int r = is_ours(a, fd, &d->ours);
    if (r != 0 || (r = private_key(q, &key)) != 0)
        return r;
    if ((r = backup_place(&a->g->conf, "drill", &place, &hold)) == 0) {
        r = backup_unpack(fd, a->call.arena, key, &place, &d->label);
        if (r == 0)
            r = check_store(&place, d);
        store_remove(&place);
        close(hold);
    }
    sign_key_free(key);
    d->took_usec = clock_now() - began;
    a->prepared = d;
    return r;
}

/* Another store has a backup of this number too, and anybody can make a file that bears it. */
static bool is_label_of(const Model__Backup *known, const Model__Backup *label)
{
    return strcmp(known->store_id, label->store_id) == 0 && known->sequence == label->sequence &&
           bytes_equal(BYTES(known->digest.data, known->digest.len),
                       BYTES(label->digest.data, label->digest.len));
}

static int note_drill(struct gdpop_admin *a, const struct drill *d)
{
    Model__Backup *known;
    int r = store_get_backup(a->call.txn, d->label->id, &known);
    if (r != 0 || d->problems > 0 || !d->ours)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r; /* made elsewhere, or before this store */
    if (!is_label_of(known, d->label))
        return 0;
    known->drilled_at = a->now_at;
    known->drill_msec = (uint64_t)d->took_usec / 1000;
    return store_put_backup(a->call.txn, known);
}

static int drill(struct gdpop_admin *a, const struct request *q)
{
    const struct drill *d = a->prepared;
    int64_t age_min = (a->now_at - d->label->newest_at) / (60 * CLOCK_SECOND);
    char *detail = arena_printf(a->call.arena, "%zu problems, %lld ms, data %lld min old",
                                d->problems, (long long)(d->took_usec / 1000), (long long)age_min);
    int r;
    (void)q;
    if (!detail)
        return GDPOP_ERR_NOMEM;
    a->result.ok = d->problems == 0;
    if ((r = note_drill(a, d)) != 0 ||
        (r = admin_event(a, "backup.drill", NULL, d->label->id, detail)) != 0 ||
        (r = describe(a, d->label)) != 0 ||
        (r = result_number(a, "problems", _("Problems"), (int64_t)d->problems)) != 0 ||
        (r = result_number(a, "took_msec", _("Took (ms)"), d->took_usec / 1000)) != 0 ||
        (r = result_number(a, "data_age_min", _("Age of the data (min)"), age_min)) != 0)
        return r;
    return result_message(a, a->result.ok
                                 ? _("the backup can be restored: every record opens and the trail "
                                     "verifies")
                                 : _("the backup is damaged; the log names what does not open"));
}

#define SOURCE(text) REQUIRED("file", GDPOP_PARAM_SOURCE, "FILE", text)

const struct operation operations_backup[] = {
    {.public = {.noun = "backup",
                .verb = "key-add",
                .help = N_("Encrypt backups for the holder of this SM2 key from now on."),
                .example = "--public backup.pub",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){REQUIRED("public", GDPOP_PARAM_FILE, "FILE",
                                                                N_("public key, PEM")),
                                                       PARAMS_END}},
     .run = key_add},
    {.public = {.noun = "backup",
                .verb = "key-end",
                .help = N_("Make no more backups for this key."),
                .example = "3f2a6c0de1b94857",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){POSITIONAL("id", "KEY", N_("its id")),
                                                       PARAMS_END}},
     .run = key_end},
    {.public = {.noun = "backup",
                .verb = "keys",
                .help = N_("List the keys that backups are made for."),
                .example = "",
                .duties = GDPOP_DUTY_ANY,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list_keys},
    {.public = {.noun = "backup",
                .verb = "create",
                .help = N_("Write an encrypted, signed copy of the store while it is in use."),
                .example = "--out monday.backup",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_HOST,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("out", GDPOP_PARAM_STREAM, "FILE", N_("a new file")), PARAMS_END}},
     .run = create},
    {.public = {.noun = "backup",
                .verb = "list",
                .help = N_("List the backups that were made, and when each was tried."),
                .example = "",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "backup",
                .verb = "verify",
                .help = N_("Tell whether a backup is whole and signed by this host."),
                .example = "--file monday.backup",
                .duties = GDPOP_DUTY_ANY,
                .params = (const struct gdpop_param[]){SOURCE(N_("the backup")), PARAMS_END}},
     .run = verify},
    {.public = {.noun = "backup",
                .verb = "drill",
                .help = N_("Restore a backup for trial, check all of it and take it away again."),
                .example = "--file monday.backup --key backup.key",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){SOURCE(N_("the backup")),
                                                 REQUIRED("key", GDPOP_PARAM_FILE, "FILE",
                                                          N_("private key it was made for, PEM")),
                                                 {.name = "passphrase",
                                                  .kind = GDPOP_PARAM_SECRET,
                                                  .help = N_("Passphrase of the backup key")},
                                                 PARAMS_END}},
     .prepare = drill_prepare,
     .run = drill},
    {.public = {.noun = NULL}},
};
