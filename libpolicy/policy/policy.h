/* How a login is decided: facts are read in one short transaction, rules judge them, the verdict
 * and its event are written (DESIGN 4.10). Inner header of the policy room, used by admin. */
#ifndef GDPOP_POLICY_POLICY_H
#define GDPOP_POLICY_POLICY_H

#include "audit/trail.h"
#include "base/clock.h"
#include "crypto/phash.h"
#include "rules/rule.h"
#include "settings/conf.h"
#include "store/store.h"

/* Of who proved a password, what tells whether it is the same still. */
#define PROOF_BYTES sizeof(((struct gdpop_verdict *)0)->proof)

/* Who stands by at a sensitive act, the password proved. */
enum { WITNESSES_MAX = 8 };
struct witness {
    char account[GDPOP_NAME_MAX_BYTES + 1];
    char proof[PROOF_BYTES];
};

/* A store that conf names beside its place until an act puts it there (gdpop_restore). */
struct restoring {
    struct conf target;
    int hold;               /* of that place, by a descriptor */
    struct secret seal_key; /* for the auditor */
    uint64_t sequence;      /* newest event of the backup, and its instant */
    int64_t newest_at;
};

struct gdpop {
    struct conf conf;
    int conf_error; /* denies every call but those for break-glass names */
    char conf_sentence[512];
    struct arena *arena;                   /* texts that live as long as the handle */
    struct restoring *restoring;           /* NULL: nothing is */
    struct witness witness[WITNESSES_MAX]; /* of the next act that changes something */
    size_t witness_count;
    uint32_t caller_uid; /* gdpop_admin_caller, 0 nobody */
};

/* ---- facts.c ---- */

struct facts_cache;

/* The records that a login touches, for those who write after the judgement. All in the arena; NULL
 * where there is none. */
struct subject {
    struct facts facts;
    struct settings place, password;
    Model__Account *account;
    Model__Person *person;
    Model__Organisation *organisation;
    Model__Credential *credential;
    Model__Counter *counter;
    Model__Host *host;
    Model__Device *device;
    Model__Session **conflicting; /* live sessions of the account on another device or at another
                                     place */
    size_t conflicting_count;
    char host_id[33];
    char boot_id[40];
    struct facts_cache *cache; /* NULL: none */
};

/* Reads all that a decision about ev needs. An unknown user gives facts with state STATE_NONE.
 * Errors: those of the store. */
int facts_read(struct txn *t, const struct gdpop_evidence *ev, enum rule_phase phase,
               struct subject *s);
/* The same as another host would, host_id NULL: this one. cache (NULL: none) keeps what is the same
 * in many calls on one transaction: compiled settings, this host's boot. */
int facts_read_at(struct txn *t, const char *host_id, struct facts_cache *cache,
                  const struct gdpop_evidence *ev, enum rule_phase phase, struct subject *s);

/* Whether the session's leader still lives on this boot. */
bool facts_session_lives(const Model__Session *session, const char *boot_id);

/* ---- facts_cache.c ---- */
/* NULL when memory is short. Its texts live in a. */
struct facts_cache *facts_cache_new(struct arena *a);
/* policy_settings, each set of systems read only once; cache NULL: just that. */
int facts_settings(struct txn *t, struct facts_cache *cache, char **systems, size_t count,
                   struct settings *out);
void facts_boot_id(struct facts_cache *cache, char out[static 40]);

/* ---- place.c, device.c, live.c, actor.c: parts of facts_read ---- */
int facts_place(struct txn *t, const struct gdpop_evidence *ev, struct subject *s);
int facts_device(struct txn *t, const struct gdpop_evidence *ev, struct subject *s);
int facts_sessions(struct txn *t, const struct gdpop_evidence *ev, struct subject *s);
int facts_actor(struct txn *t, const struct gdpop_evidence *ev, struct subject *s);

/* ---- effective.c: which settings hold ---- */

/* Compiles the loaded profiles and overrides into one record for each set of systems. Called in
 * every act that changes them. */
int policy_compile(struct txn *t);
/* The settings for systems (any order, duplicates allowed). Errors: GDPOP_ERR_STORE when nothing
 * was compiled. */
int policy_settings(struct txn *t, char **systems, size_t count, struct settings *out);
/* Whether a permit is in force for the account: from ≤ now < until, not ended, and not given by
 * itself. An administrator's own permits for an organisation, or for all, are without effect on the
 * administrator: nobody acts on themselves. */
bool policy_permit_holds(const Model__Permit *p, const char *account, int64_t now_at);
/* Waivers in force for this account and organisation, applied to out. */
int policy_waive(struct txn *t, const char *account, const char *organisation, int64_t now_at,
                 struct settings *out);

/* ---- pledge.c ---- */

/* The regulation of each of the account's systems asks for its own pledge (GD-5.4, SZ-24), signed
 * on or after since_at. *lacks: the first kind that is not on file, in the arena of t; NULL none.
 * sole: the settings of the account's only system where they are at hand, else NULL. */
int policy_pledge(struct txn *t, const Model__Account *x, const struct settings *sole,
                  int64_t since_at, int64_t now_at, const char **lacks);

/* ---- decide.c ---- */

/* Judges s->facts and puts the decision into words: "TAG CODE text". v is complete but for session.
 */
void decide(const struct subject *s, struct trace *trace, struct gdpop_verdict *v);
/* The event of a decision, filled from evidence and verdict; texts in the arena of t. */
int decide_event(struct txn *t, const struct gdpop_evidence *ev, const struct subject *s,
                 const char *action, const struct gdpop_verdict *v, const struct trace *trace);
/* Makes v the denial that an error is, with a log line. Returns r. */
int decide_error(const struct gdpop_evidence *ev, int r, const char *phase,
                 struct gdpop_verdict *v);
void verdict_init(struct gdpop_verdict *v);

/* ---- identify.c ---- */

/* GDPOP_IGNORED or GDPOP_DENIED (go on) into v->outcome; never opens the store. */
void identify(const struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v);

/* ---- breakglass.c ---- */

/* Leaves the event of a break-glass session: written by a child, waited for one second at most,
 * whatever comes of it. */
void breakglass_note_session(struct gdpop *g, const struct gdpop_evidence *ev);
/* In the same way, of a login that is denied because a local account of its name is in the way:
 * what identify decides is decided without the store. */
void breakglass_note_conflict(struct gdpop *g, const struct gdpop_evidence *ev, const char *action);

/* ---- apart.c ---- */

/* Runs work(arg), which writes its answer into the size bytes at answer. A caller whose real uid is
 * not 0 could stop or kill this process while it holds the store; for such a one work runs in a
 * child in a session of its own, with real uid 0 and all signals blocked (DESIGN 4.6). So it does
 * for everybody while store_left_open: damaged pages may end the process that reads them, and then
 * that is the child. Returns what work returned, or GDPOP_ERR_SYSTEM. */
int apart_run(const struct gdpop *g, uid_t caller_uid, int (*work)(void *arg), void *arg,
              void *answer, size_t size);
/* The same in a child whoever calls: for work that leaves in memory what must not stay there. */
int apart_always(int (*work)(void *arg), void *arg, void *answer, size_t size);

/* In a forked child: a session and user id of its own, signals blocked, standard files and working
 * directory its own, and none of the limits and priorities that the calling user chose. 0 or -1. */
int apart_footing(void);

/* ---- source.c ---- */

#define SOURCE_BYTES 64

/* Where a password is given from. */
struct source {
    char
        name[SOURCE_BYTES]; /* key of its counter: address, network, terminal or user of the host */
    bool can_log_in;        /* no rule refuses the account from here whatever the password */
    bool lends;             /* the rule lending refuses who gives it */
};

void source_name(const struct gdpop_evidence *ev, enum service_class service_class,
                 char out[static SOURCE_BYTES]);
/* Asks the rules about where from, by what and by whom, as the account phase will. s: facts of the
 * auth phase. */
void source_judge(const struct gdpop_evidence *ev, const struct subject *s, struct source *source);

enum flood { FLOOD_EVENT, FLOOD_SUMMARY, FLOOD_SILENT };
#define FLOOD_TEXT "further failures from here are not recorded one by one"

/* Counts one more attempt that nobody has proved, and tells whether it is an event of its own, the
 * summary of those to come in this window, or neither. */
int source_flood(struct txn *t, const char *name, enum flood *flood);

/* ---- spoken.c: a code told by telephone in place of a forgotten password ---- */

#define SPOKEN_CODE "reset"

/* Whether a code of this credential is in force, and this login one that may use it: from the bound
 * device at the workplace, whatever exceptions and waivers hold. */
bool spoken_may(const struct subject *s, const Model__Credential *c, int64_t now_at);
enum spoken { SPOKEN_NONE, SPOKEN_WRONG, SPOKEN_RIGHT };
/* What was typed: no code at all, a wrong one, the right one. */
int spoken_judge(const struct store *s, const char *account, const Model__Credential *c,
                 const struct secret *typed, enum spoken *is);
/* A hash that no password has, in place of the forgotten one. */
int spoken_blank(const struct settings *s, char out[static PHASH_MAX_BYTES]);
/* Uses the code up: until a new password is chosen nobody logs in. For the write transaction; the
 * caller has judged the code again by the credential as it stands there. */
void spoken_use(Model__Credential *c, const struct settings *s, char *blank, int64_t now_at);
/* Counts a wrong code; true when it is void by that. */
bool spoken_count(Model__Credential *c);

/* ---- counting.c ---- */

/* A password compared and counted. proved is set, and v->proof filled, when it matched; the event
 * is written in the same transaction. */
int counting_compare(struct gdpop *g, const struct gdpop_evidence *ev,
                     const struct secret *password, struct gdpop_verdict *v, bool *proved);

/* What tells one stored hash from another and nothing about the password. */
int counting_proof(const struct store *s, const char *hash, char out[static PROOF_BYTES]);

/* ---- ending.c ---- */

/* Ends every process whose login uid or real uid is uid: SIGTERM, then SIGKILL, until none is left
 * (DESIGN 5). The calling process and its ancestors are spared. */
int ending_kill(uid_t uid);
/* The same for one session of an account, by the audit session id that the kernel gave it. */
int ending_kill_session(const Model__Session *session);
/* Marks the open sessions of the account closed, with an event each. */
int ending_record(struct txn *t, const char *account, const char *by);
int ending_record_session(struct txn *t, Model__Session *session, const char *by);

/* ---- telling.c ---- */

/* Writes a line to every terminal of this host on which processes of the user run and which is the
 * user's own; never waits for one. Returns how many were told. */
size_t telling(uid_t uid, const char *sentence);

/* ---- freezing.c ---- */

/* Whether the account is in force: active, or its suspension is over. */
bool account_in_force(const Model__Account *x, int64_t now_at);
/* Taken over from a local passwd file or a directory, and nothing else was applied for since. */
bool account_is_adopted(const Model__Account *x);
/* The same, and its application is not complete: it logs in only while the rule approved observes.
 */
bool account_is_unfinished(const Model__Account *x);
/* Freezes an account in force, or an unfinished one, without end, by gdpop itself, with its event,
 * and marks its sessions closed; *froze tells the caller to end them after the commit. reason is
 * the name of a rule. */
int freeze_account(struct txn *t, const char *account, const char *reason, const char *tag,
                   const char *detail, bool *froze);
/* Whether this denial is a second device where the policy says "freeze". */
bool freeze_asked_by_sharing(const struct subject *s, const struct gdpop_verdict *v);

/* ---- publish.c ---- */

/* First gid of the groups of the duties and of the leaders, below the uids that gdpop gives. */
enum { PUBLISH_DUTY_GID = 59990 };

/* Whether a duty, or the leaders, show as this group. shown.c */
bool publish_is_duty_group(const char *name);
/* Writes the NSS snapshot when its generation is older than the store's. */
int publish_snapshot(struct store *s);
/* Counts a change of what NSS shows. */
int publish_touch(struct txn *t);

/* ---- within the library call ---- */

/* Store and arena of one call. */
struct call {
    struct arena *arena;
    struct store *store;
    struct txn *txn;
};
int call_open(struct call *c, const struct gdpop *g);
int call_read(struct call *c);
void call_close(struct call *c);
/* Where r is GDPOP_ERR_CLOCK, what was begun is undone and the step of the clock is recorded, once
 * (trail_note_clock). Returns r with its sentence. */
int call_note_clock(struct call *c, int r);

#endif
