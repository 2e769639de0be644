/* A change of password under way. */
#ifndef GDPOP_POLICY_CHANGE_H
#define GDPOP_POLICY_CHANGE_H

#include "crypto/phash.h"
#include "policy/policy.h"

struct change {
    struct gdpop *g;
    const struct gdpop_evidence *ev;
    const struct secret *old, *candidate; /* old: empty when it is not known */
    struct subject subject;               /* by whose settings the candidate is judged */
    char proof[PROOF_BYTES];              /* of the password that was proved, "" none */
    char hash[PHASH_MAX_BYTES];           /* of the candidate, to be stored */
    char history_salt[PHASH_MAX_BYTES];
    char history_hash[PHASH_MAX_BYTES]; /* of the candidate under history_salt */
    char before[PHASH_MAX_BYTES];       /* the hash that stood when the change was judged */
    bool overtaken;                     /* the account was changed since it was judged */
    struct gdpop_verdict v;
};

/* Makes the verdict a denial in these words; the person's language stays in it. */
void change_refuse(struct gdpop_verdict *v, const char *rule, const char *tag, const char *code,
                   const char *text);

/* candidate.c: judges the candidate by all password rules and, when it is good, makes its hashes:
 * two, one of them for the comparison with earlier passwords. What is not good is refused in c->v.
 */
int change_judge(struct change *c, bool *good);

#endif
