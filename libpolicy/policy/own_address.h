/* Whether an address is one of this host's own: a login that seems to come from here tells no
 * place. */
#ifndef GDPOP_POLICY_OWN_ADDRESS_H
#define GDPOP_POLICY_OWN_ADDRESS_H

#include "model/address.h"

/* True for loopback, for what any interface has now, and when the kernel does not tell. */
bool is_own_address(const struct address *a);

#endif
