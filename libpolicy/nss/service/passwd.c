#include "nss/service/service.h"

#include <errno.h>

#include "nss/service/answer.h"
#include "nss/service/buffer.h"
#include "nss/service/enumeration.h"

static enum nss_status fill(const struct snapshot *snap, uint32_t row, void *result, char *buffer,
                            size_t size, int *errnop)
{
    struct snapshot_user user;
    int r = snapshot_read_user(snap, row, &user);
    if (r != SNAPSHOT_OK)
        return cache_status(r, errnop);
    struct buffer b = {buffer, size};
    struct passwd pw = {.pw_uid = user.uid, .pw_gid = user.gid};
    if ((pw.pw_name = buffer_string(&b, user.name)) == NULL ||
        (pw.pw_passwd = buffer_string(&b, "x")) == NULL ||
        (pw.pw_gecos = buffer_string(&b, user.gecos)) == NULL ||
        (pw.pw_dir = buffer_string(&b, user.home)) == NULL ||
        (pw.pw_shell = buffer_string(&b, user.shell)) == NULL) {
        *errnop = ERANGE;
        return NSS_STATUS_TRYAGAIN;
    }
    *(struct passwd *)result = pw;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_gdpop_getpwnam_r(const char *name, struct passwd *pw, char *buffer,
                                      size_t size, int *errnop)
{
    return answer_by_name(snapshot_find_user, name,
                          &(struct answer){fill, pw, buffer, size, errnop});
}

enum nss_status _nss_gdpop_getpwuid_r(uid_t uid, struct passwd *pw, char *buffer, size_t size,
                                      int *errnop)
{
    return answer_by_id(snapshot_find_uid, uid, &(struct answer){fill, pw, buffer, size, errnop});
}

static struct enumeration enumeration = ENUMERATION_INIT;

enum nss_status _nss_gdpop_setpwent(int stay_open)
{
    (void)stay_open;
    return enumeration_begin(&enumeration);
}

enum nss_status _nss_gdpop_getpwent_r(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
    return enumeration_next(&enumeration, &(struct answer){fill, pw, buffer, size, errnop});
}

enum nss_status _nss_gdpop_endpwent(void)
{
    enumeration_end(&enumeration);
    return NSS_STATUS_SUCCESS;
}
