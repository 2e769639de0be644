/* What administrators do. An operation is a row (noun, verb, parameters, duties) with its function,
 * beside others of its noun in one file; table.c lists the files. Inner header of the room.
 *
 * An operation reads its arguments (request.h's request_ functions), asks whether the actor may
 * (admin_scope, admin_not_self), changes records in the act's transaction, appends one event
 * (admin_event) and describes what it did (result_ functions). It returns 0 or an error with its
 * sentence; on an error the whole act is lost, so it need not undo anything. */
#ifndef GDPOP_ADMIN_ADMIN_H
#define GDPOP_ADMIN_ADMIN_H

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"
#include "policy/policy.h"

enum { ADMIN_ENDINGS_MAX = 1024, ADMIN_TELLINGS_MAX = 256 };

/* A line for the terminals of a user. */
struct telling {
    uid_t uid;
    const char *sentence;
};

/* Whose logins the calls of an act touch, for gdpop_admin_locked_out. */
struct reach {
    bool something, all;
    const char *organisation; /* its accounts only */
    const char *host;         /* where they are tried */
};

struct gdpop_admin {
    struct gdpop *g;
    unsigned flags;
    struct call call;     /* arena, store, and the transaction of the whole act */
    const char *actor;    /* account name; "init" or "recover" without one */
    Model__Account *self; /* NULL with INIT or RECOVER */
    int64_t now_at;
    int utc_offset_min;
    char host_id[33];
    void *prepared;
    const struct gdpop_operation *operation; /* that runs */
    bool anyway;                             /* its own */
    struct lock held;                        /* by the operation until the act has ended */
    bool spoiled;                            /* a call failed: commit is refused */
    bool committed;
    const char *closed; /* why the store does not open; NULL: it is open */
    bool clock_stepped; /* only reading and `audit accept-clock` are left */
    struct witness witness[WITNESSES_MAX];
    size_t witness_count;
    Model__Event *pending; /* the newest event, until it is known what the act changed (change.h) */
    char *changes;         /* what was changed since the event before it, in words */
    size_t unlisted;       /* records changed that found no room in it */
    bool witnessed;        /* the call that runs names its witnesses in its events */
    uid_t ending[ADMIN_ENDINGS_MAX]; /* whose sessions end after the commit */
    size_t ending_count;
    const Model__Session *ending_session[ADMIN_ENDINGS_MAX];
    size_t ending_session_count;
    struct telling telling[ADMIN_TELLINGS_MAX]; /* written after the commit */
    size_t telling_count;
    /* Runs once the commit stands, without a transaction; it may add to the result. */
    int (*after)(struct gdpop_admin *a);
    void *after_arg;
    struct reach reach;
    bool many, marked;      /* what a call allocates goes with the next one (gdpop_admin_expect) */
    struct arena_mark mark; /* what is older stays */
    struct local_table *local;        /* of `account adopt`, read once in an act */
    const struct statement *exported; /* manifest of what `audit export` wrote, else NULL */
    struct gdpop_result result;
    struct gdpop_row *rows;
    struct gdpop_field *fields; /* of the last row, growing */
    size_t row_room, field_room;
};

/* The arguments of one call, checked against the operation's parameters. */
struct request {
    const struct gdpop_operation *operation;
    const struct gdpop_arg *args;
    size_t count;
};

/* Whom a witnessed call concerns, beyond the systems of this host: its witnesses supervise the
 * organisation, are not the person, and are as many as the strictest of the systems asks. */
struct concern {
    const char *organisation;
    const char *person; /* "" nobody */
    char **systems;
    size_t n_systems;
};

struct operation {
    struct gdpop_operation public;
    /* Of a witnessed operation; NULL: it concerns this host and its organisation. */
    int (*concerns)(struct gdpop_admin *a, const struct request *q, struct concern *c);
    /* What takes long (a password hash) and needs no transaction, before the write transaction is
     * taken; may be NULL. What it made is kept in a->prepared. */
    int (*prepare)(struct gdpop_admin *a, const struct request *q);
    int (*run)(struct gdpop_admin *a, const struct request *q);
    bool anyway; /* the safe direction: goes on, and is recorded, where the trail's seal is lost */
};

/* ---- Arguments (request.c). Optional ones that are absent give NULL, 0 or false. ---- */
int request_check(const struct gdpop_operation *o, const struct gdpop_arg *args, size_t count);
const char *request_text(const struct request *q, const char *name);
/* As request_text, "" when absent. */
const char *request_word(const struct request *q, const char *name);
bool request_flag(const struct request *q, const char *name);
struct bytes request_file(const struct request *q, const char *name);
/* All values of a repeated parameter, in the act's arena. */
int request_all(struct gdpop_admin *a, const struct request *q, const char *name, char ***list,
                size_t *count);
/* A date or instant; with end_of_day a date alone means its 24:00. *at = 0 when absent. */
int request_instant(struct gdpop_admin *a, const struct request *q, const char *name,
                    bool end_of_day, int64_t *at);
/* "30d", "12h", "90m": microseconds. */
int request_duration(const struct request *q, const char *name, int64_t *microseconds);

/* ---- Results (result.c) ---- */
int result_row(struct gdpop_admin *a, int depth);
int result_text(struct gdpop_admin *a, const char *name, const char *title, const char *text);
/* A word of words.c: the word itself for programs, its translation for people. */
int result_word(struct gdpop_admin *a, const char *name, const char *title, const char *word);
/* Text for programs, and what people read in its place. */
int result_shown(struct gdpop_admin *a, const char *name, const char *title, const char *text,
                 const char *shown);
int result_number(struct gdpop_admin *a, const char *name, const char *title, int64_t number);
/* 0, no event, shows as "" and is 0 for programs. */
int result_event(struct gdpop_admin *a, const char *name, const char *title, uint64_t sequence);
/* 0, none given yet, shows as "": nobody is to take it for root's. */
int result_uid(struct gdpop_admin *a, const char *name, const char *title, uint32_t uid);
int result_bool(struct gdpop_admin *a, const char *name, const char *title, bool value);
/* 0 shows as "". */
int result_instant(struct gdpop_admin *a, const char *name, const char *title, int64_t at);
int result_secret(struct gdpop_admin *a, const char *name, const char *title, const char *text);
void result_list(struct gdpop_admin *a); /* many rows are meant */
int result_message(struct gdpop_admin *a, const char *sentence, ...)
    __attribute__((format(printf, 2, 3)));

/* A state, kind or level as people read it, in the thread's language; a word that words.c does not
 * list stays as it is. */
const char *word_shown(const char *word);
/* Where people are told what to type: the word, and behind it in parentheses what it means. */
const char *word_to_type(struct gdpop_admin *a, const char *word);

/* ---- Witnesses (witness.c) ---- */
/* For operation.public.witnessed. */
#define ALWAYS_WITNESSED ""
/* For operation.concerns: a person, with the systems of the person's account. */
int concern_person(struct gdpop_admin *a, const char *id, struct concern *c);
/* How many the call needs. With RECOVER none while fewer people could, so that break-glass works
 * on. */
int witness_needed(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                   unsigned *needed);
/* Whether enough people stand by, at this moment: GDPOP_ERR_NOT_AUTHORISED. */
int witness_check(struct gdpop_admin *a, const struct operation *o, const struct request *q);
/* The detail of an event, with the witnesses before it: "witnesses=lisi,wangwu; monthly audit"; a
 * call by RECOVER that nobody witnesses says "witnesses=none". NULL when memory is short. */
char *witness_detail(struct gdpop_admin *a, const char *detail);

/* ---- Authority (authority.c) ---- */
/* The organisation lies in the actor's supervision subtree. GDPOP_ERR_NOT_AUTHORISED. */
int admin_scope(struct gdpop_admin *a, const char *organisation);
/* The trail is exported and pruned whole, or its chain proves nothing: it is the concern of whoever
 * supervises the organisation that runs this host. GDPOP_ERR_NOT_AUTHORISED, GDPOP_ERR_NOT_FOUND
 * when the host is not registered. */
int admin_host_in_scope(struct gdpop_admin *a);
/* The account, or an account of the person, is not the actor's own. GDPOP_ERR_NOT_AUTHORISED. */
int admin_not_self(struct gdpop_admin *a, const char *account);
int admin_not_own_person(struct gdpop_admin *a, const char *person);
/* Whether the actor holds one of the duties (always with INIT and RECOVER). */
bool admin_has_duty(const struct gdpop_admin *a, unsigned duties);
/* Whether the organisation lies in that scope, for lists that pass over the rest. */
int admin_sees(struct gdpop_admin *a, const char *organisation, bool *sees);

/* ---- Within an act ---- */
char *admin_copy(struct gdpop_admin *a, const char *text);
/* What this call has allocated is needed by later ones of the act. */
void admin_keep(struct gdpop_admin *a);
/* Appends the act's event. Texts may be NULL. */
int admin_event(struct gdpop_admin *a, const char *action, const char *subject, const char *object,
                const char *detail);
/* Does a part of a long operation in a transaction of its own, committed (with the ends of sessions
 * and the snapshot) before it returns. One that fails is undone, logged and recorded as an event of
 * its own, and *why is its sentence; the other parts go on. An error: the store itself failed. What
 * the act did before stands from here on. */
int admin_part(struct gdpop_admin *a, const char *name, int (*part)(struct gdpop_admin *a),
               const char **why);
/* This call may lock people out: those of an organisation (NULL: anybody), on a host (NULL: any).
 */
void admin_reaches(struct gdpop_admin *a, const char *organisation, const char *host);
/* After the commit every process of uid ends. */
int admin_end_sessions_after(struct gdpop_admin *a, uid_t uid);
/* The same for the processes of one session. */
int admin_end_session_after(struct gdpop_admin *a, const Model__Session *session);
/* After the commit the terminals of uid show the sentence; what is too much is left out. */
void admin_tell_after(struct gdpop_admin *a, uid_t uid, const char *sentence);
/* Records by the name an administrator gives, in scope, with a sentence when there is none. */
int admin_account(struct gdpop_admin *a, const char *name, Model__Account **x);
int admin_person(struct gdpop_admin *a, const char *id, Model__Person **p);
int admin_organisation(struct gdpop_admin *a, const char *id, Model__Organisation **o);
int admin_device(struct gdpop_admin *a, const char *id, Model__Device **d);
/* Permits name accounts, organisations and hosts alike, so that no two of different kinds (kind is
 * the table of the one asked for) bear one name. GDPOP_ERR_EXISTS. */
int admin_name_is_free(struct gdpop_admin *a, const char *name, const struct table *kind);
/* The sessions of all accounts that no record closes; their leaders may be gone. */
int admin_open_sessions(struct gdpop_admin *a, Model__Session ***list, size_t *count);
/* Whether it is of this host and its leader lives no more. */
bool admin_session_is_gone(const struct gdpop_admin *a, const Model__Session *s);
/* The settings that hold for an account's passwords. */
int admin_password_settings(struct gdpop_admin *a, const Model__Account *x, struct settings *s);
/* A paper from an argument file and its number; NULL file gives a paper without a digest. */
int admin_paper(struct gdpop_admin *a, const char *kind, struct bytes file, const char *number,
                int64_t signed_at, Model__Paper **paper);

/* Shorthands for parameter rows. */
#define POSITIONAL(param, mv, text)                                                                \
    {                                                                                              \
        .name = param, .kind = GDPOP_PARAM_WORD, .positional = true, .required = true,             \
        .metavar = mv, .help = text                                                                \
    }
#define OPTIONAL_POSITIONAL(param, mv, text)                                                       \
    {                                                                                              \
        .name = param, .kind = GDPOP_PARAM_WORD, .positional = true, .metavar = mv, .help = text   \
    }
#define REQUIRED(param, k, mv, text)                                                               \
    {                                                                                              \
        .name = param, .kind = k, .required = true, .metavar = mv, .help = text                    \
    }
#define OPTIONAL(param, k, mv, text)                                                               \
    {                                                                                              \
        .name = param, .kind = k, .metavar = mv, .help = text                                      \
    }
/* Of what cannot be undone: the value of the parameter with this metavar is typed once more. */
#define CONFIRM(mv) OPTIONAL("confirm", GDPOP_PARAM_CONFIRM, mv, N_("the same once more"))
#define FLAG(param, text) OPTIONAL(param, GDPOP_PARAM_FLAG, NULL, text)
#define PARAMS_END                                                                                 \
    {                                                                                              \
        .name = NULL                                                                               \
    }

#endif
