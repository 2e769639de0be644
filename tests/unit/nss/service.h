/* libnss_gdpop over a snapshot of the build tree (the target nss_gdpop_test), loaded as the C
 * library does. */
#ifndef SERVICE_H
#define SERVICE_H

#include <dlfcn.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVICE_LIBRARY BUILD_DIR "/libpolicy/nss/libnss_gdpop_test.so"
#define SERVICE_SNAPSHOT BUILD_DIR "/libpolicy/nss/test/snapshot"

static struct {
    enum nss_status (*getpwnam)(const char *, struct passwd *, char *, size_t, int *);
    enum nss_status (*getpwuid)(uid_t, struct passwd *, char *, size_t, int *);
    enum nss_status (*setpwent)(int);
    enum nss_status (*getpwent)(struct passwd *, char *, size_t, int *);
    enum nss_status (*endpwent)(void);
    enum nss_status (*getgrnam)(const char *, struct group *, char *, size_t, int *);
    enum nss_status (*getgrgid)(gid_t, struct group *, char *, size_t, int *);
    enum nss_status (*setgrent)(int);
    enum nss_status (*getgrent)(struct group *, char *, size_t, int *);
    enum nss_status (*endgrent)(void);
    enum nss_status (*initgroups)(const char *, gid_t, long *, long *, gid_t **, long, int *);
} service;

static inline void service_load(void)
{
    static const struct {
        const char *name;
        void *function;
    } table[] = {
        {"_nss_gdpop_getpwnam_r", &service.getpwnam},
        {"_nss_gdpop_getpwuid_r", &service.getpwuid},
        {"_nss_gdpop_setpwent", &service.setpwent},
        {"_nss_gdpop_getpwent_r", &service.getpwent},
        {"_nss_gdpop_endpwent", &service.endpwent},
        {"_nss_gdpop_getgrnam_r", &service.getgrnam},
        {"_nss_gdpop_getgrgid_r", &service.getgrgid},
        {"_nss_gdpop_setgrent", &service.setgrent},
        {"_nss_gdpop_getgrent_r", &service.getgrent},
        {"_nss_gdpop_endgrent", &service.endgrent},
        {"_nss_gdpop_initgroups_dyn", &service.initgroups},
    };
    void *library = dlopen(SERVICE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        void *symbol = library == NULL ? NULL : dlsym(library, table[i].name);
        if (symbol == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            exit(1);
        }
        *(void **)table[i].function = symbol;
    }
}

#endif
