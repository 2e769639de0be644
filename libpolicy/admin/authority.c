#include "admin/admin.h"

#include "admin/change.h"

bool admin_has_duty(const struct gdpop_admin *a, unsigned duties)
{
    /* Who acts without a duty is a leader in office. */
    if (a->self)
        return ((a->self->duties ? a->self->duties : GDPOP_DUTY_LEADER) & duties) != 0;
    return !(a->flags & GDPOP_ADMIN_HOST) || (duties & GDPOP_DUTY_HOST) != 0;
}

int admin_sees(struct gdpop_admin *a, const char *organisation, bool *sees)
{
    *sees = !a->self;
    return a->self ? store_is_within(a->call.txn, organisation, a->self->organisation, sees) : 0;
}

int admin_scope(struct gdpop_admin *a, const char *organisation)
{
    bool within;
    int r = admin_sees(a, organisation, &within);
    if (r != 0)
        return r;
    return within ? 0
                  : err_fail(GDPOP_ERR_NOT_AUTHORISED,
                             _("organisation %s is not supervised by %s, the organisation of %s"),
                             organisation, a->self->organisation, a->actor);
}

int admin_host_in_scope(struct gdpop_admin *a)
{
    Model__Host *host;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("this host is not registered: see gdpop-admin host register"));
    return r != 0 ? r : admin_scope(a, host->organisation);
}

int admin_not_self(struct gdpop_admin *a, const char *account)
{
    if (a->self && strcmp(a->self->name, account) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("nobody acts on themselves: %s is your own account"), account);
    return 0;
}

int admin_not_own_person(struct gdpop_admin *a, const char *person)
{
    if (a->self && strcmp(a->self->person, person) == 0)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED, _("nobody acts on themselves: %s is you"),
                        person);
    return 0;
}

char *admin_copy(struct gdpop_admin *a, const char *text)
{
    return arena_strdup(a->call.arena, text);
}

int admin_event(struct gdpop_admin *a, const char *action, const char *subject, const char *object,
                const char *detail)
{
    Model__Event *e = arena_alloc(a->call.arena, sizeof(*e));
    int r = change_flush(a);
    if (r != 0 || !e)
        return r != 0 ? r : GDPOP_ERR_NOMEM;
    model__event__init(e);
    e->actor = (char *)a->actor;
    e->action = admin_copy(a, action);
    e->outcome = (char *)"done";
    e->subject = admin_copy(a, subject ? subject : "");
    e->object = admin_copy(a, object ? object : "");
    e->detail = witness_detail(a, detail ? detail : "");
    e->service = (char *)"gdpop-admin";
    if (!e->action || !e->subject || !e->object || !e->detail)
        return GDPOP_ERR_NOMEM;
    a->pending = e;
    return 0;
}

void admin_reaches(struct gdpop_admin *a, const char *organisation, const char *host)
{
    struct reach *r = &a->reach;
    bool first = !r->something;
    r->something = true;
    r->all |= !organisation ||
              (!first && (!r->organisation || strcmp(r->organisation, organisation) != 0));
    r->organisation = organisation;
    r->host = host;
}

int admin_end_sessions_after(struct gdpop_admin *a, uid_t uid)
{
    if (uid == 0)
        return 0;
    if (a->ending_count == ADMIN_ENDINGS_MAX)
        return err_fail(GDPOP_ERR_REFUSED, _("one act ends the sessions of at most %d accounts"),
                        ADMIN_ENDINGS_MAX);
    a->ending[a->ending_count++] = uid;
    return 0;
}

int admin_end_session_after(struct gdpop_admin *a, const Model__Session *session)
{
    if (a->ending_session_count == ADMIN_ENDINGS_MAX)
        return err_fail(GDPOP_ERR_REFUSED, _("one act ends at most %d sessions"),
                        ADMIN_ENDINGS_MAX);
    admin_keep(a);
    a->ending_session[a->ending_session_count++] = session;
    return 0;
}

void admin_tell_after(struct gdpop_admin *a, uid_t uid, const char *sentence)
{
    if (sentence && a->telling_count < ADMIN_TELLINGS_MAX)
        a->telling[a->telling_count++] = (struct telling){uid, sentence};
}

int admin_account(struct gdpop_admin *a, const char *name, Model__Account **x)
{
    int r = store_get_account(a->call.txn, name, x);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is no account %s"), name);
    return r != 0 ? r : admin_scope(a, (*x)->organisation);
}

int admin_person(struct gdpop_admin *a, const char *id, Model__Person **p)
{
    int r = store_get_person(a->call.txn, id, p);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(
            r, _("there is no person %s; persons are named by their number, such as P000001"), id);
    return r != 0 ? r : admin_scope(a, (*p)->organisation);
}

int admin_organisation(struct gdpop_admin *a, const char *id, Model__Organisation **o)
{
    int r = store_get_organisation(a->call.txn, id, o);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("there is no organisation %s"), id);
    return r != 0 ? r : admin_scope(a, id);
}

int admin_name_is_free(struct gdpop_admin *a, const char *name, const struct table *kind)
{
    Model__Organisation *o;
    Model__Account *x;
    Model__Host *h;
    int r = GDPOP_ERR_NOT_FOUND;
    if (kind != &table_account && strlen(name) <= GDPOP_NAME_MAX_BYTES)
        r = store_get_account(a->call.txn, name, &x);
    if (r == GDPOP_ERR_NOT_FOUND && kind != &table_organisation)
        r = store_get_organisation(a->call.txn, name, &o);
    if (r == GDPOP_ERR_NOT_FOUND && kind != &table_host)
        r = store_get_host(a->call.txn, name, &h);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    return err_fail(GDPOP_ERR_EXISTS,
                    _("%s names something else already, an account, an organisation or a host: "
                      "what is permitted to one would be to the other; choose another name"),
                    name);
}

int admin_device(struct gdpop_admin *a, const char *id, Model__Device **d)
{
    int r = store_get_device(a->call.txn, id, d);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(
            r, _("there is no device %s; devices are named by their number, such as D000001"), id);
    return r != 0 ? r : admin_scope(a, (*d)->organisation);
}

/* The systems of the account and of this host together: what its next login will ask. */
int admin_password_settings(struct gdpop_admin *a, const Model__Account *x, struct settings *s)
{
    Model__Host *host = NULL;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    size_t n = 0, more = r == 0 ? host->n_systems : 0;
    char **systems = arena_alloc(a->call.arena, (x->n_systems + more + 1) * sizeof(*systems));
    if (!systems)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < x->n_systems; i++)
        systems[n++] = x->systems[i];
    for (size_t i = 0; i < more; i++)
        systems[n++] = host->systems[i];
    if ((r = policy_settings(a->call.txn, systems, n, s)) != 0)
        return r;
    return policy_waive(a->call.txn, x->name, x->organisation, a->now_at, s);
}
