/* gdpop.conf: what a host must know before the store is opened. Everything else is policy, in the
 * store. */
#ifndef GDPOP_SETTINGS_CONF_H
#define GDPOP_SETTINGS_CONF_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define CONF_NAMES_MAX 16

struct conf_caller { /* a service allowed to state a device id */
    char service[64];
    uint32_t uid;
};

/* Where events are forwarded to; conf_forward_names[]: "syslog", "journal", "audit". */
enum conf_forward {
    CONF_FORWARD_syslog,
    CONF_FORWARD_journal,
    CONF_FORWARD_audit,
    CONF_FORWARD_COUNT
};
extern const char *const conf_forward_names[CONF_FORWARD_COUNT];

struct conf {
    char path[256];           /* of the file itself */
    char store_dir[256];      /* store_dir = /var/lib/gdpop */
    char key_dir[256];        /* key_dir = /etc/gdpop/keys */
    char snapshot[256];       /* snapshot = /var/lib/gdpop-nss/snapshot */
    char language[8];         /* language = zh | en */
    uint32_t local_uid_max;   /* local_uid_max = 999 */
    int store_wait_sec;       /* store_wait_sec = 5 */
    unsigned map_size_mib;    /* map_size_mib = 64: first size of the map, it grows */
    unsigned forward;         /* forward = syslog journal audit: bits 1 << enum conf_forward */
    char forward_socket[104]; /* forward_socket = /run/gdpop-forward/log */
    int break_glass_count;
    char break_glass[CONF_NAMES_MAX][33]; /* break_glass = root rescue */
    int caller_count;
    struct conf_caller caller[CONF_NAMES_MAX]; /* trusted_caller = gdpop-vpn:110 */
};

/* The values that hold without a file: break_glass is root. */
void conf_default(struct conf *c);

/* Reads path over the defaults. The file must belong to root (or to the effective user in an
 * unprivileged test) and be writable by nobody else; unknown keys, values out of range, repeated
 * keys, overlong lines are refused with file, line and key. On an error *c still holds the
 * defaults, with the break_glass names read so far added. Errors: GDPOP_ERR_CONFIG,
 * GDPOP_ERR_NOT_FOUND. */
int conf_read(const char *path, struct conf *c);

/* The same for a text in memory, over what *c holds; origin is its name in sentences. */
int conf_parse(struct bytes text, const char *origin, struct conf *c);

bool conf_is_break_glass(const struct conf *c, const char *name);

#endif
