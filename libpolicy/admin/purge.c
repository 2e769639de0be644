/* Personal data of who left long ago (DB-8.1.4.11, JC-29): removed but for the keyed digest of the
 * document, by which one who returns is known. Names and uids stay taken. */
#include "admin/office.h"
#include "admin/person.h"

#include <stdio.h>

struct due {
    struct gdpop_admin *a;
    const char *only; /* a person, NULL: any */
    char **accounts;
    size_t count;
};

static int64_t due_at(struct gdpop_admin *a, const Model__Account *x, int months)
{
    int64_t closed_at = x->closed_at ? x->closed_at : x->leave ? x->leave->closed_at : 0;
    return closed_at ? clock_months_end(closed_at, a->utc_offset_min, months) : INT64_MAX;
}

/* Whether nothing needs the person's data any more. */
static int is_due(struct gdpop_admin *a, const Model__Account *x, const Model__Person *p, bool *due)
{
    struct settings s;
    char *open;
    bool leads;
    int r;
    *due = false;
    if (p->purged_at || !p->document || (r = admin_scope(a, p->organisation)) != 0)
        return 0;
    if ((r = policy_settings(a->call.txn, x->systems, x->n_systems, &s)) != 0 ||
        (r = office_leads(a, p->id, &leads)) != 0)
        return r;
    r = store_account_of_person(a->call.txn, p->id, &open);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    *due = r == GDPOP_ERR_NOT_FOUND && !leads &&
           due_at(a, x, (int)settings_number(&s, SETTING_purge_months)) <= a->now_at;
    return 0;
}

static int look(struct bytes key, void *message, void *arg)
{
    struct due *d = arg;
    const Model__Account *x = message;
    Model__Person *p;
    bool due;
    int r;
    (void)key;
    if (strcmp(x->state, "closed") != 0 || x->service || !x->person[0] ||
        (d->only && strcmp(d->only, x->person) != 0))
        return 0;
    if ((r = store_get_person(d->a->call.txn, x->person, &p)) != 0 ||
        (r = is_due(d->a, x, p, &due)) != 0 || !due)
        return r;
    return codec_add_text(d->a->call.arena, &d->accounts, &d->count, x->name);
}

static int empty(struct gdpop_admin *a, Model__Person *p, const char *account, const char *detail)
{
    int r = person_keep_digest(a, p);
    if (r != 0 || (r = person_forget_mentions(a, p, account)) != 0)
        return r;
    p->document->number = p->name = p->phone = p->post = p->department = (char *)"";
    p->language = (char *)"";
    p->phone_at = 0;
    p->purged_at = a->now_at;
    if ((r = store_put_person(a->call.txn, p)) != 0)
        return r;
    return admin_event(a, "person.purge", NULL, p->id, detail);
}

static int take(struct gdpop_admin *a, const char *account, const char *detail)
{
    Model__Account *x;
    Model__Person *p;
    int r;
    if ((r = store_get_account(a->call.txn, account, &x)) != 0 ||
        (r = store_get_person(a->call.txn, x->person, &p)) != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "id", _("Person"), p->id)) != 0 ||
        (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), p->organisation)) != 0 ||
        (r = result_instant(a, "closed_at", _("Closed"),
                            x->closed_at ? x->closed_at : x->leave->closed_at)) != 0)
        return r;
    return detail ? empty(a, p, x->name, detail) : 0;
}

/* Of many, their number is what is typed. */
static int check_count(const struct request *q, size_t count)
{
    char wanted[24];
    snprintf(wanted, sizeof(wanted), "%zu", count);
    if (count == 0 || strcmp(request_word(q, "confirm"), wanted) == 0)
        return 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("the data of %s persons are due, and removing them cannot be undone: confirm "
                      "their number by --confirm %s"),
                    wanted, wanted);
}

static int purge(struct gdpop_admin *a, const struct request *q)
{
    struct due d = {.a = a, .only = request_text(q, "id")};
    struct bytes file = request_file(q, "paper");
    const char *detail = NULL;
    Model__Paper *paper;
    Model__Person *p;
    char hex[65];
    int r;
    if (d.only &&
        ((r = admin_person(a, d.only, &p)) != 0 || (r = admin_not_own_person(a, p->id)) != 0))
        return r;
    if (request_flag(q, "paper")) {
        if ((r = admin_paper(a, "decision", file, "", a->now_at, &paper)) != 0)
            return r;
        bytes_to_hex(BYTES(paper->digest.data, paper->digest.len), hex);
        if ((detail = arena_printf(a->call.arena, "paper %s", hex)) == NULL)
            return GDPOP_ERR_NOMEM;
    }
    result_list(a);
    if ((r = store_each(a->call.txn, &table_account, BYTES("", 0), look, &d)) != 0 ||
        (detail && !d.only && (r = check_count(q, d.count)) != 0))
        return r;
    for (size_t i = 0; i < d.count; i++)
        if ((r = take(a, d.accounts[i], detail)) != 0)
            return r;
    return result_message(a,
                          detail ? _("the personal data of %zu persons are removed")
                                 : _("%zu persons are due: remove their data with --paper"),
                          d.count);
}

const struct operation operations_purge[] = {
    {.public = {.noun = "person",
                .verb = "purge",
                .help = N_("Remove the personal data of who left long ago, or list whose are due."),
                .example = "--paper decision.pdf",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .witnessed = "paper",
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL_POSITIONAL("id", "PERSON", N_("this one only")),
                        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE",
                                 N_("the decision to remove them; its digest is kept")),
                        OPTIONAL("confirm", GDPOP_PARAM_CONFIRM, "PERSON",
                                 N_("with --paper: the same once more, or how many are due")),
                        PARAMS_END}},
     .run = purge},
    {.public = {.noun = NULL}},
};
