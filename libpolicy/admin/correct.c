/* Corrections of a person's data. A document number that was written down wrong stays the person's:
 * its keyed digest is kept, and nobody else is registered under it silently. */
#include "admin/person.h"

#include "model/identity.h"
#include <stdio.h>

int person_keep_digest(struct gdpop_admin *a, Model__Person *p)
{
    size_t n = p->n_former_documents;
    uint8_t *digest = arena_alloc(a->call.arena, 32);
    ProtobufCBinaryData *list = arena_alloc(a->call.arena, (n + 1) * sizeof(*list));
    if (!digest || !list)
        return GDPOP_ERR_NOMEM;
    int r = store_document_digest(a->call.txn, p->document->type, p->document->number, digest);
    if (r != 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        list[i] = p->former_documents[i];
        if (bytes_equal(BYTES(list[i].data, list[i].len), BYTES(digest, 32)))
            return 0;
    }
    list[n] = (ProtobufCBinaryData){32, digest};
    p->former_documents = list;
    p->n_former_documents = n + 1;
    return 0;
}

/* "; phone 138****8000 -> 139****0001" to what is told of the corrections so far, masked. */
static int note(struct gdpop_admin *a, const char **told, const char *what, const char *from,
                const char *to, bool masked)
{
    char before[64] = "", after[64] = "";
    if (masked) {
        identity_mask(from, before, sizeof(before));
        identity_mask(to, after, sizeof(after));
    }
    *told = arena_printf(a->call.arena, "%s%s%s%s%s%s%s", *told, **told ? "; " : "", what,
                         masked ? " " : "", before, masked ? " -> " : "", after);
    return *told ? 0 : GDPOP_ERR_NOMEM;
}

static int correct_number(struct gdpop_admin *a, const struct request *q, Model__Person *p,
                          const char **told)
{
    const char *warning, *type = request_text(q, "document-type");
    char number[64], *other;
    int r;
    if ((r = identity_normalise(request_word(q, "id-number"), number, sizeof(number))) != 0)
        return err_prefix(r, "--id-number");
    if (!type && (type = identity_guess_type(number)) == NULL)
        type = p->document->type;
    if ((r = identity_check_document(type, number, a->now_at, &warning)) != 0)
        return err_prefix(r, "--id-number");
    r = store_person_by_document(a->call.txn, type, number, &other);
    if (r == 0 && strcmp(other, p->id) != 0)
        return err_fail(GDPOP_ERR_EXISTS,
                        _("this number is on record for somebody else: the organisation that "
                          "supervises both decides"));
    if ((r != 0 && r != GDPOP_ERR_NOT_FOUND) || (r = person_keep_digest(a, p)) != 0 ||
        (r = note(a, told, "id_number", p->document->number, number, true)) != 0)
        return r;
    p->document->type = admin_copy(a, type);
    p->document->number = admin_copy(a, number);
    return p->document->type && p->document->number ? 0 : GDPOP_ERR_NOMEM;
}

static int correct_phone(struct gdpop_admin *a, const struct request *q, Model__Person *p,
                         const char **told)
{
    char phone[32];
    int r = identity_check_phone(request_word(q, "phone"), phone, sizeof(phone));
    if (r != 0)
        return err_prefix(r, "--phone");
    if ((r = note(a, told, "phone", p->phone, phone, true)) != 0)
        return r;
    p->phone_at = a->now_at;
    p->phone = admin_copy(a, phone);
    return p->phone ? 0 : GDPOP_ERR_NOMEM;
}

static int correct_name(struct gdpop_admin *a, const struct request *q, Model__Person *p,
                        const char **told)
{
    char name[256];
    int r = identity_check_person_name(request_word(q, "name"), name, sizeof(name));
    if (r != 0)
        return err_prefix(r, "--name");
    p->name = admin_copy(a, name);
    return p->name ? note(a, told, "name", "", "", false) : GDPOP_ERR_NOMEM;
}

/* Who somebody is is changed by a paper only. */
static int file_paper(struct gdpop_admin *a, const struct request *q, Model__Person *p)
{
    Model__Paper *paper;
    struct bytes file = request_file(q, "paper");
    int r;
    if (!request_flag(q, "id-number") && !request_flag(q, "name") && file.len == 0)
        return 0;
    if (file.len == 0)
        return err_fail(GDPOP_ERR_USAGE,
                        _("a name or document number is corrected by a paper: --paper FILE"));
    if ((r = admin_paper(a, "correction", file, admin_copy(a, request_word(q, "paper-number")),
                         a->now_at, &paper)) != 0)
        return r;
    return codec_add_message(a->call.arena, &p->corrections, &p->n_corrections, paper);
}

static int correct(struct gdpop_admin *a, const struct request *q)
{
    const char *told = "";
    Model__Person *p;
    int r;
    if ((r = admin_person(a, request_word(q, "id"), &p)) != 0 ||
        (r = admin_not_own_person(a, p->id)) != 0)
        return r;
    if (p->purged_at || !p->document)
        return err_fail(GDPOP_ERR_REFUSED, _("the data of %s were removed: see person add"), p->id);
    if ((r = file_paper(a, q, p)) != 0 ||
        (request_flag(q, "id-number") && (r = correct_number(a, q, p, &told)) != 0) ||
        (request_flag(q, "name") && (r = correct_name(a, q, p, &told)) != 0) ||
        (request_flag(q, "phone") && (r = correct_phone(a, q, p, &told)) != 0))
        return r;
    if (!told[0])
        return err_fail(GDPOP_ERR_USAGE, _("nothing to correct: --id-number, --name or --phone"));
    told = arena_printf(a->call.arena, "%s; %s", told, request_word(q, "reason"));
    if (!told)
        return GDPOP_ERR_NOMEM;
    if ((r = store_put_person(a->call.txn, p)) != 0 ||
        (r = admin_event(a, "person.correct", NULL, p->id, told)) != 0)
        return r;
    return result_message(a, _("%s is corrected"), p->id);
}

const struct operation operations_correct[] = {
    {.public =
         {.noun = "person",
          .verb = "correct",
          .help = N_("Correct a person's document number, name or telephone."),
          .example = "P000007 --id-number 440106199001011235 --paper id.pdf --reason 录入错误",
          .duties = GDPOP_DUTY_SYSTEM,
          .writes = true,
          .params =
              (const struct gdpop_param[]){
                  POSITIONAL("id", "PERSON", N_("the person's number")),
                  OPTIONAL("id-number", GDPOP_PARAM_TEXT, "NUMBER",
                           N_("number of the identity document")),
                  {.name = "document-type",
                   .kind = GDPOP_PARAM_WORD,
                   .metavar = "TYPE",
                   .choices =
                       "resident residence-permit hkm-permit tw-permit foreign-permit passport",
                   .help = N_("kind of document; told by the number for 18 digits")},
                  OPTIONAL("name", GDPOP_PARAM_TEXT, "NAME", N_("real name")),
                  OPTIONAL("phone", GDPOP_PARAM_TEXT, "PHONE", N_("telephone")),
                  OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE",
                           N_("the signed paper; its digest is kept")),
                  OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER",
                           N_("its number or shelf mark")),
                  REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                  PARAMS_END}},
     .run = correct},
    {.public = {.noun = NULL}},
};
