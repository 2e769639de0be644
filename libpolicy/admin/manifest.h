/* The manifest of the installed files, beside gdpop.conf: text, signed by the host's key.
 *   gdpop-manifest 1
 *   version 0.1.0
 *   sm3 <64 hexadecimal digits> /usr/sbin/gdpop-admin
 *   …
 *   signature <hexadecimal digits>
 * The signature is SM2 over all lines before its own. */
#ifndef GDPOP_ADMIN_MANIFEST_H
#define GDPOP_ADMIN_MANIFEST_H

#include "admin/check.h"

#define MANIFEST_LIST "/usr/share/gdpop/installed" /* paths, one a line, written by the install */

/* Where it lies; in the arena. */
int manifest_path(struct gdpop_admin *a, char **path);

/* SM3 of a file in hexadecimal. GDPOP_ERR_NOT_FOUND and others. */
int manifest_digest(const char *path, char hex[static 65]);

/* The text of a new one over the files of the list. */
int manifest_compose(struct gdpop_admin *a, char **text, size_t *files);

/* Cuts the signature off and checks it. GDPOP_ERR_SEAL: not this host's signature of this text. */
int manifest_verify(struct gdpop_admin *a, char *text);

#endif
