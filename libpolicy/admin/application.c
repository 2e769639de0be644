/* An application (A4, Shenzhen's A2) becomes a row of a request. */
#include "admin/batch.h"
#include "admin/lifecycle.h"
#include "admin/role.h"

static int add_application(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                           const char *kind, Model__Application **out)
{
    Model__Application *application = *out = arena_alloc(a->call.arena, sizeof(*application));
    if (!application)
        return GDPOP_ERR_NOMEM;
    model__application__init(application);
    application->systems = x->systems;
    application->n_systems = x->n_systems;
    application->role = x->role;
    application->applied_by = (char *)a->actor;
    application->applied_at = a->now_at;
    application->purpose = admin_copy(a, request_word(q, "purpose"));
    application->kind = (char *)kind;
    application->account_type = x->account_type;
    application->manages_accounts = x->manages_accounts;
    application->organisation = x->organisation;
    if (!application->purpose)
        return GDPOP_ERR_NOMEM;
    return codec_add_message(a->call.arena, &x->applications, &x->n_applications, application);
}

/* There is such an account at this level, and who manages accounts is in stable service (SZ-8). */
static int check_applicant(struct gdpop_admin *a, const Model__Account *x)
{
    const struct matrix_row *unused;
    struct applying ap;
    int r;
    if ((r = office_applying(a, x, "account", &ap)) != 0 ||
        ((ap.regulations & REGULATION_GD) && (r = office_row(&ap, REGULATION_GD, &unused)) != 0))
        return r;
    bool manages = x->manages_accounts || x->duties;
    if (manages && (ap.regulations & REGULATION_SZ) &&
        (ap.conditions & (CONDITION_TEMPORARY | CONDITION_VENDOR)))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("SZ-8: accounts are managed by staff in stable service, and %s is %s"),
                        x->person, word_shown(ap.person->staff));
    return role_check(a, x, x->role, false);
}

static int find_batch(struct gdpop_admin *a, const struct request *q, const Model__Account *x,
                      const char *purpose, Model__Request **batch)
{
    const char *id = request_text(q, "request");
    return id ? batch_get_for(a, id, x->organisation, batch)
              : batch_open(a, "account", x->organisation, NULL, purpose, batch);
}

int lifecycle_apply(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                    const char *kind, const char **lacks)
{
    Model__Application *application;
    Model__RequestRow *row;
    Model__Request *batch;
    int r;
    x->state = (char *)"applied";
    if ((r = check_applicant(a, x)) != 0 ||
        (r = add_application(a, q, x, kind, &application)) != 0 ||
        (r = find_batch(a, q, x, application->purpose, &batch)) != 0 ||
        (r = batch_add(a, batch, "account", x->name, NULL, &row)) != 0)
        return r;
    application->request = batch->id;
    application->row = row->number;
    if ((r = store_put_account(a->call.txn, x)) != 0)
        return r;
    return batch_settle(a, batch, row, lacks);
}
