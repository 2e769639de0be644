/* One database of nsswitch.conf, as libc reads it. */
#ifndef GDPOP_ADMIN_NSSWITCH_H
#define GDPOP_ADMIN_NSSWITCH_H

#include <stdbool.h>

struct nss_line {
    bool present; /* the database has a line */
    int files;    /* place of "files" (or "compat") among the services, from 1; 0 none */
    int gdpop;    /* the same of gdpop */
    bool shut;    /* an action in brackets ends the search before gdpop */
};

/* text: the whole file. */
struct nss_line nsswitch_line(const char *text, const char *database);

#endif
