#include "admin/person.h"

#include "model/identity.h"

#include <stdio.h>

static int fill(struct gdpop_admin *a, const struct request *q, Model__Person *p,
                const char **warning)
{
    char name[256], number[64], phone[32];
    const char *type = request_text(q, "document-type");
    int r;
    if ((r = identity_check_person_name(request_word(q, "name"), name, sizeof(name))) != 0)
        return err_prefix(r, "--name");
    if ((r = identity_normalise(request_word(q, "id-number"), number, sizeof(number))) != 0)
        return err_prefix(r, "--id-number");
    if (!type && (type = identity_guess_type(number)) == NULL)
        type = "resident";
    if ((r = identity_check_document(type, number, a->now_at, warning)) != 0)
        return err_prefix(r, "--id-number");
    if ((r = identity_check_phone(request_word(q, "phone"), phone, sizeof(phone))) != 0)
        return err_prefix(r, "--phone");
    if ((p->document = arena_alloc(a->call.arena, sizeof(*p->document))) == NULL)
        return GDPOP_ERR_NOMEM;
    model__document__init(p->document);
    p->document->type = admin_copy(a, type);
    p->document->number = admin_copy(a, number);
    p->name = admin_copy(a, name);
    p->phone = admin_copy(a, phone);
    p->organisation = admin_copy(a, request_word(q, "org"));
    p->department = admin_copy(a, request_word(q, "department"));
    p->post = admin_copy(a, request_word(q, "post"));
    p->staff = admin_copy(a, request_text(q, "staff") ? request_word(q, "staff") : "permanent");
    p->language = admin_copy(a, request_word(q, "language"));
    p->created_at = a->now_at;
    return p->document->type && p->document->number && p->name && p->phone && p->organisation &&
                   p->department && p->post && p->staff && p->language
               ? 0
               : GDPOP_ERR_NOMEM;
}

/* Who returns after the data were removed is known by the digest that was left, and is the same
 * person, with the same name and uid. */
static int come_back(struct gdpop_admin *a, const Model__Person *p, Model__Person *filled)
{
    int r = admin_scope(a, p->organisation);
    if (r != 0)
        return err_fail(GDPOP_ERR_EXISTS,
                        _("this document is registered in another organisation; ask %s"),
                        p->organisation);
    filled->id = p->id;
    filled->n_former_documents = p->n_former_documents;
    filled->former_documents = p->former_documents;
    filled->corrections = p->corrections;
    filled->n_corrections = p->n_corrections;
    filled->phone_at = a->now_at; /* nobody has ever been called back on it */
    if ((r = store_put_person(a->call.txn, filled)) != 0 ||
        (r = admin_event(a, "person.return", NULL, p->id, filled->organisation)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Person"), p->id)) != 0)
        return r;
    return result_message(a, _("%s was here before and is registered again"), p->id);
}

/* One document, one person: what another organisation registered is told without details. */
static int known(struct gdpop_admin *a, const struct request *q, const char *id,
                 Model__Person *filled)
{
    Model__Person *p;
    int r = store_get_person(a->call.txn, id, &p);
    if (r != 0)
        return r;
    if (p->purged_at)
        return come_back(a, p, filled);
    if (admin_scope(a, p->organisation) != 0)
        return err_prefix(err_fail(GDPOP_ERR_EXISTS,
                                   _("this document is registered in another organisation; ask %s"),
                                   p->organisation),
                          "--id-number");
    if (!request_flag(q, "or-existing"))
        return err_prefix(err_fail(GDPOP_ERR_EXISTS, _("this document belongs to %s already"), id),
                          "--id-number");
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Person"), id)) != 0)
        return r;
    return result_message(a, _("person %s is known already"), id);
}

static int add(struct gdpop_admin *a, const struct request *q)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Organisation *o;
    const char *warning = NULL;
    char *existing;
    int r;
    if ((r = admin_organisation(a, request_word(q, "org"), &o)) != 0 ||
        (r = fill(a, q, &p, &warning)) != 0)
        return r;
    r = store_person_by_document(a->call.txn, p.document->type, p.document->number, &existing);
    if (r == 0)
        return known(a, q, existing, &p);
    if (r != GDPOP_ERR_NOT_FOUND || (r = store_next_id(a->call.txn, 'P', &p.id)) != 0 ||
        (r = store_put_person(a->call.txn, &p)) != 0 ||
        (r = admin_event(a, "person.add", NULL, p.id, o->id)) != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "id", _("Person"), p.id)) != 0)
        return r;
    return result_message(a, warning ? _("person %s added; %s") : _("person %s added"), p.id,
                          warning ? text_get(warning) : "");
}

/* Personal data are shown masked; each look is recorded (GB/T 35273). */
static int show(struct gdpop_admin *a, const struct request *q)
{
    Model__Person *p;
    char number[64] = "", phone[32] = "", *account = NULL;
    int r;
    if ((r = admin_person(a, request_word(q, "id"), &p)) != 0)
        return r;
    r = store_account_of_person(a->call.txn, p->id, &account);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    if (p->document)
        identity_mask(p->document->number, number, sizeof(number));
    identity_mask(p->phone, phone, sizeof(phone));
    if ((r = admin_event(a, "person.show", NULL, p->id, NULL)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Person"), p->id)) != 0 ||
        (r = result_text(a, "name", _("Full name"), p->name)) != 0 ||
        (r = result_word(a, "document_type", _("Document"),
                         p->document ? p->document->type : "")) != 0 ||
        (r = result_text(a, "id_number", _("Document number"), number)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), p->organisation)) != 0 ||
        (r = result_text(a, "department", _("Department"), p->department)) != 0 ||
        (r = result_text(a, "post", _("Post"), p->post)) != 0 ||
        (r = result_text(a, "phone", _("Telephone"), phone)) != 0 ||
        (r = result_word(a, "staff", _("Staff"), p->staff)) != 0)
        return r;
    return result_text(a, "account", _("Account"), account ? account : "");
}

static int describe(struct bytes key, void *message, void *arg)
{
    struct gdpop_admin *a = arg;
    const Model__Person *p = message;
    char number[64] = "";
    int r;
    (void)key;
    if (admin_scope(a, p->organisation) != 0)
        return 0;
    if (p->document && strlen(p->document->number) >= 4)
        snprintf(number, sizeof(number), "…%s",
                 p->document->number + strlen(p->document->number) - 4);
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Person"), p->id)) != 0 ||
        (r = result_text(a, "name", _("Full name"), p->name)) != 0 ||
        (r = result_text(a, "id_number_end", _("Document number"), number)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), p->organisation)) != 0)
        return r;
    return result_text(a, "post", _("Post"), p->post);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    (void)q;
    result_list(a);
    return store_each(a->call.txn, &table_person, BYTES("", 0), describe, a);
}

const struct operation operations_person[] = {
    {.public =
         {.noun = "person",
          .verb = "add",
          .help = N_("Register a person under the real name."),
          .duties = GDPOP_DUTY_SYSTEM,
          .writes = true,
          .example = "--name 张三 --id-number 440106199001011235 --org gdws --post 科员 --phone "
                     "13800138000",
          .params =
              (const struct gdpop_param[]){
                  REQUIRED("name", GDPOP_PARAM_TEXT, "NAME", N_("real name")),
                  REQUIRED("id-number", GDPOP_PARAM_TEXT, "NUMBER",
                           N_("number of the identity document")),
                  {.name = "document-type",
                   .kind = GDPOP_PARAM_WORD,
                   .metavar = "TYPE",
                   .choices =
                       "resident residence-permit hkm-permit tw-permit foreign-permit passport",
                   .help = N_("kind of document; told by the number for 18 digits")},
                  REQUIRED("org", GDPOP_PARAM_WORD, "ORG", N_("organisation")),
                  REQUIRED("post", GDPOP_PARAM_TEXT, "POST", N_("post")),
                  REQUIRED("phone", GDPOP_PARAM_TEXT, "PHONE", N_("telephone")),
                  OPTIONAL("department", GDPOP_PARAM_TEXT, "NAME", N_("department")),
                  {.name = "staff",
                   .kind = GDPOP_PARAM_WORD,
                   .metavar = "KIND",
                   .choices = "permanent temporary seconded vendor",
                   .help = N_("kind of staff")},
                  {.name = "language",
                   .kind = GDPOP_PARAM_WORD,
                   .metavar = "LANGUAGE",
                   .choices = "zh en",
                   .help = N_("language of the sentences this person reads")},
                  {.name = "or-existing",
                   .kind = GDPOP_PARAM_FLAG,
                   .help = N_("give the id of a person who is known already")},
                  PARAMS_END}},
     .run = add},
    {.public = {.noun = "person",
                .verb = "list",
                .help = N_("List the persons in your scope."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "person",
                .verb = "show",
                .help = N_("Show a person, numbers masked; the look is recorded."),
                .duties = GDPOP_DUTY_ANY,
                .writes = true,
                .example = "P000001",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "PERSON", N_("the person's number")), PARAMS_END}},
     .run = show},
    {.public = {.noun = NULL}},
};
