/* gdpop: account rules for Linux hosts of health commissions.
 *
 * Caveats, first:
 *  - Denied is zero. A struct gdpop_verdict starts as a denial, and every error leaves it one.
 *  - Root is needed for all but gdpop_strerror and the operation table. A caller whose real uid is
 *    not 0 (su, sudo, passwd) has its store work done in a forked child that the user cannot stop.
 *  - The store is opened on entry to a call and closed on exit: nothing is kept over fork, exec or
 *    closefrom, no descriptor survives a call. Different threads may call at the same time with
 *    different handles; one handle belongs to one thread at a time.
 *  - No environment variable is read.
 *  - Instants are UTC microseconds (int64_t, names end in _at), text is UTF-8.
 *  - Text returned as `const char *` from a handle lives as long as the handle, unless said
 * otherwise.
 */
#ifndef GDPOP_H
#define GDPOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Longest password, in bytes; a longer one is refused, never cut. */
#define GDPOP_PASSWORD_MAX_BYTES 512
/* Longest account name. */
#define GDPOP_NAME_MAX_BYTES 32

/* Errors. 0 is success. */
enum {
    GDPOP_ERR_INTERNAL = -1,        /* a case that should not exist */
    GDPOP_ERR_ARGUMENT = -2,        /* the caller broke the contract */
    GDPOP_ERR_NOMEM = -3,           /* memory is short */
    GDPOP_ERR_SYSTEM = -4,          /* a system call failed */
    GDPOP_ERR_CONFIG = -5,          /* gdpop.conf or a profile is wrong or unsafe (owner, mode) */
    GDPOP_ERR_STORE = -6,           /* the store is missing, damaged or of another version */
    GDPOP_ERR_BUSY = -7,            /* another process held the store longer than store_wait_sec */
    GDPOP_ERR_FULL = -8,            /* no space left */
    GDPOP_ERR_KEY = -9,             /* a key is missing, malformed or readable by others */
    GDPOP_ERR_SEAL = -10,           /* a record was altered or sealed with another key */
    GDPOP_ERR_NOT_FOUND = -11,      /* no such record, file or name */
    GDPOP_ERR_EXISTS = -12,         /* there is one already */
    GDPOP_ERR_REFUSED = -13,        /* a rule of the regulations forbids it */
    GDPOP_ERR_NOT_AUTHORISED = -14, /* the actor may not do this */
    GDPOP_ERR_FORMAT = -15,         /* input that cannot be read; the sentence says where and why */
    GDPOP_ERR_TOO_LONG = -16,       /* input longer than allowed */
    GDPOP_ERR_USAGE = -17,          /* unknown or missing argument of an operation */
    GDPOP_ERR_CLOCK = -18,          /* the clock stepped too far; `audit accept-clock` */
    GDPOP_ERR_CRYPTO = -19,         /* OpenSSL or libcrypt failed */
    GDPOP_ERR_TRAIL = -20,          /* the audit trail does not verify */
};

/* What an error code means, in the thread's language; static storage. */
const char *gdpop_strerror(int r);
/* The sentence of this thread's last failed call: names the file, key, option or record, and what
 * would be right. Valid until the thread's next call into the library. */
const char *gdpop_error(void);
/* "zh" or "en" for this thread's sentences; NULL changes nothing. Returns the one before (static
 * storage). */
const char *gdpop_language(const char *language);

/* ---- Handle ---- */

struct gdpop;

/* Reads the configuration (NULL: the compiled-in path). The file must belong to root and be
 * writable by nobody else. A handle is made even when the file is bad (so that break-glass names
 * are still known: root), and the error is kept and denies every later call; only GDPOP_ERR_NOMEM
 * gives none. */
int gdpop_open(const char *conf_path, struct gdpop **gp);
void gdpop_close(struct gdpop *g);
/* The language that gdpop.conf sets for this host: "zh" or "en". */
const char *gdpop_host_language(const struct gdpop *g);

/* ---- Logins ---- */

/* What is known of one login. Strings may be NULL. The caller gathers it; no field comes from the
 * environment of the process. */
struct gdpop_evidence {
    const char *service; /* PAM_SERVICE */
    const char *user;    /* PAM_USER: who is to be logged in (for sudo, in session: the target) */
    const char *address; /* numeric peer address as the service tells it; NULL when it tells none */
    const char *tty;     /* PAM_TTY */
    const char *auth_info;  /* SSH_AUTH_INFO_0, service sshd only */
    const char *statement;  /* device id stated by a trusted caller */
    uid_t caller_uid;       /* real uid of the calling process */
    uint32_t login_uid;     /* /proc/self/loginuid, UINT32_MAX when unset */
    uint32_t audit_session; /* /proc/self/sessionid, UINT32_MAX when unset */
    pid_t leader_pid;       /* the process whose end ends the session */
    bool password_proved;   /* gdpop_authenticate allowed this user in this PAM handle */
    const char *proof;      /* with it: the proof of that verdict. A change of the password is made
                               on it only while the password is still the one that was proved */
};

enum gdpop_outcome {
    GDPOP_DENIED = 0,         /* refused by a rule; the sentence may be shown */
    GDPOP_DENIED_CREDENTIAL,  /* wrong password, unknown or locked: alike in words and time */
    GDPOP_DENIED_UNAVAILABLE, /* an error: the store cannot be asked */
    GDPOP_IGNORED,            /* not gdpop's: a break-glass or another local account */
    GDPOP_ALLOWED,
    GDPOP_CHANGE_PASSWORD, /* allowed once the password has been changed */
};

/* Plain data: no pointers, so that it can cross a pipe. Texts are closed by a zero. */
struct gdpop_verdict {
    enum gdpop_outcome outcome;
    int error;           /* GDPOP_ERR_* behind GDPOP_DENIED_UNAVAILABLE */
    char rule[24];       /* rule that decided, "" when none */
    char tag[24];        /* article, for instance GD-16 */
    char code[8];        /* short code of the sentence, for instance W02 */
    char sentence[768];  /* begins with "TAG CODE "; "" when nothing may be said */
    char notice[768];    /* lines to show on success (last login, days left); "" when none */
    char session[40];    /* id of the session opened, "" when none */
    char proof[40];      /* of the password that gdpop_authenticate allowed, "" when none */
    char language[8];    /* the person's language once proved */
    uint32_t idle_sec;   /* idle limit of the session, 0 when none */
    bool local_conflict; /* a local account of this name, not break-glass, stands in the way */
};

/* Whether the name is gdpop's at all: GDPOP_IGNORED for break-glass and other local accounts,
 * GDPOP_DENIED (meaning: go on) for the rest, unknown names included. Never opens the store for a
 * break-glass name. A break-glass login (ev->service, phase "auth" or "session") leaves an event by
 * a child that is waited for one second at most. */
int gdpop_identify(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v);

/* One password compared by one hash, failures counted exactly (DESIGN: DB-8.1.4.1b). ALLOWED,
 * DENIED_CREDENTIAL, IGNORED or DENIED_UNAVAILABLE. */
int gdpop_authenticate(struct gdpop *g, const struct gdpop_evidence *ev, const char *password,
                       size_t password_len, struct gdpop_verdict *v);

/* All rules for this login, without the password. */
int gdpop_account(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v);

/* Opens the session: decides device and sharing again in the write transaction and records it.
 * DENIED must end the login. */
int gdpop_session_open(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v);
/* Closes the session that gdpop_session_open named (id), or the one led by ev->leader_pid when id
 * is NULL or "". */
int gdpop_session_close(struct gdpop *g, const struct gdpop_evidence *ev, const char *session);

/* Whether the account may change its password now (chauthtok, PRELIM). CHANGE_PASSWORD: yes, and
 * the old password must be asked unless ev->password_proved; DENIED with a sentence: no. */
int gdpop_password_ready(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v);

/* Proves the old password (counted like a login), judges the new one by all rules and, when it
 * passes, writes it in one transaction: ALLOWED. old may be NULL when ev->password_proved. DENIED
 * with the rule and sentence when the new one is refused; DENIED_CREDENTIAL when the old one is
 * wrong. */
int gdpop_password_change(struct gdpop *g, const struct gdpop_evidence *ev,
                          const char *old_password, size_t old_len, const char *new_password,
                          size_t new_len, struct gdpop_verdict *v);

/* Calls line() with each line for sshd's AuthorizedKeysCommand: every key ever bound to the
 * account. Unknown names give none. line's text is valid during the call. */
int gdpop_ssh_keys(struct gdpop *g, const char *user, void (*line)(const char *text, void *arg),
                   void *arg);

/* ---- Administration ----
 * One act = begin, any number of calls, commit. All calls of an act share one write transaction
 * with their events: all of it is done or none. Without commit nothing is (dry run). After the
 * commit the NSS snapshot is published and the sessions of frozen accounts are ended. */

/* Kinds of an operation's parameters. */
enum gdpop_param_kind {
    GDPOP_PARAM_TEXT,
    GDPOP_PARAM_WORD, /* no spaces: ids, names */
    GDPOP_PARAM_NUMBER,
    GDPOP_PARAM_DATE,     /* "2026-09-15" or with a time */
    GDPOP_PARAM_DURATION, /* "30d" */
    GDPOP_PARAM_FLAG,     /* present or not; value "yes" */
    GDPOP_PARAM_FILE,     /* the value is the file's content: the caller reads it with the invoking
                             user's rights */
    GDPOP_PARAM_OUT, /* a file the caller writes the result field "secret" to, 0600, never over an
                        existing one */
    GDPOP_PARAM_STREAM,  /* a new file the caller makes, 0600, never over an existing one; the value
                            is the number of its descriptor, which the library writes to on commit:
                            all of it or an error, after which the caller removes the file */
    GDPOP_PARAM_SOURCE,  /* an existing file that the caller opens with the invoking user's rights
                            and that may be large; the value is the number of its descriptor, which
                            the library reads from the beginning */
    GDPOP_PARAM_SECRET,  /* asked for by prompt or file, never an argument */
    GDPOP_PARAM_CONFIRM, /* the operation cannot be undone: the value of the first parameter with
                            the same metavar, typed once more. Refused without, or when it
                            differs; a tool asks for it on a terminal */
    GDPOP_PARAM_SHEET,   /* a new file the caller makes, 0600, never over an existing one, and
                            writes the result's rows to as a list for a spreadsheet */
};

struct gdpop_param {
    const char *name; /* "supervised-by"; positional ones are matched by order */
    enum gdpop_param_kind kind;
    bool positional;
    bool required;
    bool repeated;
    const char *metavar; /* "ORG" */
    const char *help;    /* English; translate with gdpop_text */
    const char *choices; /* "lan vpn management", NULL when free */
};

enum gdpop_duty {                      /* which duties may call it; combined by | */
                  GDPOP_DUTY_NONE = 0, /* nobody by right: only init and recover */
                  GDPOP_DUTY_SYSTEM = 1,
                  GDPOP_DUTY_SECURITY = 2,
                  GDPOP_DUTY_AUDIT = 4,
                  GDPOP_DUTY_ANY = 7,
                  GDPOP_DUTY_HOST =
                      8, /* no person: the host's timer and monitoring (tick, status) */
                  GDPOP_DUTY_LEADER = 16,  /* a leader in office: his own decisions */
                  GDPOP_DUTY_OFFICER = 32, /* on duty at night: freezes and marks lost, no more */
};

struct gdpop_operation {
    const char *noun, *verb;
    const char *help;    /* one English sentence */
    const char *example; /* arguments of a working example */
    unsigned duties;
    bool writes;
    const struct gdpop_param *params; /* ended by one with name NULL */
    const char *witnessed; /* NULL: no witnesses are needed; "": always; else the flag that makes
                              them needed, for instance "unmasked" (SZ-18) */
};

/* The operations, sorted by noun and verb; static storage. */
size_t gdpop_operations(const struct gdpop_operation *const **list);
/* Translation of a table text in the thread's language. */
const char *gdpop_text(const char *english);
/* Columns of text on a terminal (2 for wide characters). */
size_t gdpop_text_width(const char *text);

struct gdpop_arg {
    const char *name;
    const char *value;
    size_t len;
};

enum gdpop_field_kind {
    GDPOP_FIELD_TEXT,
    GDPOP_FIELD_NUMBER,
    GDPOP_FIELD_BOOL,
    GDPOP_FIELD_INSTANT,
    GDPOP_FIELD_SECRET
};

struct gdpop_field {
    const char *name;  /* stable JSON name: "supervised_by" */
    const char *title; /* for people, in the thread's language */
    enum gdpop_field_kind kind;
    const char *text;  /* NUMBER in decimal, BOOL "true"/"false", INSTANT RFC 3339 */
    const char *shown; /* what people read instead, in the thread's language; NULL: text itself */
};

struct gdpop_row {
    size_t count;
    const struct gdpop_field *fields;
    int depth; /* in a tree, 0 at the root */
};

struct gdpop_result {
    bool list; /* many rows are meant (JSON array) even if one came */
    bool ok;   /* for checks: false gives exit code 1 although the call succeeded */
    size_t count;
    const struct gdpop_row *rows;
    const char *message; /* one sentence on what was done, "" when none */
};

struct gdpop_admin;

enum {
    GDPOP_ADMIN_INIT = 1,
    GDPOP_ADMIN_RECOVER = 2,
    GDPOP_ADMIN_READ = 4,
    GDPOP_ADMIN_RESTORE = 16, /* behind gdpop_restore, for `backup restore` */
    GDPOP_ADMIN_HOST = 8,     /* without an actor: only operations of GDPOP_DUTY_HOST */
    GDPOP_ADMIN_CLOSED = 32,  /* where the store does not open: why, by `status` alone */
};

/* Who acts, by this process's loginuid and a live session record with the same audit session id and
 * boot id. GDPOP_ERR_NOT_AUTHORISED when there is none; *actor is then untouched. Otherwise the
 * account's name, for the life of the handle. */
int gdpop_admin_whoami(struct gdpop *g, const char **actor);

/* Who called this program by way of sudo, as sudo says (SUDO_UID). Where the kernel or the login
 * keeps no login uid it stands for that: init, recover, restore and what the host does by itself
 * are refused to such a caller. It opens nothing. 0: nobody. */
void gdpop_admin_caller(struct gdpop *g, uint32_t uid);

/* actor: an account name that the caller has authenticated (whoami or PAM), NULL only with INIT
 * (empty store; keys and store are made) or RECOVER (break-glass). READ for acts that change
 * nothing: no write lock is taken. */
int gdpop_admin_begin(struct gdpop *g, const char *actor, unsigned flags, struct gdpop_admin **ap);

/* Somebody stands by as a witness of the next act that changes something, begun with this handle
 * (SZ-18). The library proves the account's password itself, counted as any login by the service
 * gdpop-admin, and asks all rules for it; tty may be NULL. Who may witness what is decided by the
 * act. GDPOP_ERR_NOT_AUTHORISED when it is not proved, GDPOP_ERR_EXISTS when he stands by already,
 * and those of the store. */
int gdpop_admin_witness(struct gdpop *g, const char *account, const char *tty, const char *password,
                        size_t password_len);
/* How many witnesses this call needs, 0 for most; errors as those of the call, which need not be
 * complete yet. */
int gdpop_admin_witnesses_needed(struct gdpop_admin *a, const char *noun, const char *verb,
                                 const struct gdpop_arg *args, size_t count, unsigned *needed);

/* One operation. The result lives until the next call or gdpop_admin_end. A refused or failed call
 * spoils the act: commit is refused. Errors: GDPOP_ERR_USAGE, GDPOP_ERR_NOT_AUTHORISED,
 * GDPOP_ERR_REFUSED, GDPOP_ERR_FORMAT, GDPOP_ERR_NOT_FOUND, GDPOP_ERR_EXISTS and those of the
 * store; gdpop_error() says which record or option. `account initial-password` is the first call of
 * its act (GDPOP_ERR_USAGE, but for GDPOP_ADMIN_INIT): it hashes before the store is locked. */
int gdpop_admin_call(struct gdpop_admin *a, const char *noun, const char *verb,
                     const struct gdpop_arg *args, size_t count,
                     const struct gdpop_result **result);

/* Before the first call of an act that will make very many: makes room for them in the store, and
 * lets each call's memory go with the next one.
 * Errors: GDPOP_ERR_FULL, GDPOP_ERR_BUSY. */
int gdpop_admin_expect(struct gdpop_admin *a, size_t calls);

/* A table too long for one act (an act holds the store, and logins wait) is entered in pieces, each
 * an act of its own. parts are all that says what is entered: files, options. Errors:
 * GDPOP_ERR_CRYPTO. */
enum { GDPOP_TABLE_ID_BYTES = 65 };
int gdpop_table_id(const struct gdpop_arg *parts, size_t count, char id[GDPOP_TABLE_ID_BYTES]);

/* How many rows of the table earlier acts entered; 0 when none did, or all. */
int gdpop_admin_entered(struct gdpop_admin *a, const char *id, uint64_t *rows);

/* The calls of this act entered the rows from..to (from 0, `to` excluded) of count: kept, with an
 * event, in its transaction. GDPOP_ERR_REFUSED when gdpop_admin_entered is not `from` any more. */
struct gdpop_piece {
    const char *what; /* action of the event: "account.import" */
    const char *id;
    uint64_t from, to, count;
};
int gdpop_admin_entering(struct gdpop_admin *a, const struct gdpop_piece *piece);

/* Who could log in before the calls of this act, as far as is known by live sessions, the last
 * login or else the own organisation's networks, and could no more after them; asked before the
 * commit of a change of networks, policy, profiles, permits or hosts. *result is NULL and the act
 * goes on when its calls change nothing of the kind. Otherwise the act is over and nothing of it
 * was written: the caller makes it anew to commit it. A row for each account (account,
 * organisation, host, from, service, rule, tag, code, sentence) or, with an empty account, for a
 * whole host; at most GDPOP_LOCKED_OUT_MAX of them, accounts that the actor does not see left out;
 * message tells how many there are, "" when none. Errors: those of the store. */
#define GDPOP_LOCKED_OUT_MAX 1000
int gdpop_admin_locked_out(struct gdpop_admin *a, const struct gdpop_result **result);

/* Calls report from now on while work of this thread takes long: what is a sentence's beginning in
 * the thread's language ("Verifying"), valid during the call; done of total units, total 0 when it
 * is not known; done == total once at the end. It must not call the library. NULL ends it. */
void gdpop_progress(void (*report)(const char *what, uint64_t done, uint64_t total, void *arg),
                    void *arg);

/* Writes the act durably. When this returns 0 the change stands; if gdpop_error() is not empty
 * then, the NSS snapshot or the end of a session is still owed, and the next act, `tick` or login
 * makes up for it. */
int gdpop_admin_commit(struct gdpop_admin *a);
/* After the commit of `audit export --format xlsx` or `html`, whose descriptor got CSV or JSON
 * Lines: the caller made the file behind fd of it. Its manifest, a signed line with the SM3 of the
 * file, goes to manifest_fd, durably. The file must not be in reach of others meanwhile. */
int gdpop_admin_sign_copy(struct gdpop_admin *a, const char *form, int fd, int manifest_fd);
/* A backup, to become the store of a host that has none. */
struct gdpop_restore {
    int fd;                  /* the file, read from its beginning */
    const char *private_key; /* PEM, that it was made for */
    size_t private_key_len;
    const char *passphrase; /* NULL: the key has none */
    const char *host;       /* machine id of the host whose place this machine takes when it is none
                               of the store's; NULL */
};

/* Unpacks it beside the place of the store, takes its key ring, checks all of it and makes a new
 * seal; nothing is in force yet, but witnesses can prove themselves. The act that follows, begun
 * with GDPOP_ADMIN_RESTORE, puts it in place with its commit; gdpop_close without that takes it
 * away. Only break-glass may. Errors: GDPOP_ERR_EXISTS when there is a store, GDPOP_ERR_KEY (the
 * key does not fit, or the host has keys of another store), GDPOP_ERR_SEAL, GDPOP_ERR_STORE and
 * GDPOP_ERR_TRAIL (the backup is damaged, or of a newer gdpop), GDPOP_ERR_USAGE (host is missing),
 * GDPOP_ERR_NOT_AUTHORISED, GDPOP_ERR_FULL. */
int gdpop_restore(struct gdpop *g, const struct gdpop_restore *what);

/* Frees it; what was not committed is undone. NULL is allowed. */
void gdpop_admin_end(struct gdpop_admin *a);

/* ---- Exported trails: read and verified without store, key ring or root ----
 * Exports (JSON Lines, CSV) and archives of one host's audit trail, whose form gdpop-audit(5)
 * tells. Files are read as streams: memory does not grow with their size. */

struct gdpop_audit;

/* Texts are "" when absent and live during the call that shows the event. */
struct gdpop_audit_event {
    uint64_t sequence, epoch;
    int64_t at, uptime; /* microseconds; uptime since boot */
    const char *boot_id, *host, *actor, *subject, *action, *object, *outcome, *rule, *tag, *service,
        *address, *tty, *device, *session, *detail, *code;
    const uint8_t *digest; /* 32 bytes */
};

/* Something that does not fit. kind is one of: edited forged dropped inserted swapped duplicated
 * moved foreign unsealed unreadable epoch open renewed cut missing rolled-back anchor signature
 * manifest. */
struct gdpop_audit_finding {
    const char *kind;
    uint64_t first, last;
    const char *sentence;
};

struct gdpop_audit_report {
    bool ok;                      /* nothing was found */
    bool seal_checked;            /* a seal key was given */
    bool signature_checked;       /* a certificate was given and all manifests were signed by it */
    uint64_t first, last, events; /* numbers of the first and last event; how many were read */
    uint64_t epochs;              /* how many keys sealed them */
    uint64_t sealed_to;           /* last event of the last epoch that was closed */
    uint64_t anchored_to;         /* newest anchor that was met, 0 when none was */
};

int gdpop_audit_open(struct gdpop_audit **ap);
void gdpop_audit_close(struct gdpop_audit *a); /* NULL is allowed */
/* Adds a file; order does not matter. Errors: GDPOP_ERR_FORMAT, GDPOP_ERR_NOT_FOUND,
 * GDPOP_ERR_SYSTEM. A compressed one is taken however damaged: gdpop_audit_verify tells of it,
 * gdpop_audit_each gives GDPOP_ERR_FORMAT. */
int gdpop_audit_add(struct gdpop_audit *a, const char *path);
/* What the auditor keeps, as the files' content: a seal key handed out, the certificate or public
 * key of the checkpoints, checkpoints. origin names the file in sentences. Errors:
 * GDPOP_ERR_FORMAT, GDPOP_ERR_KEY. */
int gdpop_audit_seal_key(struct gdpop_audit *a, const char *text, size_t len, const char *origin);
int gdpop_audit_certificate(struct gdpop_audit *a, const char *text, size_t len,
                            const char *origin);
int gdpop_audit_anchor(struct gdpop_audit *a, const char *text, size_t len, const char *origin);
/* Every event once, in order, until each returns non-zero (returned). Nothing is verified. */
int gdpop_audit_each(struct gdpop_audit *a,
                     int (*each)(const struct gdpop_audit_event *e, void *arg), void *arg);
/* As each over one file that grows, or a stream ("-": standard input), and verifies it as it comes:
 * found tells what does not fit at most two events later. Returns at the manifest, at the end of
 * the stream, when the file is taken away, or what each returned. */
int gdpop_audit_follow(struct gdpop_audit *a, const char *path,
                       int (*each)(const struct gdpop_audit_event *e, void *arg),
                       void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg);
/* A copy of an export in another form (xlsx, html), or the records of a leaver: its events cannot
 * be verified, only that the file is the one that a manifest names, which stands beside it or in
 * its last line. Texts are closed by a zero. */
struct gdpop_audit_copy {
    bool signature_checked; /* a certificate was given and its key signed the manifest */
    bool anchored;          /* an anchor saw its last event */
    uint64_t first, last;
    int64_t at;
    char form[16], by[64], purpose[512];
};
/* manifest_path NULL: the manifest is the file's last line. found tells what does not fit, as in
 * gdpop_audit_verify; *ok: nothing was found. Errors: GDPOP_ERR_FORMAT when there is no manifest of
 * a copy, GDPOP_ERR_SYSTEM. */
int gdpop_audit_copy(struct gdpop_audit *a, const char *path, const char *manifest_path,
                     void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg,
                     struct gdpop_audit_copy *copy, bool *ok);
/* Reads everything and calls found for what does not fit. 0 also then: report->ok is false. Errors:
 * GDPOP_ERR_FORMAT and GDPOP_ERR_SYSTEM when a file cannot be read to its end. */
int gdpop_audit_verify(struct gdpop_audit *a,
                       void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg,
                       struct gdpop_audit_report *report);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
