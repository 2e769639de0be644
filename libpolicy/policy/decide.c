#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include <stdio.h>

void verdict_init(struct gdpop_verdict *v)
{
    *v = (struct gdpop_verdict){.outcome = GDPOP_DENIED};
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static void add_notice(struct gdpop_verdict *v, const struct finding *f)
{
    size_t used = strlen(v->notice);
    snprintf(v->notice + used, sizeof(v->notice) - used, "%s%s %s %s", used ? "\n" : "", f->tag,
             f->code, f->text);
}

static void say(struct gdpop_verdict *v, const struct finding *f)
{
    copy(v->rule, sizeof(v->rule), f->rule);
    copy(v->tag, sizeof(v->tag), f->tag);
    copy(v->code, sizeof(v->code), f->code);
    snprintf(v->sentence, sizeof(v->sentence), "%s%s%s %s", v->tag, v->tag[0] ? " " : "", v->code,
             f->text);
}

void decide(const struct subject *s, struct trace *trace, struct gdpop_verdict *v)
{
    verdict_init(v);
    if (s->person && s->person->language[0]) {
        copy(v->language, sizeof(v->language), s->person->language);
        text_language(s->person->language);
    }
    rules_judge(&s->facts, trace);
    for (size_t i = 0; i < trace->count; i++)
        if (trace->finding[i].level == FINDING_NOTICE)
            add_notice(v, &trace->finding[i]);
    if (trace->deciding >= 0)
        say(v, &trace->finding[trace->deciding]);
    if (trace->level == FINDING_CHANGE)
        v->outcome = GDPOP_CHANGE_PASSWORD;
    else if (trace->level == FINDING_PASS || trace->level == FINDING_NOTICE)
        v->outcome = GDPOP_ALLOWED;
    v->idle_sec = (uint32_t)settings_number(&s->place, SETTING_idle_sec);
}

static const char *outcome_word(enum gdpop_outcome outcome)
{
    switch (outcome) {
    case GDPOP_ALLOWED:
        return "allowed";
    case GDPOP_CHANGE_PASSWORD:
        return "change-password";
    case GDPOP_IGNORED:
        return "ignored";
    default:
        return "denied";
    }
}

/* A new login needs the seal of the trail. What denies does not, nor what a live session does: an
 * administrator's sudo and proof of identity stand before each freeze. */
static bool lets_in(const struct subject *s, const struct gdpop_verdict *v)
{
    bool within = s->facts.service_class & (CLASS_ELEVATE | CLASS_REVERIFY);
    return !within && (v->outcome == GDPOP_ALLOWED || v->outcome == GDPOP_CHANGE_PASSWORD);
}

static int append(struct txn *t, const struct gdpop_evidence *ev, const struct subject *s,
                  const char *action, bool in, Model__Event *e)
{
    e->subject = (char *)s->facts.user;
    e->actor = (char *)(s->facts.actor_name[0] ? s->facts.actor_name : s->facts.user);
    e->action = (char *)action;
    e->service = (char *)s->facts.service;
    e->address = (char *)(ev->address ? ev->address : "");
    e->tty = (char *)(ev->tty ? ev->tty : "");
    e->device = (char *)s->facts.device_id;
    return in ? trail_append(t, e) : trail_append_anyway(t, e);
}

static void name_finding(const struct finding *f, Model__Event *e)
{
    e->rule = (char *)f->rule;
    e->tag = (char *)f->tag;
    e->code = (char *)f->code;
    e->object = (char *)f->permit;
    e->detail = (char *)f->seen;
}

/* The permit that lets this login pass a rule; the event of the login itself names the first. */
static const struct finding *used_permit(const struct gdpop_verdict *v, const struct trace *trace)
{
    bool in = v->outcome == GDPOP_ALLOWED || v->outcome == GDPOP_CHANGE_PASSWORD;
    for (size_t i = 0; in && trace && !v->rule[0] && i < trace->count; i++)
        if (!trace->finding[i].observed && trace->finding[i].permit[0])
            return &trace->finding[i];
    return NULL;
}

/* What observed rules would have denied, and further permits that let pass, stand in events of
 * their own. */
static int append_others(struct txn *t, const struct gdpop_evidence *ev, const struct subject *s,
                         const char *action, const struct gdpop_verdict *v,
                         const struct trace *trace)
{
    const struct finding *named = used_permit(v, trace);
    bool in = lets_in(s, v),
         denied = v->outcome != GDPOP_ALLOWED && v->outcome != GDPOP_CHANGE_PASSWORD;
    for (size_t i = 0; trace && i < trace->count; i++) {
        const struct finding *f = &trace->finding[i];
        Model__Event e = MODEL__EVENT__INIT;
        if (!f->observed && (!f->permit[0] || denied || f == named))
            continue;
        e.outcome = (char *)(f->observed ? "observed" : "permitted");
        e.session = (char *)v->session;
        name_finding(f, &e);
        int r = append(t, ev, s, action, in, &e);
        if (r != 0)
            return r;
    }
    return 0;
}

/* Denials for want of room are limited like failures, or they would take the rest of it. */
static int is_flood(struct txn *t, const struct gdpop_evidence *ev, const struct subject *s,
                    const struct gdpop_verdict *v, enum flood *flood)
{
    char source[SOURCE_BYTES];
    *flood = FLOOD_EVENT;
    if (strcmp(v->rule, "space") != 0)
        return 0;
    source_name(ev, s->facts.service_class, source);
    return source_flood(t, source, flood);
}

int decide_event(struct txn *t, const struct gdpop_evidence *ev, const struct subject *s,
                 const char *action, const struct gdpop_verdict *v, const struct trace *trace)
{
    Model__Event e = MODEL__EVENT__INIT;
    e.outcome = (char *)outcome_word(v->outcome);
    e.rule = (char *)v->rule;
    e.tag = (char *)v->tag;
    e.code = (char *)v->code;
    e.session = (char *)v->session;
    const struct finding *permit = used_permit(v, trace);
    if (permit)
        name_finding(permit, &e);
    else if (trace && trace->deciding >= 0)
        e.detail = (char *)trace->finding[trace->deciding].seen;
    enum flood flood;
    int r = is_flood(t, ev, s, v, &flood);
    if (r != 0 || flood == FLOOD_SILENT)
        return r;
    r = append(t, ev, s, action, lets_in(s, v), &e);
    return r != 0 ? r : append_others(t, ev, s, action, v, trace);
}

int decide_error(const struct gdpop_evidence *ev, int r, const char *phase, struct gdpop_verdict *v)
{
    /* In auth the name is not known to be one: it may be a password typed at the wrong prompt. */
    bool named = ev->password_proved && ev->user;
    verdict_init(v);
    v->outcome = GDPOP_DENIED_UNAVAILABLE;
    v->error = r;
    log_error("%s: %s%s%s denied: %s", ev->service ? ev->service : "?", phase, named ? " for " : "",
              named ? ev->user : "", err_sentence()[0] ? err_sentence() : gdpop_strerror(r));
    return r;
}
