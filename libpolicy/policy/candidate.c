#include "policy/change.h"

#include "base/err.h"
#include "base/text.h"
#include <stdio.h>

/* Whether the system asks for this change, so that min_age does not hold. */
static bool is_forced(const struct facts *facts)
{
    struct facts f = *facts;
    struct trace trace;
    f.phase = PHASE_ACCOUNT;
    f.service_class = CLASS_REMOTE;
    rules_judge(&f, &trace);
    for (size_t i = 0; i < trace.count; i++)
        if (trace.finding[i].level == FINDING_CHANGE && !trace.finding[i].observed)
            return true;
    return false;
}

/* The current password stands in the history, but for one that was brought in from elsewhere: that
 * one is compared by itself. */
static int is_current(const struct change *c, bool *same)
{
    const Model__Credential *credential = c->subject.credential;
    size_t n = credential->n_history;
    *same = false;
    if (n > 0 && credential->history[n - 1]->set_at == credential->set_at)
        return 0;
    if (c->old->len == 0)
        return phash_verify(c->candidate, credential->hash, same);
    *same = secret_equal(c->candidate, c->old);
    return 0;
}

/* One hash under the account's history salt, compared with the newest reuse_depth of those kept:
 * the current password and the initial one are among them (DESIGN 4.15). */
static int find_reuse(struct change *c, struct password_facts *p)
{
    const struct settings *s = &c->subject.password;
    const Model__Credential *credential = c->subject.credential;
    size_t depth = (size_t)settings_number(s, SETTING_reuse_depth), n = credential->n_history;
    bool same;
    int r;
    if (credential->history_salt[0])
        snprintf(c->history_salt, sizeof(c->history_salt), "%s", credential->history_salt);
    else if ((r = phash_salt(settings_text(s, SETTING_hash_prefix),
                             (unsigned long)settings_number(s, SETTING_hash_count),
                             c->history_salt)) != 0)
        return r;
    if ((r = phash_make(c->candidate, c->history_salt, c->history_hash)) != 0 ||
        (r = is_current(c, &same)) != 0)
        return r;
    p->reused = same && depth > 0;
    p->is_initial = same && credential->initial;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(credential->history[i]->hash, c->history_hash) != 0)
            continue;
        p->reused |= n - i <= depth;
        p->is_initial |= i == n - 1 && credential->initial;
    }
    return 0;
}

static int make_hash(struct change *c)
{
    const struct settings *s = &c->subject.password;
    char salt[PHASH_MAX_BYTES];
    int r = phash_salt(settings_text(s, SETTING_hash_prefix),
                       (unsigned long)settings_number(s, SETTING_hash_count), salt);
    return r != 0 ? r : phash_make(c->candidate, salt, c->hash);
}

static struct password_facts facts_of(const struct change *c)
{
    const struct subject *s = &c->subject;
    return (struct password_facts){
        .settings = &s->password,
        .candidate = c->candidate,
        .old = c->old->len ? c->old : NULL,
        .user = s->facts.user,
        .name = s->person ? s->person->name : "",
        .document_number = s->person && s->person->document ? s->person->document->number : "",
        .phone = s->person ? s->person->phone : "",
        .now_at = s->facts.now_at,
        .set_at = s->facts.password_set_at,
        .current_is_initial = s->facts.password_initial,
        .forced = is_forced(&s->facts),
        .utc_offset_min = s->facts.utc_offset_min,
    };
}

static bool passes(const struct password_facts *p, struct finding *f)
{
    rules_judge_password(p, f);
    return f->level == FINDING_PASS || f->level == FINDING_NOTICE;
}

int change_judge(struct change *c, bool *good)
{
    struct password_facts p = facts_of(c);
    struct finding f;
    int r = 0;
    *good = false;
    /* The comparisons with earlier passwords cost a hash and come last. */
    if (!passes(&p, &f) || ((r = find_reuse(c, &p)) == 0 && !passes(&p, &f)))
        change_refuse(&c->v, f.rule, f.tag, f.code, f.text);
    else if (r == 0 && (r = make_hash(c)) == 0)
        *good = true;
    if (r != GDPOP_ERR_TOO_LONG)
        return r;
    change_refuse(&c->v, "length", "DB-8.1.4.1a", "P06",
                  _("The new password has more bytes than the hash method of this host reads. "
                    "Choose a shorter one."));
    return 0;
}
