/* A request as it goes through the offices: one paper, rows decided one by one.
 *   submitted → approved → carried-out, or rejected, expired, withdrawn
 * "consents" is shown while a consent is still to come. What is asked for is an account (the
 * newest application of the row's account) or a permit (in the row). */
#ifndef GDPOP_ADMIN_BATCH_H
#define GDPOP_ADMIN_BATCH_H

#include "admin/office.h"

/* What is recorded of a decision. */
struct ruling {
    bool reject;
    const char *leader; /* person; NULL: who the matrix names, or the actor himself by_login */
    bool by_login;
    struct bytes file; /* the signed paper */
    const char *number;
    int64_t at; /* its date */
    const char *reason;
};

/* Writes a new request without rows. */
int batch_open(struct gdpop_admin *a, const char *act, const char *organisation,
               Model__Paper *paper, const char *purpose, Model__Request **q);
/* Adds a row and writes; permit NULL for an account. GDPOP_ERR_REFUSED when the request is of
 * another act, over, or already under decision. */
int batch_add(struct gdpop_admin *a, Model__Request *q, const char *act, const char *account,
              const Model__Permit *permit, Model__RequestRow **row);
/* A request in scope. */
int batch_get(struct gdpop_admin *a, const char *id, Model__Request **q);
/* A request in scope that takes rows of this organisation: its own or one below, since whoever sees
 * the request decides and withdraws its rows. GDPOP_ERR_REFUSED. */
int batch_get_for(struct gdpop_admin *a, const char *id, const char *organisation,
                  Model__Request **q);
int batch_row(Model__Request *q, uint32_t number, Model__RequestRow **row);
/* The row of an account's newest application; made for one that has none. */
int batch_of_account(struct gdpop_admin *a, Model__Account *x, Model__Request **q,
                     Model__RequestRow **row);

/* Whether a row may move between these states. */
bool batch_may_move(const char *from, const char *to);
/* "submitted", "consents", …: of the whole request. */
const char *batch_state(const Model__Request *q);

/* What the row still lacks before it is approved, in a sentence's part; NULL for nothing. */
int batch_lacks(struct gdpop_admin *a, const struct applying *ap, const Model__RequestRow *row,
                const char **lacks);
/* Only the consents. */
int batch_lacks_consent(struct gdpop_admin *a, const struct applying *ap,
                        const Model__RequestRow *row, const char **lacks);

/* Records the decision for each regulation whose approver it is, then goes on as far as it can:
 * *lacks as above, or NULL when the row is approved or rejected. Writes the request. */
int batch_decide(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row,
                 const struct ruling *ruling, const char **lacks);
/* After a consent or a confirmation: the same going on. */
int batch_settle(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row,
                 const char **lacks);
/* Ends a row without an approval: rejected, expired, withdrawn. Writes the request. */
int batch_end(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row, const char *state);
/* Carries out an approved row, by who may. */
int batch_carry_out(struct gdpop_admin *a, Model__Request *q, Model__RequestRow *row);
/* The account of a row is active now. Writes the request. */
int batch_activated(struct gdpop_admin *a, const Model__Account *x);
int batch_put(struct gdpop_admin *a, Model__Request *q);

/* Whose row it is. Of a permit for an organisation, a host or all, whose row names no account: one
 * without a name in the organisation that answers. */
int batch_account(struct gdpop_admin *a, const Model__Request *q, const Model__RequestRow *row,
                  Model__Account **x);
/* Account, organisation or host of a row; "" for all. */
const char *batch_subject(const Model__RequestRow *row);

/* What a permit's request takes: the request it is a row of, and a decision filed with it. */
#define BATCH_PARAMS                                                                               \
    OPTIONAL("request", GDPOP_PARAM_WORD, "REQUEST", N_("the request whose paper it stands on")),  \
        OPTIONAL("leader", GDPOP_PARAM_WORD, "PERSON",                                             \
                 N_("who approved it; the one whose office it is when left out")),                 \
        OPTIONAL("paper", GDPOP_PARAM_FILE, "FILE", N_("the signed approval")),                    \
        OPTIONAL("paper-number", GDPOP_PARAM_TEXT, "NUMBER", N_("its number or shelf mark")),      \
        OPTIONAL("date", GDPOP_PARAM_DATE, "DATE", N_("its day, today when left out"))

/* Files a permit as a row of --request, or of a request of its own, and decides it at once where a
 * decision comes with it or the actor is who decides. Tells what was done. */
int batch_permit(struct gdpop_admin *a, const struct request *q, const char *act,
                 const Model__Account *x, const Model__Permit *p);
/* The same of several at once. *given: they are, and nothing is lacking. */
int batch_permits(struct gdpop_admin *a, const struct request *q, const char *act,
                  const Model__Account *x, const Model__Permit *list, size_t count, bool *given);

#endif
