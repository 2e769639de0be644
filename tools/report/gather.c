#include "gather.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OFFSET_SEC = 8 * 3600, HEIRS_MAX = 16 };

const char *const count_names[COUNTS] = {"logins",  "denials", "lockouts", "offsite", "away",
                                         "sharing", "lending", "acts",     "refused"};
_Static_assert((int)COUNTS <= (int)TALLY_NUMBERS, "a tally has room for every number");
const char *const text_names[TEXTS] = {"actor", "action", "subject", "object",  "outcome",
                                       "tag",   "rule",   "code",    "service", "address",
                                       "tty",   "device", "session", "detail",  "host"};

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_denial(const struct gdpop_audit_event *e)
{
    return strcmp(e->outcome, "denied") == 0 || strcmp(e->outcome, "failed") == 0;
}

/* What this event counts as; the same definitions stand at the foot of the page. */
static bool counts_as(const struct gdpop_audit_event *e, enum count what)
{
    bool login = begins(e->action, "login.");
    bool decided = is_denial(e) || strcmp(e->outcome, "observed") == 0;
    switch (what) {
    case LOGINS:
        return strcmp(e->action, "login.session") == 0 && strcmp(e->outcome, "allowed") == 0;
    case DENIALS:
        return login && is_denial(e);
    case LOCKOUTS:
        return strcmp(e->action, "account.lockout") == 0 ||
               strcmp(e->action, "source.lockout") == 0;
    case OFFSITE:
        return is_denial(e) && strcmp(e->rule, "workplace") == 0;
    case AWAY: /* let in by an exception, a waiver, or while the rule only observes */
        return strcmp(e->action, "login.session") == 0 && strcmp(e->rule, "workplace") == 0 &&
               !is_denial(e);
    case SHARING:
        return decided && strcmp(e->rule, "sharing") == 0;
    case LENDING:
        return decided && strcmp(e->rule, "lending") == 0;
    case ACTS:
        return strcmp(e->outcome, "done") == 0 && !login && !begins(e->action, "session.") &&
               strcmp(e->actor, "gdpop") != 0 && !counts_as(e, LOCKOUTS);
    default:
        return strcmp(e->outcome, "refused") == 0;
    }
}

/* ---- Whose organisation: the trail itself tells ---- */

const char *gathered_heir(const struct gathered *g, const char *organisation)
{
    for (int i = 0; i < HEIRS_MAX; i++) {
        const struct tally_slot *s = tally_find(&g->merged, organisation);
        if (!s)
            break;
        organisation = s->value;
    }
    return organisation;
}

static const char *home_of(const struct gathered *g, const char *name)
{
    const struct tally_slot *s = tally_find(&g->homes, name);
    return s ? s->value : "";
}

/* A person is added to an organisation, an account belongs to a person, and both may move. */
static bool learn(struct gathered *g, const struct gdpop_audit_event *e)
{
    if (strcmp(e->outcome, "done") != 0)
        return true;
    if (strcmp(e->action, "person.add") == 0)
        return tally_set(&g->homes, e->object, e->detail);
    if (strcmp(e->action, "account.apply") == 0)
        return tally_set(&g->homes, e->subject, home_of(g, e->object));
    if (strcmp(e->action, "org.merge") == 0 && strcmp(e->object, e->detail) != 0)
        return tally_set(&g->merged, e->object, e->detail);
    if (strcmp(e->action, "account.transfer") == 0 || strcmp(e->action, "account.second") == 0 ||
        strcmp(e->action, "account.return") == 0)
        return tally_set(&g->homes, e->subject, e->object);
    return true;
}

/* ---- One event ---- */

static bool add_to(struct tally *t, const char *name, int number)
{
    struct tally_slot *s = tally_at(t, name);
    if (s)
        s->n[number]++;
    return s != NULL;
}

static bool count(struct gathered *g, const struct gdpop_audit_event *e)
{
    char day[16], rule[64];
    time_t second = (time_t)(e->at / 1000000) + OFFSET_SEC;
    struct tm tm;
    gmtime_r(&second, &tm);
    strftime(day, sizeof(day), "%Y-%m-%d", &tm);
    bool good = true;
    for (enum count i = 0; i < COUNTS; i++) {
        if (!counts_as(e, i))
            continue;
        g->totals[i]++;
        good &= add_to(&g->days, day, (int)i);
        if (i == LOGINS || i == DENIALS)
            good &= add_to(&g->organisations, home_of(g, e->subject), i == DENIALS);
    }
    bool observed = strcmp(e->outcome, "observed") == 0;
    if ((*e->tag || *e->rule) && (observed || is_denial(e) || counts_as(e, REFUSED))) {
        snprintf(rule, sizeof(rule), "%s%s%s", e->tag, *e->tag && *e->rule ? " " : "", e->rule);
        good &= add_to(&g->rules, rule, observed);
    }
    return good;
}

static bool keep(struct gathered *g, const struct gdpop_audit_event *e)
{
    const char *texts[TEXTS] = {e->actor, e->action, e->subject, e->object,  e->outcome,
                                e->tag,   e->rule,   e->code,    e->service, e->address,
                                e->tty,   e->device, e->session, e->detail,  e->host};
    struct kept_event *k = &g->kept[g->next];
    size_t len = 0;
    for (int i = 0; i < TEXTS; i++)
        len += strlen(texts[i]) + 1;
    free(k->texts);
    if (!(k->texts = malloc(len)))
        return false;
    char *p = k->texts;
    for (int i = 0; i < TEXTS; i++)
        p = stpcpy(p, texts[i]) + 1;
    k->sequence = e->sequence;
    k->at = e->at;
    g->next = (g->next + 1) % g->kept_max;
    if (g->kept_count < g->kept_max)
        g->kept_count++;
    return true;
}

static int each(const struct gdpop_audit_event *e, void *arg)
{
    struct gathered *g = arg;
    if (g->events++ == 0)
        g->first_at = e->at;
    g->last_at = e->at;
    return learn(g, e) && count(g, e) && keep(g, e) ? 0 : GDPOP_ERR_NOMEM;
}

int gather(struct gdpop_audit *a, size_t events_max, struct gathered *g)
{
    *g = (struct gathered){.kept_max = events_max};
    g->kept = calloc(events_max, sizeof(*g->kept));
    return g->kept ? gdpop_audit_each(a, each, g) : GDPOP_ERR_NOMEM;
}

void gathered_free(struct gathered *g)
{
    tally_free(&g->days);
    tally_free(&g->rules);
    tally_free(&g->organisations);
    tally_free(&g->homes);
    tally_free(&g->merged);
    for (size_t i = 0; g->kept && i < g->kept_max; i++)
        free(g->kept[i].texts);
    free(g->kept);
}
