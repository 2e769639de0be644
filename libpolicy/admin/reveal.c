/* Personal data unmasked, before witnesses (CQ-8.2, JC-25, SZ-18). */
#include "admin/admin.h"

static int concerns(struct gdpop_admin *a, const struct request *q, struct concern *c)
{
    return concern_person(a, request_word(q, "id"), c);
}

/* The event stands by now: nothing is seen that is not recorded, and a dry run shows nothing. */
static int show_all(struct gdpop_admin *a)
{
    const Model__Person *p = a->after_arg;
    const Model__Document *d = p->document;
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "id", _("Person"), p->id)) != 0 ||
        (r = result_text(a, "name", _("Name"), p->name)) != 0 ||
        (r = result_word(a, "document_type", _("Document"), d ? d->type : "")) != 0 ||
        (r = result_text(a, "id_number", _("Document number"), d ? d->number : "")) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), p->organisation)) != 0)
        return r;
    return result_text(a, "phone", _("Telephone"), p->phone);
}

static int reveal(struct gdpop_admin *a, const struct request *q)
{
    Model__Person *p;
    int r;
    if (a->after)
        return err_fail(GDPOP_ERR_USAGE, _("one act reveals one person"));
    if ((r = admin_person(a, request_word(q, "id"), &p)) != 0 ||
        (r = admin_not_own_person(a, p->id)) != 0)
        return r;
    a->after = show_all;
    a->after_arg = p;
    return admin_event(a, "person.reveal", NULL, p->id, request_word(q, "purpose"));
}

const struct operation operations_reveal[] = {
    {.public = {.noun = "person",
                .verb = "reveal",
                .help = N_("Show a person's numbers in full, before witnesses."),
                .example = "P000001 --purpose 核对身份",
                .duties = GDPOP_DUTY_ANY,
                .writes = true,
                .witnessed = ALWAYS_WITNESSED,
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("id", "PERSON", N_("the person's number")),
                        REQUIRED("purpose", GDPOP_PARAM_TEXT, "TEXT",
                                 N_("what it is for; the trail records it")),
                        PARAMS_END}},
     .concerns = concerns,
     .run = reveal},
    {.public = {.noun = NULL}},
};
