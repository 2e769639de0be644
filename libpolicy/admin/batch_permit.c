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

int batch_permit(struct gdpop_admin *a, const struct request *q, const char *act,
                 const Model__Account *x, const Model__Permit *p)
{
    const char *id = request_text(q, "request"), *lacks = NULL;
    struct ruling ruling = {.leader = request_text(q, "leader"),
                            .file = request_file(q, "paper"),
                            .number = request_word(q, "paper-number")};
    Model__RequestRow *row;
    Model__Request *batch;
    struct applying ap;
    bool decides;
    int r;
    if (!ruling.leader)
        ruling.leader = request_text(q, "approver"); /* as exception add calls him */
    if ((r = office_applying(a, x, act, &ap)) != 0 ||
        (r = request_instant(a, q, "date", false, &ruling.at)) != 0 ||
        (r = id ? batch_get_for(a, id, x->organisation, &batch)
                : batch_open(a, act, x->organisation, NULL, p->reason, &batch)) != 0 ||
        (r = batch_add(a, batch, act, x->name, p, &row)) != 0 ||
        (r = admin_event(a, "request.file", x->name, batch->id, act)) != 0 ||
        (r = is_decider(a, &ap, &decides)) != 0)
        return r;
    bool decided = decides || ruling.leader || ruling.file.len;
    if ((r = !id && decided ? batch_decide(a, batch, row, &ruling, &lacks)
                            : batch_settle(a, batch, row, &lacks)) != 0 ||
        !lacks)
        return r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "request", _("Request"), batch->id)) != 0)
        return r;
    return result_message(a, _("row %u of request %s filed; it needs %s"), row->number, batch->id,
                          lacks);
}
