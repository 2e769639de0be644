/* The local passwd file, read itself and never through NSS: NSS would answer from our own snapshot
 * or from a directory that a stranger controls. */
#ifndef GDPOP_POLICY_LOCAL_H
#define GDPOP_POLICY_LOCAL_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

bool local_has_name(const char *name, uid_t *uid);
bool local_has_uid(uid_t uid);

/* Whether no group of gdpop's may be called so: sudo, polkit or the system gives a group of this
 * name rights wherever it comes from, or /etc/group has one. */
bool local_reserves_group(const char *name);
/* The part of it that holds whatever /etc/group has. */
bool local_is_power_group(const char *name);
/* Whether /etc/group has a group of this gid. */
bool local_has_gid(gid_t gid);

/* ---- Both files read once, in the arena, for very many questions (local_table.c) ---- */
struct local_table;

/* A file that is missing counts as empty. GDPOP_ERR_NOMEM. */
int local_read(struct arena *a, struct local_table **table);
/* Whether there is an entry of this name; *uid, *gid its number. */
bool local_table_user(const struct local_table *t, const char *name, uid_t *uid);
bool local_table_group(const struct local_table *t, const char *name, gid_t *gid);
/* The name of an entry with this number, NULL when there is none. */
const char *local_table_user_of(const struct local_table *t, uid_t uid);
const char *local_table_group_of(const struct local_table *t, gid_t gid);

#endif
