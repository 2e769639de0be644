/* Public keys as OpenSSH spells them ("type base64 [comment]"), and certificates reduced to the key
 * they certify. */
#ifndef GDPOP_MODEL_SSHKEY_H
#define GDPOP_MODEL_SSHKEY_H

#include "base/arena.h"
#include "base/bytes.h"

/* Reads one key line. *plain is "type base64" of the key itself, in the arena: comment and white
 * space are gone, and a user certificate (…-cert-v01@openssh.com) gives the plain key inside. The
 * blob's own type must be the one written before it, and its length must be exact. Errors:
 * GDPOP_ERR_FORMAT with a sentence; GDPOP_ERR_NOMEM. */
int sshkey_plain(const char *line, struct arena *a, char **plain);

/* As sshkey_plain for what SSH_AUTH_INFO_0 tells: the first line "publickey TYPE BASE64".
 * GDPOP_ERR_NOT_FOUND when it names no key. */
int sshkey_from_auth_info(const char *auth_info, struct arena *a, char **plain);

#endif
