#include "audit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Counts by value. Memory grows with the number of different values, not with the events. */
struct counter {
    const char *title;
    size_t count, room; /* room: a power of two, an open hash table */
    struct {
        char *value;
        uint64_t events;
    } * slots;
};

enum { BY_DAY, BY_ACTION, BY_RULE, BY_ACTOR, BY_ADDRESS, COUNTERS, SHOWN = 20 };

struct stats {
    const struct options *options;
    uint64_t events;
    struct counter counters[COUNTERS];
};

static size_t slot_of(const struct counter *c, const char *value)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *p = value; *p; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    size_t at = (size_t)hash & (c->room - 1);
    while (c->slots[at].value && strcmp(c->slots[at].value, value) != 0)
        at = (at + 1) & (c->room - 1);
    return at;
}

static bool grow(struct counter *c)
{
    struct counter bigger = {.room = c->room ? c->room * 2 : 64};
    bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < c->room; i++)
        if (c->slots[i].value)
            bigger.slots[slot_of(&bigger, c->slots[i].value)] = c->slots[i];
    free(c->slots);
    c->slots = bigger.slots;
    c->room = bigger.room;
    return true;
}

static int count_value(struct counter *c, const char *value)
{
    if (!*value)
        return 0;
    if (2 * (c->count + 1) > c->room && !grow(c))
        return GDPOP_ERR_NOMEM;
    size_t at = slot_of(c, value);
    if (!c->slots[at].value) {
        c->slots[at].value = strdup(value);
        c->count++;
    }
    c->slots[at].events++;
    return c->slots[at].value ? 0 : GDPOP_ERR_NOMEM;
}

static int each(const struct gdpop_audit_event *e, void *arg)
{
    struct stats *s = arg;
    char day[32], action[160], rule[64];
    if (!filter_takes(&s->options->filter, e))
        return 0;
    s->events++;
    format_instant(e->at, day);
    day[10] = '\0';
    snprintf(action, sizeof(action), "%s %s", e->action, e->outcome);
    snprintf(rule, sizeof(rule), "%s%s%s", e->tag, *e->tag && *e->rule ? " " : "", e->rule);
    int r = count_value(&s->counters[BY_DAY], day);
    if (r == 0)
        r = count_value(&s->counters[BY_ACTION], action);
    if (r == 0)
        r = count_value(&s->counters[BY_RULE], rule);
    if (r == 0)
        r = count_value(&s->counters[BY_ACTOR], e->actor);
    return r ? r : count_value(&s->counters[BY_ADDRESS], e->address);
}

static int by_events(const void *x, const void *y)
{
    const struct {
        char *value;
        uint64_t events;
    } *a = x, *b = y;
    if (a->events != b->events)
        return a->events < b->events ? 1 : -1;
    return a->value && b->value ? strcmp(a->value, b->value) : (a->value ? -1 : b->value != NULL);
}

static void put_counter(struct counter *c, bool json, bool last)
{
    if (c->room)
        qsort(c->slots, c->room, sizeof(*c->slots), by_events);
    if (json)
        printf("\"%s\":{", c->title);
    else
        printf("\n%s\n", _(c->title));
    for (size_t i = 0; i < c->count && (json || i < SHOWN); i++) {
        if (json) {
            fputs(i ? "," : "", stdout);
            put_json(stdout, c->slots[i].value);
            printf(":%" PRIu64, c->slots[i].events);
        } else {
            printf("%10" PRIu64 "  ", c->slots[i].events);
            put_clean(stdout, c->slots[i].value);
            putchar('\n');
        }
    }
    if (json)
        printf("}%s", last ? "}\n" : ",");
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    struct stats s = {
        .options = o,
        .counters = {
            {N_("days")}, {N_("actions")}, {N_("rules")}, {N_("actors")}, {N_("addresses")}}};
    int r = 0;
    for (int i = 0; r == 0 && i < count; i++)
        r = gdpop_audit_add(a, files[i]);
    if (r == 0)
        r = gdpop_audit_each(a, each, &s);
    if (r == 0 && o->json)
        printf("{\"events\":%" PRIu64 ",", s.events);
    else if (r == 0)
        printf("%" PRIu64 "  %s\n", s.events, _("events"));
    for (int i = 0; i < COUNTERS; i++) {
        struct counter *c = &s.counters[i];
        if (r == 0)
            put_counter(c, o->json, i == COUNTERS - 1);
        for (size_t k = 0; k < c->room; k++)
            free(c->slots[k].value);
        free(c->slots);
    }
    return r < 0 ? fail(r) : EXIT_DONE;
}

const struct command stats_command = {
    "stats", N_("Count events by day, action, rule, actor and address."), run};
