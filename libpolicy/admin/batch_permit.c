/* Rows that ask for a permit. */
#include "admin/batch.h"

/* Whether the actor himself decides by one of the regulations: an administrator of the office. */
static int is_decider(struct gdpop_admin *a, const struct applying *ap, bool *is)
{
    static const enum regulation regulations[] = {REGULATION_GD, REGULATION_SZ};
    *is = false;
    for (int i = 0; i < 2; i++) {
        const struct matrix_row *asks = NULL;
        int r = ap->regulations & regulations[i] ? office_row(ap, regulations[i], &asks) : 0;
        for (int k = 0; r == 0 && asks && k < 2 && !*is; k++)
            if (asks->approves[k].who == WHO_ADMINISTRATOR)
                r = office_holds(a, ap, asks->approves[k], is);
        if (r != 0)
            return r;
    }
    return 0;
}

/* Decided at once where a decision comes with it, or the actor is who decides. */
static int decide_row(struct gdpop_admin *a, const struct request *q, const struct applying *ap,
                      Model__Request *batch, Model__RequestRow *row, const char **lacks)
{
    struct ruling ruling = {.leader = request_text(q, "leader"),
                            .file = request_file(q, "paper"),
                            .number = request_word(q, "paper-number")};
    bool decides;
    int r;
    if (!ruling.leader)
        ruling.leader = request_text(q, "approver"); /* as exception add calls him */
    if ((r = request_instant(a, q, "date", false, &ruling.at)) != 0 ||
        (r = is_decider(a, ap, &decides)) != 0)
        return r;
    bool decided = decides || ruling.leader || ruling.file.len;
    return !request_text(q, "request") && decided ? batch_decide(a, batch, row, &ruling, lacks)
                                                  : batch_settle(a, batch, row, lacks);
}

static int file(struct gdpop_admin *a, Model__Request *batch, const char *act,
                const Model__Account *x, const Model__Permit *p)
{
    Model__RequestRow *row;
    int r = batch_add(a, batch, act, x->name, p, &row);
    return r == 0 ? admin_event(a, "request.file", batch_subject(row), batch->id, act) : r;
}

int batch_permits(struct gdpop_admin *a, const struct request *q, const char *act,
                  const Model__Account *x, const Model__Permit *list, size_t count, bool *given)
{
    const char *id = request_text(q, "request"), *lacks = NULL;
    Model__Request *batch;
    struct applying ap;
    int r;
    if ((r = office_applying(a, x, act, &ap)) != 0 ||
        (r = id ? batch_get_for(a, id, x->organisation, &batch)
                : batch_open(a, act, x->organisation, NULL, list[0].reason, &batch)) != 0)
        return r;
    size_t first = batch->n_rows;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = file(a, batch, act, x, &list[i]);
    for (size_t i = first; r == 0 && i < first + count; i++)
        r = decide_row(a, q, &ap, batch, batch->rows[i], &lacks);
    *given = r == 0 && !lacks;
    if (r != 0 || !lacks)
        return r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "request", _("Request"), batch->id)) != 0)
        return r;
    if (count == 1)
        return result_message(a, _("row %u of request %s filed; it needs %s"),
                              batch->rows[first]->number, batch->id, lacks);
    return result_message(a, _("%zu rows of request %s filed; they need %s"), count, batch->id,
                          lacks);
}

int batch_permit(struct gdpop_admin *a, const struct request *q, const char *act,
                 const Model__Account *x, const Model__Permit *p)
{
    bool given;
    return batch_permits(a, q, act, x, p, 1, &given);
}
