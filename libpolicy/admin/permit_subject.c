/* Whom a waiver or an observing rule concerns. */
#include "admin/permit.h"

/* Stands for an organisation where the matrix is asked. */
static int stand_for(struct gdpop_admin *a, const char *organisation, Model__Account **x)
{
    if ((*x = arena_alloc(a->call.arena, sizeof(**x))) == NULL)
        return GDPOP_ERR_NOMEM;
    model__account__init(*x);
    (*x)->organisation = (char *)organisation;
    return 0;
}

int permit_unit(struct gdpop_admin *a, const Model__Permit *p, const char *organisation,
                Model__Account **x)
{
    Model__Host *host;
    int r = p->subject[0] ? store_get_host(a->call.txn, p->subject, &host) : GDPOP_ERR_NOT_FOUND;
    if (r == 0)
        return stand_for(a, host->organisation, x);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    return stand_for(a, p->subject[0] ? p->subject : organisation, x);
}

static int find_account(struct gdpop_admin *a, const char *name, Model__Permit *p,
                        Model__Account **x)
{
    int r = store_get_account(a->call.txn, name, x);
    if (r != 0)
        return r;
    p->subject = (*x)->name;
    r = admin_not_self(a, name);
    return r != 0 ? r : admin_scope(a, (*x)->organisation);
}

static int find_unit(struct gdpop_admin *a, const char *name, unsigned among, Model__Permit *p,
                     Model__Account **x)
{
    Model__Organisation *o;
    Model__Host *host;
    const char *id = strcmp(name, "host") == 0 ? a->host_id : name;
    int r = store_get_organisation(a->call.txn, name, &o);
    if (r == 0) {
        p->subject = o->id;
    } else if (r == GDPOP_ERR_NOT_FOUND && (among & AMONG_HOSTS)) {
        if ((r = store_get_host(a->call.txn, id, &host)) == 0)
            p->subject = host->id;
    }
    if (r != 0 || (r = permit_unit(a, p, "", x)) != 0)
        return r;
    return admin_scope(a, (*x)->organisation);
}

int permit_subject(struct gdpop_admin *a, const char *name, unsigned among, Model__Permit *p,
                   Model__Account **x)
{
    Model__Host *host;
    int r;
    if (!name) {
        p->subject = (char *)"";
        if ((r = permit_check_top(a)) != 0)
            return r;
        if (a->self)
            return stand_for(a, a->self->organisation, x);
        r = store_get_host(a->call.txn, a->host_id, &host);
        return r == 0 ? stand_for(a, host->organisation, x) : r;
    }
    r = among & AMONG_ACCOUNTS ? find_account(a, name, p, x) : GDPOP_ERR_NOT_FOUND;
    if (r == GDPOP_ERR_NOT_FOUND)
        r = find_unit(a, name, among, p, x);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r != 0 ? r : permit_check_subject(a, p->subject);
    return err_fail(r,
                    among & AMONG_HOSTS ? _("there is neither an organisation nor a host %s")
                                        : _("there is neither an account nor an organisation %s"),
                    name);
}
