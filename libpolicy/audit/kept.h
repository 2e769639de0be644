/* What an auditor keeps off the host, read from the text of its files. */
#ifndef GDPOP_AUDIT_KEPT_H
#define GDPOP_AUDIT_KEPT_H

#include "audit/verifier.h"
#include "crypto/sign.h"

/* A seal key that was handed out ("gdpop-seal-key 1", store, epoch, key). origin names the file in
 * sentences. GDPOP_ERR_FORMAT. */
int kept_seal_key(struct verifier *v, struct bytes text, const char *origin);

/* Adds the checkpoints of the text, one a line, to *list (to be freed). certificate NULL: their
 * signatures are not looked at. GDPOP_ERR_FORMAT, GDPOP_ERR_SEAL when one is not signed by it. */
int kept_anchors(struct bytes text, const char *origin, const struct sign_key *certificate,
                 struct trail_anchor **list, size_t *count);

#endif
