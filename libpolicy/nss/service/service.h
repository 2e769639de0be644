/* What libnss_gdpop.so.2 exports: the functions that nsswitch.conf(5) calls for passwd and group.
 */
#ifndef GDPOP_NSS_SERVICE_H
#define GDPOP_NSS_SERVICE_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT enum nss_status _nss_gdpop_setpwent(int stay_open);
EXPORT enum nss_status _nss_gdpop_endpwent(void);
EXPORT enum nss_status _nss_gdpop_getpwent_r(struct passwd *pw, char *buffer, size_t size,
                                             int *errnop);
EXPORT enum nss_status _nss_gdpop_getpwnam_r(const char *name, struct passwd *pw, char *buffer,
                                             size_t size, int *errnop);
EXPORT enum nss_status _nss_gdpop_getpwuid_r(uid_t uid, struct passwd *pw, char *buffer,
                                             size_t size, int *errnop);

EXPORT enum nss_status _nss_gdpop_setgrent(int stay_open);
EXPORT enum nss_status _nss_gdpop_endgrent(void);
EXPORT enum nss_status _nss_gdpop_getgrent_r(struct group *gr, char *buffer, size_t size,
                                             int *errnop);
EXPORT enum nss_status _nss_gdpop_getgrnam_r(const char *name, struct group *gr, char *buffer,
                                             size_t size, int *errnop);
EXPORT enum nss_status _nss_gdpop_getgrgid_r(gid_t gid, struct group *gr, char *buffer, size_t size,
                                             int *errnop);

/* Adds the groups of user except skip to (*groups)[*start..], grown by realloc to at most limit (<=
 * 0: any number). */
EXPORT enum nss_status _nss_gdpop_initgroups_dyn(const char *user, gid_t skip, long *start,
                                                 long *size, gid_t **groups, long limit,
                                                 int *errnop);

#endif
