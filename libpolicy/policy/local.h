/* The local passwd file, read itself and never through NSS: NSS would answer from our own snapshot
 * or from a directory that a stranger controls. */
#ifndef GDPOP_POLICY_LOCAL_H
#define GDPOP_POLICY_LOCAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

bool local_has_name(const char *name, uid_t *uid);
bool local_has_uid(uid_t uid);

/* Whether no group of gdpop's may be called so: sudo, polkit or the system gives a group of this
 * name rights wherever it comes from, or /etc/group has one. */
bool local_reserves_group(const char *name);
/* Whether /etc/group has a group of this gid. */
bool local_has_gid(gid_t gid);

#endif
