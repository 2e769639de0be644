/* The account store: LMDB behind tables of sealed records. The only room that sees lmdb.h.
 *
 * Caveats: LMDB is opened by store_open and closed by store_close, both within one library call;
 * threads of a process that call at the same time share one environment (keyed by device and
 * inode). After fork a child opens its own. No transaction is held over a prompt or a hash. Write
 * transactions of all processes queue on write.lock with a deadline (DESIGN 4.5, 4.6). */
#ifndef GDPOP_STORE_STORE_H
#define GDPOP_STORE_STORE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/lock.h"
#include "crypto/keyring.h"
#include "model/records.pb-c.h"
#include "settings/conf.h"
#include <stdbool.h>

struct store;
struct txn;
struct table;

enum { STORE_SCHEMA = 1 };

/* The file of the audit room in the store's directory: keys of the trail's seal. */
#define STORE_SEAL_FILE "seal"

/* Makes an empty store: directory 0700, data and lock files allocated in full, key ring, meta
 * record. Durable when it returns. Errors: GDPOP_ERR_EXISTS, GDPOP_ERR_SYSTEM, GDPOP_ERR_FULL.
 * Nothing half-made is left behind on an error. */
int store_create(const struct conf *conf);

/* GDPOP_ERR_EXISTS when there is a store, sound or not. */
int store_is_absent(const struct conf *conf);

/* Takes away the files of a store that store_create has just made and that is closed again, when
 * what was to be its first content failed. Keys stay. */
void store_unmake(const struct conf *conf);
/* The same with its keys and both directories, whatever is there: of a store for trial. */
void store_remove(const struct conf *conf);

/* One value as it lies in the store: sealed under the key ring that made it. */
struct store_value {
    const char *table; /* or index */
    struct bytes key, value;
};

/* For a backup: each value of all tables and indexes, as one transaction sees them. It lives during
 * the call; a return that is not 0 ends it and is returned. */
int store_dump(struct txn *t, int (*each)(const struct store_value *v, void *arg), void *arg);

/* As store_create, of the values that next gives: 1 and one of them, which must live until the next
 * call, 0 at the end, or an error. Their keys must stand in conf->key_dir already. Errors: also
 * GDPOP_ERR_FORMAT for a table not known here, and those of next. */
int store_create_from(const struct conf *conf, int (*next)(struct store_value *v, void *arg),
                      void *arg);

/* Puts the files of a store that nobody has open from one directory into another of the same file
 * system, which has none: GDPOP_ERR_EXISTS. A store is there when its data file is, which comes
 * last. */
int store_move(const struct conf *from, const struct conf *to);

/* The end of a store, by the caller who has proved that it may end. Files are overwritten in place
 * and removed: first all files of the key directory, after which nobody opens the store any more,
 * then, when it is closed, seal and data. Other files of its directory stay. GDPOP_ERR_SYSTEM. */
int store_wipe_keys(const struct conf *conf);
int store_wipe(const struct conf *conf);
/* One file; a missing one is no error. */
int store_wipe_file(const char *path);

/* Opens it and its keys. Missing or short lock file, wrong owner or mode, foreign schema, missing
 * keys are refused before LMDB is called. Errors: GDPOP_ERR_STORE, GDPOP_ERR_KEY, GDPOP_ERR_NOMEM,
 * GDPOP_ERR_BUSY (readers). */
int store_open(const struct conf *conf, struct store **sp);
void store_close(struct store *s); /* NULL is allowed */
/* How many processes have ended while they had the store open: they were killed, or pages of the
 * store are damaged so that LMDB ended them. Costs some microseconds and does not touch LMDB. */
unsigned store_left_open(const struct conf *conf);
/* From now on none, as the store has been found sound. */
void store_forget_left(const struct conf *conf);

const struct keyring *store_keyring(const struct store *s);
const struct conf *store_conf(const struct store *s);

/* A read transaction: short. a: where its records are decoded; it must outlive the transaction.
 * Errors: GDPOP_ERR_STORE, GDPOP_ERR_BUSY. */
int store_read(struct store *s, struct arena *a, struct txn **tp);

/* The write transaction: takes write.lock first, waiting at most conf->store_wait_sec. Errors: also
 * GDPOP_ERR_BUSY. */
int store_write(struct store *s, struct arena *a, struct txn **tp);

/* Before a large write transaction: makes the map so large that `bytes` more fit. Errors:
 * GDPOP_ERR_FULL, GDPOP_ERR_BUSY. */
int store_make_room(struct store *s, uint64_t bytes);

/* Commits durably and frees, whatever comes. On an error nothing was written. GDPOP_ERR_FULL from a
 * change or from here: the disk is full (EIO of a full disk too), or the transaction was larger
 * than the map's free half; in that case the map has been grown when the transaction has ended, and
 * the same change made again passes: store_update does that. Errors: GDPOP_ERR_FULL,
 * GDPOP_ERR_STORE. */
int txn_commit(struct txn *t);
void txn_abort(struct txn *t); /* NULL is allowed */
struct arena *txn_arena(const struct txn *t);
struct store *txn_store(const struct txn *t);
/* Where records are decoded from now on; returns the arena before. */
struct arena *txn_set_arena(struct txn *t, struct arena *a);

/* From now on t, a read transaction, shows the table as `changed` has it, from a copy in its arena:
 * so that a change is judged with everything else without holding the write lock. */
int store_shadow(struct txn *t, struct txn *changed, const struct table *table);

/* What the audit room keeps with a write transaction, NULL at first. ended is called once, when the
 * transaction has ended and the write lock is still held; durable: it was committed. */
struct txn_note {
    void (*ended)(struct txn_note *n, bool durable);
};
void txn_set_note(struct txn *t, struct txn_note *n);
struct txn_note *txn_note(const struct txn *t);

/* Called with each record that is put (before NULL: a new one) or deleted (after NULL), when it has
 * been; an error ends the change. The trail is not watched. */
struct table;
typedef int (*txn_watcher)(const struct table *table, struct bytes key, const void *before,
                           const void *after, void *arg);
void txn_watch(struct txn *t, txn_watcher watcher, void *arg);

/* Runs change(t, arg) in a write transaction and commits; when the map was full it grows the map
 * and runs change again from the start, so change must have no effect outside the transaction. The
 * error of change aborts. The thread should have no other transaction open: the map cannot grow
 * under it (GDPOP_ERR_BUSY after store_wait_sec). */
int store_update(struct store *s, struct arena *a, int (*change)(struct txn *t, void *arg),
                 void *arg);

/* ---- Tables: each is declared in its own file (store/person.c …) ---- */

extern const struct table table_meta, table_organisation, table_person, table_account,
    table_credential, table_counter, table_source, table_device, table_binding, table_host,
    table_workplace, table_permit, table_agreement, table_session, table_profile, table_override,
    table_policy, table_event;
extern const struct table table_register, table_obligation, table_calendar;
extern const struct table table_checkpoint, table_archive;
extern const struct table table_role, table_request;
extern const struct table table_backup, table_backup_key;
extern const struct table table_entering;

/* All tables, ended by NULL. */
extern const struct table *const store_tables[];
const char *table_name(const struct table *t);

/* One record by its key; *message in the transaction's arena. Errors: GDPOP_ERR_NOT_FOUND (no
 * sentence is set), GDPOP_ERR_SEAL, GDPOP_ERR_STORE. */
int store_get(struct txn *t, const struct table *table, struct bytes key, void **message);

/* Writes it with its index entries (those of the record it replaces are removed). Errors:
 * GDPOP_ERR_EXISTS when a unique index would hold two (the sentence names the index),
 * GDPOP_ERR_FULL, GDPOP_ERR_STORE. */
int store_put(struct txn *t, const struct table *table, struct bytes key, const void *message);
int store_delete(struct txn *t, const struct table *table, struct bytes key);

/* Calls each(key, message, arg) for the records whose key begins with prefix, in key order, until
 * it returns non-zero (returned; positive values stop without error). The message lives in the
 * transaction's arena, the key during the call. each must not write to the table. */
int store_each(struct txn *t, const struct table *table, struct bytes prefix,
               int (*each)(struct bytes key, void *message, void *arg), void *arg);
/* The same for large tables: the message lives during the call only. */
int store_scan(struct txn *t, const struct table *table, struct bytes prefix,
               int (*each)(struct bytes key, void *message, void *arg), void *arg);
/* store_scan of the whole table, with the work shared among threads where it is long and the host
 * has processors: args[i] is passed in one thread only, for records that follow those of
 * args[i - 1]; not all of args need be used. Threads do not outlive the call. */
int store_scan_shared(struct txn *t, const struct table *table,
                      int (*each)(struct bytes key, void *message, void *arg), void *const *args,
                      size_t count);
/* Number of records. */
int store_records(struct txn *t, const struct table *table, uint64_t *count);

/* ---- Typed shorthands: key spelling lives here and nowhere else ---- */

int store_meta(struct txn *t, Model__Meta **meta);
int store_put_meta(struct txn *t, const Model__Meta *meta);
/* The next number of a kind of id, formatted: "P000001", "D000001", "X000001". */
int store_next_id(struct txn *t, char letter, char **id);

int store_get_organisation(struct txn *t, const char *id, Model__Organisation **o);
int store_put_organisation(struct txn *t, const Model__Organisation *o);
int store_get_person(struct txn *t, const char *id, Model__Person **p);
int store_put_person(struct txn *t, const Model__Person *p);
/* The keyed digest of a document, as former_documents keep it. */
int store_document_digest(struct txn *t, const char *type, const char *number,
                          uint8_t out[static 32]);
int store_get_account(struct txn *t, const char *name, Model__Account **x);
int store_put_account(struct txn *t, const Model__Account *x);
int store_get_credential(struct txn *t, const char *account, Model__Credential **c);
int store_put_credential(struct txn *t, const char *account, const Model__Credential *c);
int store_get_counter(struct txn *t, const char *account,
                      Model__Counter **c); /* an empty record when there is none */
int store_put_counter(struct txn *t, const char *account, const Model__Counter *c);
int store_get_source(struct txn *t, const char *address,
                     Model__Counter **c); /* the same, of an address */
int store_put_source(struct txn *t, const char *address, const Model__Counter *c);
int store_get_device(struct txn *t, const char *id, Model__Device **d);
int store_put_device(struct txn *t, const Model__Device *d);
int store_get_host(struct txn *t, const char *id, Model__Host **h);
int store_put_host(struct txn *t, const Model__Host *h);
int store_get_permit(struct txn *t, const char *id, Model__Permit **p);
int store_put_permit(struct txn *t, const Model__Permit *p);
int store_get_agreement(struct txn *t, const char *id, Model__Agreement **g);
int store_put_agreement(struct txn *t, const Model__Agreement *g);
int store_get_session(struct txn *t, const char *account, const char *id, Model__Session **s);
int store_put_session(struct txn *t, const Model__Session *s);
int store_get_profile(struct txn *t, const char *name, Model__Profile **p);
int store_put_profile(struct txn *t, const Model__Profile *p);
int store_put_override(struct txn *t, const Model__Override *o);
int store_delete_override(struct txn *t, const char *setting);
/* systems: sorted, joined by '+', "" for none. */
int store_get_policy(struct txn *t, const char *systems, Model__Policy **p);
int store_put_policy(struct txn *t, const char *systems, const Model__Policy *p);
int store_get_role(struct txn *t, const char *name, Model__Role **role);
int store_put_role(struct txn *t, const Model__Role *role);
int store_delete_role(struct txn *t, const char *name);
int store_get_request(struct txn *t, const char *id, Model__Request **q);
int store_put_request(struct txn *t, const Model__Request *q);
int store_put_workplace(struct txn *t, const Model__Workplace *w);
int store_delete_workplace(struct txn *t, const Model__Workplace *w);

/* ---- Indexes ---- */

/* Person with this document, account that this person has and that is not closed (name), account
 * with this uid, device with this key or code. GDPOP_ERR_NOT_FOUND when none. Texts in the arena.
 */
int store_person_by_document(struct txn *t, const char *type, const char *number, char **person);
int store_account_of_person(struct txn *t, const char *person, char **account);
int store_account_by_uid(struct txn *t, uint32_t uid, char **account);
/* key: "type base64" (a comment is ignored). */
int store_device_by_key(struct txn *t, const char *key, char **device);
/* code: one of Device.codes. */
int store_device_by_code(struct txn *t, const char *code, char **device);

/* Bindings of an account / of a device, ended ones included, oldest first. */
int store_bindings_of_account(struct txn *t, const char *account, Model__Binding ***list,
                              size_t *count);
int store_bindings_of_device(struct txn *t, const char *device, Model__Binding ***list,
                             size_t *count);
int store_put_binding(struct txn *t, const Model__Binding *b);

/* Sessions of an account that are not closed in the table. */
int store_open_sessions(struct txn *t, const char *account, Model__Session ***list, size_t *count);
/* Permits of a subject (account, organisation or ""), of a kind or any (NULL), ended ones included.
 */
int store_permits_of(struct txn *t, const char *subject, const char *kind, Model__Permit ***list,
                     size_t *count);
int store_agreements_of(struct txn *t, const char *person, Model__Agreement ***list, size_t *count);
/* The same of an organisation. */
int store_agreements_of_unit(struct txn *t, const char *organisation, Model__Agreement ***list,
                             size_t *count);
/* Requests that are not closed, oldest first. */
int store_open_requests(struct txn *t, Model__Request ***list, size_t *count);

/* Registers: entries of one register, entries about a person; oldest first. */
int store_get_register_entry(struct txn *t, const char *id, Model__RegisterEntry **e);
int store_put_register_entry(struct txn *t, const Model__RegisterEntry *e);
int store_register_entries(struct txn *t, const char *name, Model__RegisterEntry ***list,
                           size_t *count);
int store_register_of_person(struct txn *t, const char *person, Model__RegisterEntry ***list,
                             size_t *count);
int store_get_obligation(struct txn *t, const char *id, Model__Obligation **o);
int store_put_obligation(struct txn *t, const Model__Obligation *o);
int store_open_obligations(struct txn *t, Model__Obligation ***list, size_t *count);
int store_put_calendar(struct txn *t, const Model__Calendar *c);

/* All workplaces whose network holds the address, the longest prefix first. */
struct address;
int store_workplaces_at(struct txn *t, const struct address *address, Model__Workplace ***list,
                        size_t *count);
/* The organisation id is `top` or is supervised by it, over any number of levels. Cycles end as
 * false. */
int store_is_within(struct txn *t, const char *organisation, const char *top, bool *within);

/* ---- Trail: raw entries for the audit room, which alone writes them ---- */
int store_last_event(struct txn *t, uint64_t *sequence,
                     Model__TrailEntry **entry); /* GDPOP_ERR_NOT_FOUND in an empty one */
int store_append_event(struct txn *t, uint64_t sequence, const Model__TrailEntry *entry);
/* Entries from..to (0: the end) in order; entry lives during the call, NULL when its bytes cannot
 * be read. */
int store_each_event(struct txn *t, uint64_t from, uint64_t to,
                     int (*each)(uint64_t sequence, Model__TrailEntry *entry, void *arg),
                     void *arg);

int store_put_backup(struct txn *t, const Model__Backup *b);
int store_get_backup(struct txn *t, const char *id, Model__Backup **b);
int store_backups(struct txn *t, Model__Backup ***list, size_t *count);
int store_put_backup_key(struct txn *t, const Model__BackupKey *k);
int store_get_backup_key(struct txn *t, const char *id, Model__BackupKey **k);
int store_backup_keys(struct txn *t, Model__BackupKey ***list, size_t *count);

/* How far a table has been entered that takes several acts, by its digest; none when it is done. */
int store_put_entering(struct txn *t, const Model__Entering *e);
int store_get_entering(struct txn *t, const char *id, Model__Entering **e);
int store_end_entering(struct txn *t, const char *id);

/* Signed points of the trail, by the number of their event. */
int store_put_checkpoint(struct txn *t, const Model__Checkpoint *c);
int store_get_checkpoint(struct txn *t, uint64_t sequence, Model__Checkpoint **c);

/* Archives of the trail, by the number of their last event; all of them in that order. */
int store_put_archive(struct txn *t, const Model__Archive *x);
int store_get_archive(struct txn *t, uint64_t last, Model__Archive **x);
int store_archives(struct txn *t, Model__Archive ***list, size_t *count);
/* Takes events first..last out of the table; only the audit room does, when an archive has them. */
int store_remove_events(struct txn *t, uint64_t first, uint64_t last);

/* Takes the account's counting lock: held over read counter, hash, commit (DESIGN 4.7). */
int store_count_lock(const struct conf *conf, const char *account, struct lock *l);

/* Every record opens, every index entry has its record and every record its entries. *problems
 * counts what does not; report() gets a sentence each. */
int store_check(struct txn *t, void (*report)(const char *sentence, void *arg), void *arg,
                size_t *problems);

/* Seals by the current key of the ring what an older one sealed, in bounded transactions, while the
 * store is in use; s is opened after the key was made. Stopped halfway, the rest is done by the
 * next call. Errors: GDPOP_ERR_SEAL for a value that does not open, GDPOP_ERR_BUSY. */
int store_reseal(struct store *s, uint64_t *changed);

/* How many values each key seals. */
enum { KEY_USE_MAX = 64 };
struct key_use {
    size_t count;
    struct {
        uint32_t id;
        uint64_t values;
    } list[KEY_USE_MAX];
};
int store_key_use(struct txn *t, struct key_use *use);

/* What `status` tells: bytes of data in use, of the file up to its last page in use, of the map;
 * reader slots. */
struct store_stat {
    uint64_t used_bytes, file_bytes, map_bytes;
    unsigned readers, readers_max;
};
int store_stat(struct store *s, struct store_stat *st);
/* Bytes that records can still take: what is free in the map, whose blocks are taken from the disk,
 * and on the disk. Counts no further than enough_bytes where the disk alone has them. */
int store_room(struct txn *t, uint64_t enough_bytes, uint64_t *bytes);
/* Bytes of a table with its indexes. */
int store_table_bytes(struct txn *t, const struct table *table, uint64_t *bytes);

#endif
