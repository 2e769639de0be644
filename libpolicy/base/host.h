/* What tells this host and this boot from others. */
#ifndef GDPOP_BASE_HOST_H
#define GDPOP_BASE_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* /etc/machine-id: 32 hexadecimal digits, "-" when there is none. */
void host_machine_id(char out[static 33]);

/* The id of this boot (kernel), "-" when it cannot be read. */
void host_boot_id(char out[static 40]);

/* Microseconds since boot, sleep included: goes on evenly whatever is done to the clock. */
int64_t host_uptime(void);

/* Login uid and audit session id of this process as the kernel keeps them, UINT32_MAX when unset.
 */
uint32_t host_login_uid(void);
uint32_t host_audit_session(void);

/* The parent and the real uid of a process; false when it is gone. */
bool host_process(int pid, int *parent, uint32_t *uid);

#endif
