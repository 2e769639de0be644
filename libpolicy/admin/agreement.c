#include "admin/admin.h"
#include "admin/lifecycle.h"

/* A pledge completes an approved account: *name is that account, NULL when none waits, *missing
 * what it still lacks. */
static int complete_account(struct gdpop_admin *a, const char *person, const char **missing,
                            char **name)
{
    Model__Account *x;
    char *account;
    *missing = NULL;
    *name = NULL;
    int r = store_account_of_person(a->call.txn, person, &account);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    if ((r = store_get_account(a->call.txn, account, &x)) != 0 || strcmp(x->state, "approved") != 0)
        return r;
    *name = account;
    return lifecycle_complete(a, x, missing);
}

static int file(struct gdpop_admin *a, const struct request *q)
{
    Model__Agreement g = MODEL__AGREEMENT__INIT;
    Model__Organisation *o = NULL;
    Model__Person *p = NULL;
    const char *missing = NULL;
    char *account = NULL;
    int64_t signed_at;
    int r;
    const char *person = request_text(q, "person"), *unit = request_text(q, "org");
    if (!person == !unit)
        return err_fail(GDPOP_ERR_USAGE, _("agreement file needs either --person or --org"));
    if ((r = person ? admin_person(a, person, &p) : admin_organisation(a, unit, &o)) != 0 ||
        (r = request_instant(a, q, "date", false, &signed_at)) != 0)
        return r;
    if (signed_at > a->now_at)
        return err_fail(GDPOP_ERR_USAGE, _("--date lies in the future"));
    const char *party = person ? p->id : o->id;
    *(person ? &g.person : &g.organisation) = (char *)party;
    g.kind = admin_copy(a, request_word(q, "kind"));
    if (!g.kind)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_paper(a, g.kind, request_file(q, "file"),
                         admin_copy(a, request_word(q, "number")), signed_at, &g.paper)) != 0 ||
        (r = store_next_id(a->call.txn, 'G', &g.id)) != 0 ||
        (r = store_put_agreement(a->call.txn, &g)) != 0 ||
        (r = admin_event(a, "agreement.file", NULL, party, g.kind)) != 0 ||
        (person && (r = complete_account(a, p->id, &missing, &account)) != 0))
        return r;
    if (missing)
        return result_message(a, _("agreement %s of %s filed; to become active %s lacks %s"),
                              g.kind, party, account, missing);
    if (account)
        return result_message(a, _("agreement %s of %s filed; the account %s is active"), g.kind,
                              party, account);
    return result_message(a, _("agreement %s of %s filed"), g.kind, party);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    Model__Agreement **list;
    Model__Person *p;
    size_t count;
    int r;
    result_list(a);
    if ((r = admin_person(a, request_word(q, "person"), &p)) != 0 ||
        (r = store_agreements_of(a->call.txn, p->id, &list, &count)) != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        char digest[65] = "";
        const Model__Paper *paper = list[i]->paper;
        if (paper && paper->digest.len == 32)
            bytes_to_hex(BYTES(paper->digest.data, 32), digest);
        if ((r = result_row(a, 0)) != 0 ||
            (r = result_text(a, "id", _("Agreement"), list[i]->id)) != 0 ||
            (r = result_text(a, "kind", _("Kind"), list[i]->kind)) != 0 ||
            (r = result_instant(a, "signed_at", _("Signed"), paper ? paper->signed_at : 0)) != 0 ||
            (r = result_text(a, "number", _("Number"), paper ? paper->number : "")) != 0 ||
            (r = result_text(a, "filed_by", _("Filed by"), paper ? paper->filed_by : "")) != 0 ||
            (r = result_text(a, "digest", _("Digest (SM3)"), digest)) != 0)
            return r;
    }
    return 0;
}

const struct operation operations_agreement[] = {
    {.public = {.noun = "agreement",
                .verb = "file",
                .help = N_("File a signed agreement; its digest is kept."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "--person P000001 --kind A5 pledge.pdf --date 2026-03-02",
                .params =
                    (const struct gdpop_param[]){
                        {.name = "file",
                         .kind = GDPOP_PARAM_FILE,
                         .positional = true,
                         .required = true,
                         .metavar = "FILE",
                         .help = N_("the scan")},
                        OPTIONAL("person", GDPOP_PARAM_WORD, "PERSON", N_("who signed")),
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG", N_("the unit that signed")),
                        {.name = "kind",
                         .kind = GDPOP_PARAM_WORD,
                         .required = true,
                         .metavar = "KIND",
                         .choices = "A1 A2 A3 A5 sz-a3 nda background",
                         .help = N_("which form")},
                        REQUIRED("date", GDPOP_PARAM_DATE, "DATE", N_("day of the signature")),
                        OPTIONAL("number", GDPOP_PARAM_TEXT, "NUMBER", N_("number or shelf mark")),
                        PARAMS_END}},
     .run = file},
    {.public = {.noun = "agreement",
                .verb = "list",
                .help = N_("List a person's agreements."),
                .duties = GDPOP_DUTY_ANY,
                .example = "P000001",
                .params =
                    (const struct gdpop_param[]){POSITIONAL("person", "PERSON", N_("the person")),
                                                 PARAMS_END}},
     .run = list},
    {.public = {.noun = NULL}},
};
