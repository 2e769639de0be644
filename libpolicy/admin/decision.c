#include "admin/decision.h"

#include "admin/office.h"
#include "crypto/digest.h"

enum { LEVELS_MAX = 16 };

/* A leader of the organisation or of one above it, in office at that instant. */
static int leads(struct gdpop_admin *a, const char *organisation, const char *person, int64_t at,
                 bool *yes)
{
    Model__Organisation *o;
    const char *id = organisation;
    *yes = false;
    for (int level = 0; level < LEVELS_MAX && id[0]; level++, id = o->supervised_by) {
        int r = store_get_organisation(a->call.txn, id, &o);
        if (r != 0)
            return r;
        for (size_t i = 0; i < o->n_leaders && !*yes; i++)
            *yes = strcmp(o->leaders[i]->person, person) == 0 && office_in_term(o->leaders[i], at);
        if (*yes)
            return 0;
    }
    return 0;
}

static int describe(struct gdpop_admin *a, struct decision *d)
{
    char day[16], hex[2 * DIGEST_BYTES + 1];
    clock_format_date(d->paper->signed_at, a->utc_offset_min, day);
    bytes_to_hex(BYTES(d->paper->digest.data, d->paper->digest.len), hex);
    d->text = arena_printf(a->call.arena, "%s %s %s %s", d->approver, day, d->paper->number, hex);
    return d->text ? 0 : GDPOP_ERR_NOMEM;
}

int decision_read(struct gdpop_admin *a, const struct request *q, struct decision *d)
{
    struct bytes file = request_file(q, "paper");
    Model__Host *host;
    int64_t at;
    bool yes;
    int r;
    *d = (struct decision){.approver = admin_copy(a, request_word(q, "approver"))};
    const char *number = admin_copy(a, request_word(q, "paper-number"));
    if (!d->approver || !number)
        return GDPOP_ERR_NOMEM;
    if ((r = request_instant(a, q, "date", false, &at)) != 0)
        return r;
    at = at ? at : a->now_at;
    if (at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies ahead: a decision is made before it is "
                                           "carried out"));
    if (file.len == 0)
        return err_fail(GDPOP_ERR_USAGE, _("the file of --paper is empty"));
    if (a->self && strcmp(d->approver, a->self->person) == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("%s is you: who carries it out does not approve it"),
                        d->approver);
    r = store_get_host(a->call.txn, a->host_id, &host);
    if (r == GDPOP_ERR_NOT_FOUND)
        return err_fail(r, _("this host is not registered; see host register"));
    if (r != 0 || (r = leads(a, host->organisation, d->approver, at, &yes)) != 0)
        return r;
    if (!yes)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s was no leader in office of %s or of an organisation that supervises "
                          "it on that day"),
                        d->approver, host->organisation);
    r = admin_paper(a, "decision", file, number, at, &d->paper);
    return r == 0 ? describe(a, d) : r;
}
