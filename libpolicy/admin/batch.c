#include "admin/batch.h"

#include "admin/lifecycle.h"
#include "admin/permit.h"
#include "admin/role.h"
#include "admin/transfer.h"

#include <stdlib.h>

static const struct {
    const char *from, *to;
} moves[] = {
    {"submitted", "approved"},  {"submitted", "rejected"},   {"submitted", "expired"},
    {"submitted", "withdrawn"}, {"approved", "carried-out"}, {"approved", "withdrawn"},
    {"approved", "expired"},
};

bool batch_may_move(const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        if (strcmp(moves[i].from, from) == 0 && strcmp(moves[i].to, to) == 0)
            return true;
    return false;
}

static int move(Model__Request *q, Model__RequestRow *row, const char *to)
{
    if (!batch_may_move(row->state, to))
        return err_fail(GDPOP_ERR_REFUSED, _("row %u of %s is %s; it cannot become %s"),
                        row->number, q->id, word_shown(row->state), word_shown(to));
    row->state = (char *)to;
    return 0;
}

const char *batch_state(const Model__Request *q)
{
    static const char *const order[] = {"submitted", "approved"};
    if (q->n_rows == 0)
        return "submitted";
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
        for (size_t i = 0; i < q->n_rows; i++)
            if (strcmp(q->rows[i]->state, order[k]) == 0)
                return order[k];
    return q->n_rows == 1 ? q->rows[0]->state : "closed";
}

int batch_put(struct gdpop_admin *a, Model__Request *q)
{
    const char *state = batch_state(q);
    bool open = strcmp(state, "submitted") == 0 || strcmp(state, "approved") == 0;
    if (!open && q->closed_at == 0)
        q->closed_at = a->now_at;
    return store_put_request(a->call.txn, q);
}

int batch_open(struct gdpop_admin *a, const char *act, const char *organisation,
               Model__Paper *paper, const char *purpose, Model__Request **qp)
{
    struct settings s;
    Model__Request *q = *qp = arena_alloc(a->call.arena, sizeof(*q));
    int r;
    if (!q)
        return GDPOP_ERR_NOMEM;
    model__request__init(q);
    q->act = (char *)act;
    q->organisation = (char *)organisation;
    q->paper = paper;
    q->submitted_by = (char *)a->actor;
    q->submitted_at = a->now_at;
    q->purpose = (char *)purpose;
    if ((r = policy_settings(a->call.txn, NULL, 0, &s)) != 0 ||
        (r = store_next_id(a->call.txn, 'R', &q->id)) != 0)
        return r;
    q->expires_at = clock_day_start(a->now_at, a->utc_offset_min,
                                    1 + (int)settings_number(&s, SETTING_request_valid_days));
    return batch_put(a, q);
}

static int check_addition(const struct gdpop_admin *a, const Model__Request *q, const char *act)
{
    if (strcmp(q->act, act) != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("request %s is for the act %s, not %s"), q->id,
                        word_shown(q->act), act);
    if (a->now_at >= q->expires_at || (q->n_rows && strcmp(batch_state(q), "submitted") != 0))
        return err_fail(GDPOP_ERR_REFUSED, _("request %s takes no more rows"), q->id);
    for (size_t i = 0; i < q->n_rows; i++)
        if (q->rows[i]->n_decisions || strcmp(q->rows[i]->state, "submitted") != 0)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("request %s is under decision and takes no more rows"), q->id);
    return 0;
}

int batch_add(struct gdpop_admin *a, Model__Request *q, const char *act, const char *account,
              const Model__Permit *permit, Model__RequestRow **row)
{
    int r = check_addition(a, q, act);
    if (r != 0)
        return r;
    if ((*row = arena_alloc(a->call.arena, sizeof(**row))) == NULL)
        return GDPOP_ERR_NOMEM;
    model__request_row__init(*row);
    (*row)->number = (uint32_t)q->n_rows + 1;
    (*row)->account = admin_copy(a, account);
    (*row)->state = (char *)"submitted";
    if (permit && ((*row)->permit = arena_memdup(a->call.arena, permit, sizeof(*permit))) == NULL)
        return GDPOP_ERR_NOMEM;
    if (!(*row)->account)
        return GDPOP_ERR_NOMEM;
    if (permit)
        (*row)->permit->request = q->id;
    r = codec_add_message(a->call.arena, &q->rows, &q->n_rows, *row);
    return r != 0 ? r : batch_put(a, q);
}

int batch_get(struct gdpop_admin *a, const char *id, Model__Request **q)
{
    int r = store_get_request(a->call.txn, id, q);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(
            r, _("there is no request %s; requests are named by their number, such as R000001"),
            id);
    return r != 0 ? r : admin_scope(a, (*q)->organisation);
}

int batch_get_for(struct gdpop_admin *a, const char *id, const char *organisation,
                  Model__Request **q)
{
    bool within;
    int r = batch_get(a, id, q);
    if (r != 0 ||
        (r = store_is_within(a->call.txn, organisation, (*q)->organisation, &within)) != 0)
        return r;
    return within ? 0
                  : err_fail(GDPOP_ERR_REFUSED,
                             _("request %s is that of %s, which does not supervise %s"), id,
                             (*q)->organisation, organisation);
}

int batch_row(Model__Request *q, uint32_t number, Model__RequestRow **row)
{
    *row = NULL;
    if (number < 1 || number > q->n_rows)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("request %s has no row %u"), q->id, number);
    *row = q->rows[number - 1];
    return 0;
}

int batch_account(struct gdpop_admin *a, const Model__Request *q, const Model__RequestRow *row,
                  Model__Account **x)
{
    return row->account[0] ? store_get_account(a->call.txn, row->account, x)
                           : permit_unit(a, row->permit, q->organisation, x);
}

const char *batch_subject(const Model__RequestRow *row)
{
    return row->account[0] || !row->permit ? row->account : row->permit->subject;
}

int batch_of_account(struct gdpop_admin *a, Model__Account *x, Model__Request **q,
                     Model__RequestRow **row)
{
    int r;
    if (x->n_applications == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s has no application"), x->name);
    Model__Application *application = x->applications[x->n_applications - 1];
    if (application->request[0]) {
        r = store_get_request(a->call.txn, application->request, q);
        return r != 0 ? r : batch_row(*q, application->row, row);
    }
    if ((r = batch_open(a, "account", x->organisation, NULL, application->purpose, q)) != 0 ||
        (r = batch_add(a, *q, "account", x->name, NULL, row)) != 0)
        return r;
    application->request = (*q)->id;
    application->row = (*row)->number;
    return store_put_account(a->call.txn, x);
}

int batch_activated(struct gdpop_admin *a, const Model__Account *x)
{
    const Model__Application *application =
        x->n_applications ? x->applications[x->n_applications - 1] : NULL;
    Model__RequestRow *row;
    Model__Request *q;
    int r;
    if (!application || !application->request[0])
        return 0;
    if ((r = store_get_request(a->call.txn, application->request, &q)) != 0 ||
        (r = batch_row(q, application->row, &row)) != 0 || (r = move(q, row, "carried-out")) != 0)
        return r;
    row->carried_out_by = (char *)a->actor;
    row->carried_out_at = a->now_at;
    return batch_put(a, q);
}

/* The account of an application that comes to nothing is closed: name and uid stay the person's.
 * A transfer or secondment that comes to nothing leaves it where it was; one that was taken over
 * waits for another application, unless a leader has rejected it. */
static int end_application(struct gdpop_admin *a, const char *account, const char *state)
{
    Model__Account *x;
    int r = store_get_account(a->call.txn, account, &x);
    if (r != 0 || (strcmp(x->state, "applied") != 0 && strcmp(x->state, "approved") != 0))
        return r;
    if (x->n_applications && x->applications[x->n_applications - 1]->before)
        return transfer_undo(a, x);
    if (account_is_unfinished(x) && strcmp(state, "rejected") != 0) {
        x->state = (char *)"applied";
        x->n_applications = 0;
        return store_put_account(a->call.txn, x);
    }
    x->state = (char *)"closed";
    x->duties = 0;
    if ((r = store_put_account(a->call.txn, x)) != 0)
        return r;
    return publish_touch(a->call.txn);
}

int batch_end(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row, const char *state)
{
    int r = move(q, row, state);
    if (r == 0 && !row->permit)
        r = end_application(a, row->account, state);
    if (r != 0 || (r = admin_event(a, arena_printf(a->call.arena, "request.%s", state),
                                   batch_subject(row), q->id, NULL)) != 0)
        return r;
    return batch_put(a, q);
}

static int carry_out_account(struct gdpop_admin *a, const Model__RequestRow *row)
{
    const char *missing;
    Model__Account *x;
    int r;
    if ((r = store_get_account(a->call.txn, row->account, &x)) != 0 ||
        (r = lifecycle_complete(a, x, &missing)) != 0)
        return r;
    return missing ? err_fail(GDPOP_ERR_REFUSED, _("%s lacks %s"), x->name, missing) : 0;
}

/* Since it was asked for, the account may have left its post or been frozen. */
static int check_holder(struct gdpop_admin *a, const Model__Account *x, const Model__Permit *p)
{
    if (strcmp(p->kind, "role") != 0)
        return 0;
    if (strcmp(x->state, "active") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is %s; only an active account is given rights"),
                        x->name, x->state);
    return role_check(a, x, p->setting, true);
}

static int carry_out_permit(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row)
{
    struct applying ap;
    const char *where;
    Model__Account *x;
    bool may;
    int r;
    if ((r = batch_account(a, q, row, &x)) != 0 || (r = office_applying(a, x, q->act, &ap)) != 0 ||
        (r = office_carries_out(a, &ap, &may, &where)) != 0)
        return r;
    if (!may)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("row %u of %s is carried out by an administrator of %s"), row->number,
                        q->id, where);
    if ((r = check_holder(a, x, row->permit)) != 0)
        return r;
    for (size_t i = 0; i < row->n_decisions; i++)
        if (strcmp(row->decisions[i]->step, "approval") == 0) {
            row->permit->approver = row->decisions[i]->person;
            row->permit->paper = row->decisions[i]->paper;
        }
    row->permit->assessor = row->permit->created_by;
    if ((r = move(q, row, "carried-out")) != 0 || (r = permit_finish(a, row->permit)) != 0)
        return r;
    row->carried_out_by = (char *)a->actor;
    row->carried_out_at = a->now_at;
    return batch_put(a, q);
}

int batch_carry_out(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row)
{
    if (strcmp(row->state, "approved") != 0)
        return move(q, row, "carried-out");
    return row->permit ? carry_out_permit(a, q, row) : carry_out_account(a, row);
}
