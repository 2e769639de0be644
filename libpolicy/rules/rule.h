/* Rules: pure functions over facts. No I/O, no clock, no store: what a rule sees is in struct
 * facts, so `policy test` walks the trace of the real login. A new rule is one file here, one row
 * in rules/table.c and its test. */
#ifndef GDPOP_RULES_RULE_H
#define GDPOP_RULES_RULE_H

#include "base/arena.h"
#include "base/secret.h"
#include "model/address.h"
#include "settings/settings.h"

/* Bits. AUTH: after the password was compared, where nothing but lockout is decided. ACCOUNT: every
 * login, with a password or a key. SESSION: again in the write transaction that records the
 * session. CHANGE: may the password be changed at all. */
enum rule_phase {
    PHASE_AUTH = 1,
    PHASE_ACCOUNT = 2,
    PHASE_SESSION = 4,
    PHASE_CHANGE = 8,
};

/* Bits; DESIGN 5. */
enum service_class {
    CLASS_REMOTE = 1,
    CLASS_CONSOLE = 2,
    CLASS_ELEVATE = 4,
    CLASS_REVERIFY = 8,
    CLASS_BATCH = 16,
    CLASS_INFRASTRUCTURE = 32,
    CLASS_AUTOLOGIN = 64,
    CLASS_ANY = 127,
};

enum account_state {
    STATE_NONE = 0,
    STATE_APPLIED,
    STATE_APPROVED,
    STATE_ACTIVE,
    STATE_FROZEN,
    STATE_CLOSED
};
enum device_state {
    DEVICE_UNKNOWN = 0,
    DEVICE_REGISTERED,
    DEVICE_BOUND,
    DEVICE_LOST,
    DEVICE_REPAIR,
    DEVICE_RETIRED
};
enum device_evidence { DEVICE_BY_NOTHING = 0, DEVICE_BY_STATEMENT, DEVICE_BY_HOST, DEVICE_BY_KEY };
enum place_evidence { PLACE_NONE = 0, PLACE_ADDRESS, PLACE_CONSOLE, PLACE_SESSION };
enum actor_kind { ACTOR_UNKNOWN = 0, ACTOR_SELF, ACTOR_OTHER, ACTOR_SYSTEM };

/* Everything a decision needs, gathered in one read transaction (policy/facts.c). Texts are never
 * NULL. Zero is the strict reading. */
struct facts {
    enum rule_phase phase;
    enum service_class service_class;
    const char *service;
    int64_t now_at;
    int utc_offset_min;
    /* Profiles of the host's systems: service, workplace, device, sharing, lending. */
    const struct settings *place_settings;
    /* Profiles of the account's and the host's systems: approval, lockout, dormancy, passwords. */
    const struct settings *password_settings;
    bool waived; /* a waiver holds for a value of either */

    const char *user;
    enum account_state state;
    bool is_service; /* a service account */
    bool adopted;    /* taken over, and nothing but the taking over was applied for since */
    bool approved;   /* approval on record for the newest application */
    bool pledged;    /* the pledges on file, dated on or after the approval */
    const char *pledge_lacks; /* kind of the first that is not; NULL as the settings say */
    bool person_complete;     /* real-name data: name, document, organisation, post, telephone */
    bool organisation_suspended;
    const char *frozen_reason;
    const char *frozen_tag;     /* article for the freeze, "" when none */
    int64_t suspended_until_at; /* end of the freeze, after which the account is in force again;
                                   0: the freeze has no end */
    int64_t expires_at;         /* 0 never */
    int64_t activated_at;
    int64_t reviewed_at;
    int64_t last_login_at; /* 0 never */
    char **account_systems;
    size_t account_system_count;

    bool host_registered;
    char **host_systems;
    size_t host_system_count;

    bool password_proved; /* in this login */
    bool has_password;
    int64_t password_set_at;
    bool password_initial;
    int64_t initial_until_at;
    bool password_spoken;  /* entered by a code told on the telephone: an own one comes first */
    const char *judged_by; /* fingerprint of the settings it passed */

    int64_t locked_until_at; /* lockout, 0 none */
    unsigned failures;       /* within the window */

    enum place_evidence place_by;
    struct address address; /* when place_by is PLACE_ADDRESS */
    bool at_workplace; /* address in a network of the account's organisation, or console of one of
                          its hosts, or a session that was */
    const char *place_organisation; /* whose network it is, "" nobody's */
    const char *place_text;         /* the address or tty for sentences */
    bool exception;                 /* an off-site exception: [exception_from_at, until) below */
    const char *exception_id;
    int64_t exception_until_at;

    enum device_evidence device_by;
    bool key_presented;    /* an SSH key or certificate was shown */
    bool key_known_later;  /* sshd tells the key only in the session phase: decide then */
    const char *device_id; /* "" when unknown */
    const char *device_name;
    enum device_state device_state;
    bool device_bound_here;         /* a binding of this account to it is in force */
    bool device_bound_before;       /* there was one, it has ended */
    unsigned device_other_accounts; /* other accounts with a binding in force */

    unsigned other_sessions; /* live sessions of this account, this login not counted */
    bool other_device;       /* one of them has another resolved device */
    bool other_place;        /* without device ids: one comes from another organisation's network */
    const char *other_session_text; /* device name, address and since when of that session */
    unsigned live_sessions_here;    /* of this account on this host */

    enum actor_kind actor; /* who runs su or sudo */
    const char *actor_name;

    char **observed;    /* rules that only observe now (permits of kind observe) */
    char **observed_by; /* the permit of each */
    size_t observed_count;

    bool administers;          /* holds a duty: may log in to any registered host */
    bool place_is_vpn;         /* the workplace is a VPN pool: counts only with a device key */
    bool other_will_end;       /* the caller ends the other sessions before this one opens
                                  (sharing_action end_other) */
    int64_t exception_from_at; /* 0: from always */

    bool is_vendor;    /* vendor staff, or an account of a vendor's organisation */
    bool room_short;   /* the store has less room than twice its reserve */
    bool reserve_only; /* it has only the reserve */

    bool window; /* a vendor's window is in force, until window_until_at */
    const char *window_id;
    int64_t window_until_at;
};

enum finding_level {
    FINDING_DENY = 0,
    FINDING_CHANGE, /* allowed after a password change */
    FINDING_NOTICE, /* a line on success */
    FINDING_PASS,
    FINDING_SKIP, /* the rule does not apply here */
};

/* What a rule says. It starts as a denial. */
struct finding {
    enum finding_level level;
    const char *rule;
    const char *tag;  /* article */
    const char *code; /* of the sentence: a capital letter and two digits, unique in the product */
    bool hidden;      /* nothing may be told before the password is proved (auth phase wording) */
    bool firm;        /* set by the rule: holds even where the rule only observes */
    bool observed;    /* would deny, only observed */
    /* Id of the permit without which the rule would deny or ask for a change: an exception, a
     * window, a waiver, or one to observe; "" none. Lives as long as the facts. */
    const char *permit;
    char text[640];   /* for the person: what is wrong, then what to do; without tag and code */
    char seen[160];   /* for the trace and the event: what was found */
    char wanted[160]; /* and what is asked */
    char seen_shown[240], wanted_shown[240]; /* both in the thread's language; "" when English */
};

/* What was found and what is asked, for the trace and the event: short English, never a secret, no
 * personal data beyond what the event holds anyway. */
void finding_seen(struct finding *f, const char *seen, ...) __attribute__((format(printf, 2, 3)));
void finding_wanted(struct finding *f, const char *wanted, ...)
    __attribute__((format(printf, 2, 3)));

/* Ways to end a rule: fill the finding and return nothing. text is printf-like, already translated;
 * what does not fit is cut between characters, control characters become '?'. */
void finding_pass(struct finding *f, const char *seen, ...) __attribute__((format(printf, 2, 3)));
void finding_skip(struct finding *f, const char *why, ...) __attribute__((format(printf, 2, 3)));
void finding_deny(struct finding *f, const char *tag, const char *code, const char *text, ...)
    __attribute__((format(printf, 4, 5)));
void finding_change(struct finding *f, const char *tag, const char *code, const char *text, ...)
    __attribute__((format(printf, 4, 5)));
void finding_notice(struct finding *f, const char *tag, const char *code, const char *text, ...)
    __attribute__((format(printf, 4, 5)));
/* After one that lets pass: by which permit, and of which article. */
void finding_permit(struct finding *f, const char *tag, const char *permit);

typedef void rule_judge(const struct facts *facts, struct finding *f);

/* Whether a rule can be introduced as observe-only. */
enum rule_observed {
    OBSERVED_NEVER = 0,
    OBSERVED_ADOPTED, /* of adopted accounts only: what nobody could have had before */
    OBSERVED_ALL,
};

struct rule {
    const char *name;
    unsigned phases;  /* rule_phase bits */
    unsigned classes; /* service_class bits */
    rule_judge *judge;
    const char *serves; /* articles this rule serves, for the compliance check: "GD-16 SZ-2" */
    enum rule_observed observed;
    bool may_start;   /* and is, when a host or organisation starts by observing all it may */
    const char *help; /* one English sentence, N_() */
};

/* The login rules in the order in which they are asked; the first denial decides. */
size_t rules_login(const struct rule **list);

#define RULES_MAX 32
/* The whole trace, a finding for each login rule (SKIP when phase or class do not fit). */
struct trace {
    size_t count;
    struct finding finding[RULES_MAX];
    int deciding;             /* index of the finding that decided, -1 when all passed */
    enum finding_level level; /* DENY, CHANGE or PASS */
};

/* Walks all rules. The first denial decides, else the first asked change. A denial or change of an
 * observed rule that may be observed is marked and does not decide. t->level is DENY until the end
 * is reached; facts without exactly one known phase and class, or without settings or time, are
 * denied with a trace of one finding. */
void rules_judge(const struct facts *facts, struct trace *t);
/* What one rule says, without the others. False when it was not asked: an unknown name, or facts
 * that cannot be judged, give a denial that is no saying of the rule. */
bool rules_ask(const struct facts *facts, const char *name, struct finding *f);

/* ---- New passwords ---- */

struct password_facts {
    const struct settings *settings;
    const struct secret *candidate;
    const struct secret *old; /* NULL when it is not known */
    const char *user;
    const char *name; /* the person's, "" none */
    const char *document_number;
    const char *phone;
    bool reused;     /* equals one of the last reuse_depth, compared by the caller */
    bool is_initial; /* equals the initial password */
    int64_t now_at;
    int64_t set_at;          /* of the current one */
    bool current_is_initial; /* min_age does not hold then */
    bool forced;             /* a change the system asks for: min_age does not hold */
    int utc_offset_min;
};

typedef void password_rule_judge(const struct password_facts *facts, struct finding *f);

struct password_rule {
    const char *name;
    password_rule_judge *judge;
    const char *serves;
    const char *help;
};

size_t rules_password(const struct password_rule **list);

/* All password rules in order; *f is the first denial or a pass. f starts as a denial. Safe in
 * threads, and in a child forked while another thread is inside. */
void rules_judge_password(const struct password_facts *facts, struct finding *f);

#endif
