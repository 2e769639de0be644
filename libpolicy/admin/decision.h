/* A leader's decision on signed paper, for what cannot be undone. */
#ifndef GDPOP_ADMIN_DECISION_H
#define GDPOP_ADMIN_DECISION_H

#include "admin/admin.h"

#define DECISION_PARAMS                                                                            \
    REQUIRED("approver", GDPOP_PARAM_WORD, "PERSON", N_("the leader in office who approved it")),  \
        REQUIRED("paper", GDPOP_PARAM_FILE, "FILE",                                                \
                 N_("the signed decision; its digest is kept")),                                   \
        REQUIRED("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),      \
        OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("day of the decision, today when left out"))

struct decision {
    const char *approver;
    Model__Paper *paper;
    const char *text; /* approver, number, date and digest, for an event's detail */
};

/* The decision that the request's DECISION_PARAMS tell: by a leader of the organisation that runs
 * this host, or of one above it, in office on its day, and not by the actor. JC-29, DB-8.1.4.3c.
 * GDPOP_ERR_REFUSED, GDPOP_ERR_USAGE. */
int decision_read(struct gdpop_admin *a, const struct request *q, struct decision *d);

#endif
