/* System calls on paths, done in a child process that has the invoking user's rights: the user
 * behind /proc/self/loginuid when it is set, else whom sudo names, not 0, and this process is root;
 * otherwise done directly.
 * No call is made while the store is open, because the user may stop such a child. All return 0 or
 * an errno value. */
#ifndef GDPOP_ADMIN_AS_USER_H
#define GDPOP_ADMIN_AS_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* SUDO_UID, before the environment is cleared; NULL: none. Who calls by sudo cannot choose it. */
void as_user_remember(const char *uid);
/* What was remembered, 0 nothing. */
uid_t as_user_caller(void);
/* Whether there is such a user, who has come by sudo. */
bool as_user_is_needed(void);

/* A file made by O_CREAT is durable in its directory before the call returns. */
int as_user_open(const char *path, int flags, mode_t mode, int *fd);
int as_user_mkdir(const char *path, mode_t mode);
/* Gives from the name to, which must not exist. */
int as_user_rename(const char *from, const char *to);
/* Removes path if it is still the file behind fd. */
int as_user_unlink(const char *path, int fd);

#endif
