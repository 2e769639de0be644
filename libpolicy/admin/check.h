/* Checks of this host for `status`: an area is a file check_AREA.c with one function here and one
 * row in status.c. A check adds a line that says all is well, or one line a finding. What it cannot
 * look at is an error, which becomes a finding by itself. */
#ifndef GDPOP_ADMIN_CHECK_H
#define GDPOP_ADMIN_CHECK_H

#include "admin/status.h"

int check_pam(struct gdpop_admin *a);
int check_nsswitch(struct gdpop_admin *a);
int check_sshd(struct gdpop_admin *a);
int check_files(struct gdpop_admin *a);
int check_clock(struct gdpop_admin *a);
int check_locals(struct gdpop_admin *a);
int check_format(struct gdpop_admin *a);
int check_manifest(struct gdpop_admin *a);
int check_backup(struct gdpop_admin *a);

/* A whole file of at most 256 KiB, as text in the arena. GDPOP_ERR_NOT_FOUND and others, with a
 * sentence. */
int check_text(struct gdpop_admin *a, const char *path, char **text);

#endif
