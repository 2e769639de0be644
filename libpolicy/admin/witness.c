/* Witnesses of sensitive acts (SZ-18, DB-8.1.5): further people who prove themselves in the same
 * run. Administrators of any duty and leaders in office may be one, within their scope. */
#include "admin/admin.h"

#include "admin/office.h"
#include "base/host.h"
#include <stdio.h>
#include <unistd.h>

static int proved(struct gdpop *g, struct gdpop_evidence *ev, const char *password, size_t len,
                  char proof[static PROOF_BYTES])
{
    struct gdpop_verdict v;
    int r = gdpop_authenticate(g, ev, password, len, &v);
    if (r != 0)
        return r;
    if (v.outcome != GDPOP_ALLOWED)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s was not authenticated: name or password is wrong, or it is locked"),
                        ev->user);
    snprintf(proof, PROOF_BYTES, "%s", v.proof);
    ev->password_proved = true;
    ev->proof = proof;
    if ((r = gdpop_account(g, ev, &v)) != 0)
        return r;
    if (v.outcome == GDPOP_CHANGE_PASSWORD)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("the password of %s must be changed first: log in, or run passwd"),
                        ev->user);
    return v.outcome == GDPOP_ALLOWED ? 0 : err_fail(GDPOP_ERR_NOT_AUTHORISED, "%s", v.sentence);
}

int gdpop_admin_witness(struct gdpop *g, const char *account, const char *tty, const char *password,
                        size_t password_len)
{
    struct gdpop_evidence ev = {.service = "gdpop-admin",
                                .user = account,
                                .tty = tty,
                                .caller_uid = getuid(),
                                .login_uid = host_login_uid(),
                                .audit_session = host_audit_session(),
                                .leader_pid = getpid()};
    struct witness *w = &g->witness[g->witness_count];
    err_clear();
    for (size_t i = 0; i < g->witness_count; i++)
        if (strcmp(g->witness[i].account, account) == 0)
            return err_fail(GDPOP_ERR_EXISTS, _("%s is a witness already: name another"), account);
    if (g->witness_count == WITNESSES_MAX || strlen(account) > GDPOP_NAME_MAX_BYTES)
        return err_fail(GDPOP_ERR_TOO_LONG, _("an act has at most %d witnesses"), WITNESSES_MAX);
    int r = proved(g, &ev, password, password_len, w->proof);
    if (r != 0)
        return r;
    snprintf(w->account, sizeof(w->account), "%s", account);
    g->witness_count++;
    return 0;
}

int concern_person(struct gdpop_admin *a, const char *id, struct concern *c)
{
    Model__Account *x;
    Model__Person *p;
    char *name;
    int r = admin_person(a, id, &p);
    if (r != 0)
        return r;
    c->organisation = p->organisation;
    c->person = p->id;
    if ((r = store_account_of_person(a->call.txn, p->id, &name)) == GDPOP_ERR_NOT_FOUND)
        return 0;
    if (r != 0 || (r = store_get_account(a->call.txn, name, &x)) != 0)
        return r;
    c->systems = x->systems;
    c->n_systems = x->n_systems;
    return 0;
}

static bool asked(const struct operation *o, const struct request *q)
{
    const char *when = o->public.witnessed;
    return when && (!*when || request_flag(q, when));
}

/* What the call concerns, and the settings of all systems that have to do with it. No waiver lowers
 * the number of witnesses. */
static int read_concern(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                        struct concern *c, struct settings *s)
{
    Model__Host *host = NULL;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    *c = (struct concern){.organisation = host ? host->organisation : "", .person = ""};
    if (asked(o, q) && o->concerns && (r = o->concerns(a, q, c)) != 0)
        return r;
    if (!c->organisation[0] && !(a->flags & GDPOP_ADMIN_RECOVER))
        return err_fail(GDPOP_ERR_NOT_FOUND,
                        _("this host is not registered: see gdpop-admin host register"));
    size_t n = 0, more = host ? host->n_systems : 0;
    char **systems = arena_alloc(a->call.arena, (c->n_systems + more + 1) * sizeof(*systems));
    if (!systems)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < c->n_systems; i++)
        systems[n++] = c->systems[i];
    for (size_t i = 0; i < more; i++)
        systems[n++] = host->systems[i];
    return policy_settings(a->call.txn, systems, n, s);
}

/* Whether the account is one that may witness: *why, NULL when it is. */
static int judge_account(struct gdpop_admin *a, const Model__Account *x, const struct concern *c,
                         const char **why)
{
    bool may = (x->duties & GDPOP_DUTY_ANY) != 0, within = true;
    int r;
    *why = NULL;
    if (!account_in_force(x, a->now_at) || (x->expires_at && x->expires_at <= a->now_at))
        *why = _("the account is not active");
    else if (!may && (x->service || (r = office_leads(a, x->person, &may)) != 0))
        return x->service ? (*why = _("it is no person's account"), 0) : r;
    else if (!may)
        *why = _("only administrators and leaders in office are witnesses");
    else if (a->self && (strcmp(a->self->person, x->person) == 0))
        *why = _("who acts is no witness of it");
    else if (strcmp(c->person, x->person) == 0)
        *why = _("nobody witnesses what concerns themselves");
    else if (c->organisation[0] &&
             (r = store_is_within(a->call.txn, c->organisation, x->organisation, &within)) != 0)
        return r;
    else if (!within)
        *why = _("what it concerns is not supervised by the organisation of the witness");
    return 0;
}

static int check_one(struct gdpop_admin *a, const struct witness *w, const struct concern *c,
                     Model__Account **x)
{
    char proof[PROOF_BYTES] = "";
    Model__Credential *credential;
    const char *why;
    int r;
    if ((r = store_get_account(a->call.txn, w->account, x)) != 0 ||
        (r = store_get_credential(a->call.txn, w->account, &credential)) != 0 ||
        (r = counting_proof(a->call.store, credential->hash, proof)) != 0 ||
        (r = judge_account(a, *x, c, &why)) != 0)
        return r;
    if (!why && strcmp(proof, w->proof) != 0)
        why = _("the password was changed meanwhile");
    return why ? err_fail(GDPOP_ERR_NOT_AUTHORISED, _("%s cannot be a witness: %s"), w->account,
                          why)
               : 0;
}

static int check_all(struct gdpop_admin *a, const struct concern *c)
{
    Model__Account *x[WITNESSES_MAX];
    for (size_t i = 0; i < a->witness_count; i++) {
        int r = check_one(a, &a->witness[i], c, &x[i]);
        if (r != 0)
            return r;
        for (size_t k = 0; k < i; k++)
            if (strcmp(x[k]->person, x[i]->person) == 0)
                return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                                _("%s and %s are one person and one witness"), x[k]->name,
                                x[i]->name);
    }
    return 0;
}

struct candidates {
    struct gdpop_admin *a;
    const struct concern *concern;
    unsigned count;
};

static int count_candidate(struct bytes key, void *message, void *arg)
{
    struct candidates *n = arg;
    const char *why;
    (void)key;
    int r = judge_account(n->a, message, n->concern, &why);
    n->count += r == 0 && !why;
    return r;
}

static int need(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                const struct concern *c, const struct settings *s, unsigned *needed)
{
    struct candidates n = {a, c, 0};
    int r = 0;
    *needed = asked(o, q) ? (unsigned)settings_number(s, SETTING_witnesses_min) : 0;
    if (*needed == 0 || !(a->flags & (GDPOP_ADMIN_RECOVER | GDPOP_ADMIN_RESTORE)))
        return 0;
    if ((r = store_each(a->call.txn, &table_account, BYTES("", 0), count_candidate, &n)) == 0 &&
        n.count < *needed)
        *needed = 0;
    return r;
}

static bool concerns_witnesses(const struct gdpop_admin *a, const struct operation *o,
                               const struct request *q)
{
    return !(a->flags & (GDPOP_ADMIN_INIT | GDPOP_ADMIN_HOST)) &&
           (asked(o, q) || ((a->flags & GDPOP_ADMIN_RECOVER) && o->public.writes));
}

int witness_needed(struct gdpop_admin *a, const struct operation *o, const struct request *q,
                   unsigned *needed)
{
    struct settings s;
    struct concern c;
    int r;
    *needed = 0;
    if (!asked(o, q) || !concerns_witnesses(a, o, q))
        return 0;
    r = read_concern(a, o, q, &c, &s);
    return r == 0 ? need(a, o, q, &c, &s, needed) : r;
}

int witness_check(struct gdpop_admin *a, const struct operation *o, const struct request *q)
{
    struct settings s;
    struct concern c;
    unsigned needed;
    int r;
    if (!concerns_witnesses(a, o, q))
        return 0;
    a->witnessed = true;
    if (!asked(o, q) && a->witness_count == 0)
        return 0;
    if ((r = read_concern(a, o, q, &c, &s)) != 0 || (r = check_all(a, &c)) != 0 ||
        (r = need(a, o, q, &c, &s, &needed)) != 0)
        return r;
    if (a->witness_count >= needed)
        return 0;
    return err_fail(
        GDPOP_ERR_NOT_AUTHORISED,
        _("%s %s %s needs %u further people who prove themselves in the same run; there "
          "are %zu: --witness NAME"),
        settings_tag(&s, SETTING_witnesses_min), o->public.noun, o->public.verb, needed,
        a->witness_count);
}

char *witness_detail(struct gdpop_admin *a, const char *detail)
{
    if (!a->witnessed)
        return admin_copy(a, detail);
    char *text = admin_copy(a, a->witness_count ? "witnesses=" : "witnesses=none");
    for (size_t i = 0; text && i < a->witness_count; i++)
        text = arena_printf(a->call.arena, "%s%s%s", text, i ? "," : "", a->witness[i].account);
    return text && detail[0] ? arena_printf(a->call.arena, "%s; %s", text, detail) : text;
}
