/* The matrix applied: which organisations and people it means for one applicant. Records lie in the
 * act's arena. */
#ifndef GDPOP_ADMIN_OFFICE_H
#define GDPOP_ADMIN_OFFICE_H

#include "admin/admin.h"
#include "admin/matrix.h"

/* Who asks for what, as the matrix sees him. */
struct applying {
    const Model__Account *account; /* of an organisation one without a name (permit_subject) */
    Model__Person *person;
    Model__Organisation *unit;
    const char *act_name;
    enum act act;
    unsigned regulations; /* REGULATION_* of the account's systems */
    enum applicant applicant;
    enum level level;
    unsigned conditions; /* CONDITION_* */
};

struct officer {
    const char *person;
    const char *office; /* "responsible of county" */
    bool acts;          /* the administrator who acts decides himself */
};

/* Errors: those of the store. */
int office_applying(struct gdpop_admin *a, const Model__Account *x, const char *act_name,
                    struct applying *ap);
/* The level of an organisation, with the powers that a town has taken up. */
enum level office_level(const Model__Organisation *o);
/* A town of Dongguan or Zhongshan. */
bool office_may_take_up(const Model__Organisation *o);
/* The organisation that a place means for an organisation. */
int office_place(struct gdpop_admin *a, const Model__Organisation *unit, enum where where,
                 Model__Organisation **o);

/* The row that decides; *row NULL when the regulation does not ask. GDPOP_ERR_REFUSED when there is
 * no such thing at this level. */
int office_row(const struct applying *ap, enum regulation regulation,
               const struct matrix_row **row);

/* The leader who may approve by this row: the named one, else the first on record, in office at
 * `at`, never the applicant. GDPOP_ERR_REFUSED with who could. */
int office_approver(struct gdpop_admin *a, const struct applying *ap, const struct matrix_row *row,
                    const char *named, int64_t at, struct officer *officer);
/* Whether the person could; no sentence. */
int office_is_approver(struct gdpop_admin *a, const struct applying *ap,
                       const struct matrix_row *row, const char *person, int64_t at, bool *is);
/* "the responsible leader of county (P000009)", in the arena. */
const char *office_who(struct gdpop_admin *a, const struct applying *ap,
                       const struct matrix_row *row, int64_t at);

/* Whether the actor is an administrator of that office, or of one above it, who acts downwards. */
int office_holds(struct gdpop_admin *a, const struct applying *ap, struct office office,
                 bool *holds);
/* The same for carrying out; where two regulations hold, the Guangdong one carries out. *where is
 * the organisation that does. */
int office_carries_out(struct gdpop_admin *a, const struct applying *ap, bool *may,
                       const char **where);

bool office_in_term(const Model__Leader *l, int64_t at);
/* Whether the person is a leader in office anywhere. */
int office_leads(struct gdpop_admin *a, const char *person, bool *leads);

#endif
