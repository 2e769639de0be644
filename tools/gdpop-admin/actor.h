/* Who acts. */
#ifndef GDPOP_ADMIN_ACTOR_H
#define GDPOP_ADMIN_ACTOR_H

#include "tool.h"

/* The account behind this login session, or the one of --as NAME once it has proved its password
 * through PAM service "gdpop-admin". The name lives as long as the process. host_may: nobody is
 * fine too (NULL), the host's timer acts. Says why not. */
int actor_find(struct tool *t, bool host_may, const char **actor);

#endif
