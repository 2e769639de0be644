/* The local passwd file, read itself and never through NSS: NSS would answer from our own snapshot
 * or from a directory that a stranger controls. */
#ifndef GDPOP_POLICY_LOCAL_H
#define GDPOP_POLICY_LOCAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

bool local_has_name(const char *name, uid_t *uid);
bool local_has_uid(uid_t uid);

#endif
