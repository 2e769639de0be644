#include "audit.h"
#include "report/tally.h"

#include <inttypes.h>

/* Memory grows with the number of different values, not with the events. */
struct counter {
    const char *title;
    struct tally tally;
};

enum { BY_DAY, BY_ACTION, BY_RULE, BY_ACTOR, BY_ADDRESS, COUNTERS, SHOWN = 20 };

struct stats {
    const struct options *options;
    uint64_t events;
    struct counter counters[COUNTERS];
};

static int count_value(struct counter *c, const char *value)
{
    struct tally_slot *slot = *value ? tally_at(&c->tally, value) : NULL;
    if (slot)
        slot->n[0]++;
    return slot || !*value ? 0 : GDPOP_ERR_NOMEM;
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

static void put_counter(struct counter *c, bool json, bool last)
{
    tally_sort(&c->tally);
    if (json)
        printf("\"%s\":{", c->title);
    else
        printf("\n%s\n", _(c->title));
    for (size_t i = 0; i < c->tally.count && (json || i < SHOWN); i++) {
        if (json) {
            fputs(i ? "," : "", stdout);
            put_json(stdout, c->tally.slots[i].name);
            printf(":%" PRIu64, c->tally.slots[i].n[0]);
        } else {
            printf("%10" PRIu64 "  ", c->tally.slots[i].n[0]);
            put_clean(stdout, c->tally.slots[i].name);
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
        tally_free(&c->tally);
    }
    return r < 0 ? fail(r) : EXIT_DONE;
}

const struct command stats_command = {
    "stats", N_("Count events by day, action, rule, actor and address."), run};
