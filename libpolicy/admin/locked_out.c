/* Who could log in before an act's changes and could no more after them. What the act wrote is
 * copied, the write lock dropped, and each account's usual logins judged on both sides. */
#include "admin/usual.h"
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>

/* What such an act changes; all the rest is read as it stands. */
static const struct table *const changed_tables[] = {&table_meta, &table_policy, &table_host,
                                                     &table_permit, &table_workplace};
enum { CHANGED = sizeof(changed_tables) / sizeof(changed_tables[0]) };

/* One side of the comparison. */
struct side {
    struct arena *arena; /* of its places and settings */
    struct txn *txn;
    struct places places;
    struct facts_cache *cache;
};

struct checking {
    struct gdpop_admin *a;
    struct side before, after;
    const char *host; /* of logins that are of no known host */
    uint64_t done, total;
    size_t accounts, hosts, unseen;
    struct subject *subject;
    struct trace *trace;
};

static int open_side(struct gdpop_admin *a, struct side *s, bool after)
{
    int r;
    if ((s->arena = arena_new()) == NULL)
        return GDPOP_ERR_NOMEM;
    if ((r = store_read(a->call.store, s->arena, &s->txn)) != 0)
        return r;
    for (int i = 0; after && r == 0 && i < CHANGED; i++)
        r = store_shadow(s->txn, a->call.txn, changed_tables[i]);
    if (r != 0)
        return r;
    s->cache = facts_cache_new(s->arena);
    return s->cache ? usual_places(s->txn, &s->places) : GDPOP_ERR_NOMEM;
}

static void close_side(struct side *s)
{
    txn_abort(s->txn);
    arena_free(s->arena);
    *s = (struct side){0};
}

/* Whether this login would be let in; if not, the trace or the thread's sentence says why. */
static bool passes(struct checking *c, struct side *s, const struct usual *u, int *error)
{
    *error = facts_read_at(s->txn, u->host, s->cache, &u->evidence, PHASE_ACCOUNT, c->subject);
    if (*error != 0)
        return false;
    rules_judge(&c->subject->facts, c->trace);
    return c->trace->level != FINDING_DENY;
}

static int add_reason(struct gdpop_admin *a, const char *rule, const char *tag, const char *code,
                      const char *sentence)
{
    int r;
    if ((r = result_text(a, "rule", _("Rule"), rule)) != 0 ||
        (r = result_text(a, "tag", _("Article"), tag)) != 0 ||
        (r = result_text(a, "code", _("Code"), code)) != 0)
        return r;
    return result_text(a, "sentence", _("What it would be told"), sentence);
}

static int add_row(struct checking *c, const char *account, const char *organisation,
                   const struct usual *u, int error)
{
    struct gdpop_admin *a = c->a;
    const struct gdpop_evidence *ev = &u->evidence;
    const char *from = ev->address && ev->address[0] ? ev->address : ev->tty;
    char reason[768];
    int r;
    snprintf(reason, sizeof(reason), "%s", error ? err_sentence() : "");
    const Model__Host *h = error ? NULL : c->subject->host;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "account", _("Account"), account)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), organisation)) != 0 ||
        (r = result_shown(a, "host", _("Host"), u->host, h ? h->name : u->host)) != 0 ||
        (r = result_text(a, "from", _("From"), from)) != 0 ||
        (r = result_text(a, "service", _("Service"), ev->service)) != 0)
        return r;
    if (error || c->trace->deciding < 0)
        return add_reason(a, "systems", "", "", reason);
    const struct finding *f = &c->trace->finding[c->trace->deciding];
    return add_reason(a, f->rule, f->tag, f->code, f->text);
}

static int tell(struct checking *c, const Model__Account *x, const struct usual *u, int error)
{
    char reason[768];
    bool sees;
    snprintf(reason, sizeof(reason), "%s", error ? err_sentence() : "");
    struct txn *mine = c->a->call.txn;
    c->a->call.txn = c->before.txn; /* for admin_sees */
    int r = admin_sees(c->a, x->organisation, &sees);
    c->a->call.txn = mine;
    if (r != 0)
        return r;
    c->accounts++;
    c->unseen += !sees;
    if (!sees || c->a->result.count >= GDPOP_LOCKED_OUT_MAX)
        return 0;
    if (error)
        err_fail(error, "%s", reason);
    return add_row(c, x->name, x->organisation, u, error);
}

/* An account is locked out when a login of today is let in before and none of them after. */
static int check_logins(struct checking *c, const Model__Account *x)
{
    struct usual before[USUAL_MAX], after[USUAL_MAX];
    size_t n, m;
    int r, error, ignored;
    if ((r = usual_logins(c->after.txn, x, &c->after.places, c->host, c->a->now_at, after, &m)) !=
        0)
        return r;
    for (size_t i = 0; i < m; i++)
        if (passes(c, &c->after, &after[i], &error))
            return 0;
    if ((r = usual_logins(c->before.txn, x, &c->before.places, c->host, c->a->now_at, before,
                          &n)) != 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        if (!passes(c, &c->before, &before[i], &ignored))
            continue;
        struct usual asked = before[i]; /* the same login, after */
        passes(c, &c->after, &asked, &error);
        return tell(c, x, &asked, error);
    }
    return 0;
}

static bool is_reached(const struct gdpop_admin *a, const Model__Account *x)
{
    return account_in_force(x, a->now_at) && (a->reach.all || !a->reach.organisation ||
                                              strcmp(a->reach.organisation, x->organisation) == 0);
}

static int check_account(struct bytes key, void *message, void *arg)
{
    struct checking *c = arg;
    const Model__Account *x = message;
    (void)key;
    if (++c->done % 256 == 0)
        progress_tell(_("Looking who would be locked out"), c->done, c->total);
    if (!is_reached(c->a, x))
        return 0;
    struct arena *scratch = arena_new(), *before, *after;
    if (!scratch)
        return GDPOP_ERR_NOMEM;
    before = txn_set_arena(c->before.txn, scratch);
    after = txn_set_arena(c->after.txn, scratch);
    int r = check_logins(c, x);
    txn_set_arena(c->before.txn, before);
    txn_set_arena(c->after.txn, after);
    arena_free(scratch);
    return r;
}

/* A host whose systems no profile names any more lets nobody in. */
static int check_host(struct bytes key, void *message, void *arg)
{
    struct checking *c = arg;
    Model__Host *h = message, *now;
    struct settings s;
    (void)key;
    if (strcmp(h->state, "active") != 0)
        return 0;
    if (!c->host || (c->a->reach.host && strcmp(c->a->reach.host, h->id) == 0))
        c->host = arena_strdup(c->before.arena, h->id);
    if (store_get_host(c->after.txn, h->id, &now) != 0 || strcmp(now->state, "active") != 0 ||
        policy_settings(c->before.txn, h->systems, h->n_systems, &s) != 0 ||
        policy_settings(c->after.txn, now->systems, now->n_systems, &s) == 0)
        return 0;
    c->hosts++;
    struct usual u = {.host = h->name};
    return add_row(c, "", h->organisation, &u, GDPOP_ERR_STORE);
}

/* The host where logins are tried whose host is not known: the one that is changed, else this one,
 * else any. */
static int choose_host(struct checking *c)
{
    Model__Host *here;
    int r = store_get_host(c->before.txn, c->a->host_id, &here);
    if (r == 0 && strcmp(here->state, "active") == 0)
        c->host = c->a->host_id;
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    return store_each(c->before.txn, &table_host, BYTES("", 0), check_host, c);
}

static int count_message(struct checking *c)
{
    struct gdpop_admin *a = c->a;
    if (c->accounts + c->hosts == 0)
        return 0;
    if (c->hosts > 0)
        return result_message(a,
                              _("%zu hosts would let nobody in, and %zu accounts that can log in "
                                "now could not any more"),
                              c->hosts, c->accounts);
    if (c->unseen > 0)
        return result_message(a,
                              _("%zu accounts that can log in now could not any more, %zu of them "
                                "outside what you supervise"),
                              c->accounts, c->unseen);
    return result_message(a, _("%zu accounts that can log in now could not any more"), c->accounts);
}

static int check_all(struct checking *c)
{
    int r;
    if ((c->subject = arena_alloc(c->a->call.arena, sizeof(*c->subject))) == NULL ||
        (c->trace = arena_alloc(c->a->call.arena, sizeof(*c->trace))) == NULL)
        return GDPOP_ERR_NOMEM;
    if ((r = choose_host(c)) != 0 ||
        (r = store_records(c->before.txn, &table_account, &c->total)) != 0 ||
        (r = store_scan(c->before.txn, &table_account, BYTES("", 0), check_account, c)) != 0)
        return r;
    progress_tell(_("Looking who would be locked out"), c->total, c->total);
    return count_message(c);
}

int gdpop_admin_locked_out(struct gdpop_admin *a, const struct gdpop_result **result)
{
    struct checking c = {.a = a};
    int r;
    err_clear();
    *result = NULL;
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    if (!a->reach.something || !a->call.txn)
        return 0;
    a->result = (struct gdpop_result){.ok = true, .list = true, .message = ""};
    a->rows = NULL;
    a->row_room = a->field_room = 0;
    if ((r = open_side(a, &c.before, false)) == 0)
        r = open_side(a, &c.after, true);
    a->spoiled = true;
    /* They stood by for what is done next, not for looking. */
    memcpy(a->g->witness, a->witness, sizeof(a->witness));
    a->g->witness_count = a->witness_count;
    txn_abort(a->call.txn);
    a->call.txn = NULL;
    if (r == 0)
        r = check_all(&c);
    close_side(&c.before);
    close_side(&c.after);
    if (r == 0)
        *result = &a->result;
    return r;
}
