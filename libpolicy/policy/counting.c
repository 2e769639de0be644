#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/phash.h"
#include <stdio.h>

/* One comparison. The counter is the account's when the account could log in from this source, else
 * the source's: nobody locks another out from where the other could not log in anyway (DESIGN 4.8).
 */
struct comparison {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    const struct secret *password;
    struct subject subject;
    struct source source;
    char hash[PHASH_MAX_BYTES];
    char new_hash[PHASH_MAX_BYTES]; /* when a rehash is due */
    bool compared, matched, froze;
    bool overtaken;     /* another password came while this one was compared */
    enum spoken spoken; /* of a code told by telephone */
    Model__Credential *credential;
    struct gdpop_verdict *v;
};

static int64_t locked_until(const Model__Counter *counter)
{
    return counter ? counter->locked_until_at : 0;
}

static int read_counter(struct txn *t, const struct comparison *c, Model__Counter **counter)
{
    return c->source.can_log_in ? store_get_counter(t, c->subject.facts.user, counter)
                                : store_get_source(t, c->source.name, counter);
}

static int put_counter(struct txn *t, const struct comparison *c, const Model__Counter *counter)
{
    return c->source.can_log_in ? store_put_counter(t, c->subject.facts.user, counter)
                                : store_put_source(t, c->source.name, counter);
}

/* The first read: who it is and whether there is anything to compare with. */
static int look(struct call *call, struct comparison *c, bool *eligible)
{
    struct subject *s = &c->subject;
    Model__Counter *counter;
    int r;
    *eligible = false;
    if ((r = call_read(call)) != 0 || (r = facts_read(call->txn, c->ev, PHASE_AUTH, s)) != 0)
        return r;
    source_judge(c->ev, s, &c->source);
    if ((r = read_counter(call->txn, c, &counter)) != 0)
        return r;
    if (s->credential && s->facts.has_password && locked_until(counter) <= s->facts.now_at) {
        *eligible = true;
        snprintf(c->hash, sizeof(c->hash), "%s", s->credential->hash);
    }
    txn_abort(call->txn);
    call->txn = NULL;
    return 0;
}

/* Again under the counting lock: another process may have used up the last try meanwhile, or
 * changed the password. */
static int still_unlocked(struct call *call, struct comparison *c, bool *unlocked)
{
    Model__Credential *credential;
    Model__Counter *counter;
    int64_t now_at;
    int r;
    *unlocked = false;
    if ((r = call_read(call)) != 0 || (r = read_counter(call->txn, c, &counter)) != 0 ||
        (r = store_get_credential(call->txn, c->subject.facts.user, &credential)) != 0 ||
        (r = trail_time(call->txn, &now_at)) != 0)
        return r;
    snprintf(c->hash, sizeof(c->hash), "%s", credential->hash);
    c->credential =
        c->source.can_log_in && spoken_may(&c->subject, credential, now_at) ? credential : NULL;
    *unlocked = locked_until(counter) <= now_at;
    txn_abort(call->txn);
    call->txn = NULL;
    return 0;
}

static void forget_old(Model__Counter *counter, int64_t before_at)
{
    size_t n = 0;
    for (size_t i = 0; i < counter->n_failures; i++)
        if (counter->failures[i] > before_at)
            counter->failures[n++] = counter->failures[i];
    counter->n_failures = n;
}

static int add_failure(struct arena *a, Model__Counter *counter, int64_t now_at)
{
    int64_t *list = arena_alloc(a, (counter->n_failures + 1) * sizeof(*list));
    if (!list)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < counter->n_failures; i++)
        list[i] = counter->failures[i];
    list[counter->n_failures++] = now_at;
    counter->failures = list;
    counter->failures_since_login++;
    return 0;
}

static int event(struct txn *t, const struct comparison *c, const char *action, const char *outcome,
                 const char *rule, const char *tag, const char *detail)
{
    const struct facts *f = &c->subject.facts;
    Model__Event e = MODEL__EVENT__INIT;
    uint8_t digest[32];
    char name[40];
    /* A name typed at a prompt is often a password: an unknown one is kept as a keyed digest only.
     */
    if (!c->subject.account) {
        int r = keyring_lookup(store_keyring(txn_store(t)), "name", bytes_of_text(f->user), digest);
        if (r != 0)
            return r;
        name[0] = '?';
        bytes_to_hex(BYTES(digest, 8), name + 1);
    }
    e.subject = c->subject.account ? (char *)f->user : name;
    e.actor = f->actor_name[0] ? (char *)f->actor_name : e.subject;
    e.action = (char *)action;
    e.outcome = (char *)outcome;
    e.rule = (char *)rule;
    e.tag = (char *)tag;
    e.detail = (char *)detail;
    e.service = (char *)f->service;
    e.address = (char *)(c->ev->address ? c->ev->address : "");
    e.tty = (char *)(c->ev->tty ? c->ev->tty : "");
    e.device = (char *)f->device_id;
    return trail_append_anyway(t, &e);
}

/* An event for one of the first failures of this source in ten minutes, one summary, then nothing.
 */
static int event_of_failure(struct txn *t, const struct comparison *c)
{
    enum flood flood;
    /* What anybody can cause from anywhere takes nothing of the room that is left. */
    if (c->subject.facts.room_short) {
        log_warning("%s: wrong password or unknown name from %s, not recorded: room is short",
                    c->subject.facts.service, c->source.name);
        return 0;
    }
    int r = source_flood(t, c->source.name, &flood);
    if (r != 0 || flood == FLOOD_SILENT)
        return r;
    if (flood == FLOOD_EVENT)
        return event(t, c, "login.auth", "failed", "", "DB-8.1.4.1b",
                     c->compared ? "wrong password" : "not compared");
    return event(t, c, "login.flood", "denied", "", "DB-8.1.4.1b", FLOOD_TEXT);
}

/* A wrong code where one is awaited. */
static int count_code(struct txn *t, const struct comparison *c, int64_t now_at)
{
    const char *user = c->subject.facts.user;
    Model__Credential *credential;
    int r = store_get_credential(t, user, &credential);
    if (r != 0 || !spoken_may(&c->subject, credential, now_at))
        return r;
    bool is_void = spoken_count(credential);
    if ((r = store_put_credential(t, user, credential)) != 0 || !is_void)
        return r;
    return event(t, c, "reset.void", "done", "", "DB-8.1.4.1b", "too many wrong codes");
}

static int record_failure(struct txn *t, void *arg)
{
    struct comparison *c = arg;
    const struct settings *s = &c->subject.password;
    const char *tag = settings_tag(s, SETTING_lockout_limit);
    Model__Counter *counter;
    int64_t now_at;
    int r;
    if ((r = trail_time(t, &now_at)) != 0)
        return r;
    if (c->spoken == SPOKEN_WRONG && (r = count_code(t, c, now_at)) != 0)
        return r;
    if (c->compared) {
        if ((r = read_counter(t, c, &counter)) != 0)
            return r;
        forget_old(counter, now_at - settings_number(s, SETTING_lockout_window_sec) * CLOCK_SECOND);
        if ((r = add_failure(txn_arena(t), counter, now_at)) != 0)
            return r;
        bool lock = (int64_t)counter->n_failures >= settings_number(s, SETTING_lockout_limit);
        if (lock) {
            counter->locked_until_at =
                now_at + settings_number(s, SETTING_lockout_sec) * CLOCK_SECOND;
            counter->n_failures = 0;
        }
        if ((r = put_counter(t, c, counter)) != 0)
            return r;
        if (lock && (r = event(t, c, c->source.can_log_in ? "account.lockout" : "source.lockout",
                               "done", "lockout", tag, c->source.name)) != 0)
            return r;
    }
    return event_of_failure(t, c);
}

/* GD-9: whoever gives another person's correct password to su or sudo has it lent. */
static int record_lending(struct txn *t, struct comparison *c)
{
    const struct settings *s = &c->subject.place;
    const char *tag = settings_tag(s, SETTING_lending_check);
    const char *actor = c->subject.facts.actor_name;
    int r = event(t, c, "lending.proven", "denied", "lending", tag, actor);
    if (r != 0 || !settings_number(s, SETTING_lending_freeze))
        return r;
    return freeze_account(t, c->subject.facts.user, N_("lending"), tag, actor, &c->froze);
}

/* The account's failures are over. Those of a source stay: whoever has an account of their own
 * would else begin anew with another's after each login. */
static int forgive(struct txn *t, const struct comparison *c)
{
    Model__Counter *counter;
    int r;
    if (!c->source.can_log_in)
        return 0;
    if ((r = read_counter(t, c, &counter)) != 0 ||
        (counter->n_failures == 0 && counter->locked_until_at == 0))
        return r;
    counter->n_failures = 0;
    counter->locked_until_at = 0;
    return put_counter(t, c, counter);
}

/* Judged again: another login may have used it up, or its time is over. */
static int use_code(struct txn *t, struct comparison *c, Model__Credential *credential)
{
    const char *user = c->subject.facts.user;
    enum spoken is = SPOKEN_NONE;
    int64_t now_at;
    int r = trail_time(t, &now_at);
    if (r == 0 && spoken_may(&c->subject, credential, now_at))
        r = spoken_judge(txn_store(t), user, credential, c->password, &is);
    if (r != 0)
        return r;
    if (is != SPOKEN_RIGHT)
        return err_fail(GDPOP_ERR_BUSY, _("the code was used in the moment in which it was given"));
    spoken_use(credential, &c->subject.password, c->new_hash, now_at);
    return event(t, c, "reset.used", "done", "", "DB-8.1.4.1a", "");
}

static int record_success(struct txn *t, void *arg)
{
    struct comparison *c = arg;
    const char *user = c->subject.facts.user;
    Model__Credential *credential;
    int r;
    c->froze = false;
    if ((r = store_get_credential(t, user, &credential)) != 0)
        return r;
    c->overtaken = strcmp(credential->hash, c->hash) != 0;
    if (c->overtaken)
        return err_fail(GDPOP_ERR_BUSY,
                        _("the password was changed in the moment in which it was compared"));
    if (c->spoken == SPOKEN_RIGHT && (r = use_code(t, c, credential)) != 0)
        return r;
    if (c->new_hash[0]) {
        credential->hash = c->new_hash;
        if ((r = store_put_credential(t, user, credential)) != 0)
            return r;
    }
    if ((r = forgive(t, c)) != 0 || (c->source.lends && (r = record_lending(t, c)) != 0))
        return r;
    return event(t, c, "login.auth", "allowed", "", "", "");
}

/* The hash of a password whose hash was made with other settings than those of today. */
static int rehash_if_due(struct comparison *c)
{
    const char *prefix = settings_text(&c->subject.password, SETTING_hash_prefix);
    unsigned long count = (unsigned long)settings_number(&c->subject.password, SETTING_hash_count);
    char salt[PHASH_MAX_BYTES];
    int r;
    c->new_hash[0] = '\0';
    if (phash_current(c->hash, prefix, count))
        return 0;
    if ((r = phash_salt(prefix, count, salt)) != 0)
        return r;
    return phash_make(c->password, salt, c->new_hash);
}

/* What is no password may be a code. */
static int try_code(struct call *call, struct comparison *c)
{
    int r;
    if (!c->credential)
        return 0;
    if ((r = spoken_judge(call->store, c->subject.facts.user, c->credential, c->password,
                          &c->spoken)) != 0 ||
        c->spoken != SPOKEN_RIGHT)
        return r;
    c->matched = true;
    return spoken_blank(&c->subject.password, c->new_hash);
}

static int compare_once(struct call *call, struct comparison *c)
{
    bool unlocked;
    int r;
    c->overtaken = c->compared = c->matched = false;
    c->spoken = SPOKEN_NONE;
    c->new_hash[0] = '\0';
    if ((r = still_unlocked(call, c, &unlocked)) != 0 || !unlocked)
        return r;
    c->compared = true;
    if ((r = phash_verify(c->password, c->hash, &c->matched)) != 0 ||
        (r = c->matched ? rehash_if_due(c) : try_code(call, c)) != 0)
        return r;
    return store_update(call->store, call->arena, c->matched ? record_success : record_failure, c);
}

/* A password that matches one that was changed meanwhile is compared with the new one. */
static int compare_counted(struct call *call, struct comparison *c)
{
    enum { TRIES = 3 };
    struct lock lock = LOCK_NONE;
    int r;
    if ((r = store_count_lock(&c->g->conf,
                              c->source.can_log_in ? c->subject.facts.user : c->source.name,
                              &lock)) != 0)
        return r;
    for (int i = 0; i < TRIES; i++) {
        err_clear();
        if ((r = compare_once(call, c)) != GDPOP_ERR_BUSY || !c->overtaken)
            break;
    }
    lock_release(&lock);
    return r;
}

int counting_proof(const struct store *s, const char *hash, char out[static PROOF_BYTES])
{
    enum { PART_BYTES = 16 };
    uint8_t digest[32];
    int r = keyring_lookup(store_keyring(s), "proof", bytes_of_text(hash), digest);
    if (r == 0)
        bytes_to_hex(BYTES(digest, PART_BYTES), out);
    else
        out[0] = '\0';
    return r;
}

int counting_compare(struct gdpop *g, const struct gdpop_evidence *ev,
                     const struct secret *password, struct gdpop_verdict *v, bool *proved)
{
    struct comparison *c;
    struct call call;
    bool eligible;
    int r;
    *proved = false;
    verdict_init(v);
    v->outcome = GDPOP_DENIED_CREDENTIAL;
    if ((r = call_open(&call, g)) != 0)
        return r;
    if ((c = arena_alloc(call.arena, sizeof(*c))) == NULL) {
        r = GDPOP_ERR_NOMEM;
        goto out;
    }
    *c = (struct comparison){.g = g, .ev = ev, .password = password, .v = v};
    if ((r = look(&call, c, &eligible)) != 0)
        goto out;
    if (eligible && (r = compare_counted(&call, c)) != 0)
        goto out;
    if (!c->compared) {
        phash_dummy(password, settings_text(&c->subject.password, SETTING_hash_prefix),
                    (unsigned long)settings_number(&c->subject.password, SETTING_hash_count));
        r = store_update(call.store, call.arena, record_failure, c);
    } else if (c->matched && (r = counting_proof(call.store, c->new_hash[0] ? c->new_hash : c->hash,
                                                 v->proof)) == 0) {
        *proved = true;
        v->outcome = GDPOP_ALLOWED;
    }
    if (r == 0 && c->froze && ending_kill(c->subject.account->uid) != 0)
        log_error("%s", err_sentence());
out:
    r = call_note_clock(&call, r);
    call_close(&call);
    return r;
}
