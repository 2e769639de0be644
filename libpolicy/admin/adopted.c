/* The report on what was taken over (account adopt, observe start): for each organisation the
 * accounts that still lack something, and those that log in only while rules observe. */
#include "admin/compliance.h"
#include "admin/standing.h"

#include <stdlib.h>

struct unit {
    const char *organisation;
    int64_t adopted, lacking, seen, denied;
};

struct counting {
    struct gdpop_admin *a;
    const struct scope *scope;
    bool observing;
    struct unit *units;
    size_t count, room;
    struct unit *last;
};

static struct unit *unit_of(struct counting *c, const char *organisation)
{
    enum { STEP = 16 };
    if (c->last && strcmp(c->last->organisation, organisation) == 0)
        return c->last;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->units[i].organisation, organisation) == 0)
            return c->last = &c->units[i];
    if (c->count == c->room) {
        size_t room = c->room ? 2 * c->room : STEP;
        struct unit *more = arena_alloc(c->a->call.arena, room * sizeof(*more));
        if (!more)
            return NULL;
        if (c->count)
            memcpy(more, c->units, c->count * sizeof(*more));
        c->units = more;
        c->room = room;
    }
    c->last = &c->units[c->count++];
    *c->last = (struct unit){.organisation = admin_copy(c->a, organisation)};
    return c->last->organisation ? c->last : NULL;
}

static int judge(struct counting *c, const Model__Account *x, bool *lacking, bool *denied)
{
    const char *lacks = "";
    struct trace *trace;
    int r = x->adopted_at ? standing_lacks(c->a, x, &lacks) : 0;
    *lacking = r == 0 && lacks[0];
    if (r == 0 && c->observing && (r = standing_judge(c->a, x, &trace)) == 0)
        for (size_t i = 0; i < trace->count; i++)
            *denied |= trace->finding[i].level == FINDING_DENY;
    return r;
}

/* Each account in memory of its own: there may be very many. */
static int count_account(struct bytes key, void *message, void *arg)
{
    struct counting *c = arg;
    const Model__Account *x = message;
    bool lacking = false, denied = false;
    (void)key;
    if (x->service || !scope_has(c->scope, x->organisation) || (!x->adopted_at && !c->observing) ||
        (!account_in_force(x, c->a->now_at) && !account_is_unfinished(x)))
        return 0;
    struct unit *u = unit_of(c, x->organisation);
    struct arena *scratch = arena_new(), *kept = c->a->call.arena;
    if (!u || !scratch) {
        arena_free(scratch);
        return GDPOP_ERR_NOMEM;
    }
    c->a->call.arena = scratch;
    struct arena *of_txn = txn_set_arena(c->a->call.txn, scratch);
    int r = judge(c, x, &lacking, &denied);
    txn_set_arena(c->a->call.txn, of_txn);
    c->a->call.arena = kept;
    arena_free(scratch);
    u->adopted += x->adopted_at != 0;
    u->lacking += lacking;
    u->seen++;
    u->denied += denied;
    return r;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct unit *)a)->organisation, ((const struct unit *)b)->organisation);
}

static int add(struct gdpop_admin *a, const char *tag, const struct unit *u, const char *evidence,
               int64_t outstanding, const char *option, report_add *add_row, void *arg)
{
    const char *remedy = outstanding
                             ? arena_printf(a->call.arena, "gdpop-admin account list %s --org %s",
                                            option, u->organisation)
                             : "";
    return evidence && remedy ? add_row(tag, u->organisation, evidence, outstanding, remedy, arg)
                              : GDPOP_ERR_NOMEM;
}

int adopted_report(struct gdpop_admin *a, const struct scope *scope, bool observing,
                   report_add *add_row, void *arg)
{
    struct counting c = {.a = a, .scope = scope, .observing = observing};
    int r = store_each(a->call.txn, &table_account, BYTES("", 0), count_account, &c);
    if (r == 0 && c.count)
        qsort(c.units, c.count, sizeof(*c.units), by_name);
    for (size_t i = 0; r == 0 && i < c.count; i++) {
        const struct unit *u = &c.units[i];
        if (u->adopted)
            r = add(a, "ADOPT-1", u,
                    arena_printf(a->call.arena, "%s: %lld, %s: %lld", _("accounts taken over"),
                                 (long long)u->adopted, _("that lack something"),
                                 (long long)u->lacking),
                    u->lacking, "--lacking", add_row, arg);
        if (r == 0 && observing)
            r = add(a, "ADOPT-2", u,
                    arena_printf(a->call.arena, "%s: %lld, %s: %lld",
                                 _("accounts that log in while rules observe"), (long long)u->seen,
                                 _("that would be denied otherwise"), (long long)u->denied),
                    u->denied, "--would-deny", add_row, arg);
    }
    return r;
}
