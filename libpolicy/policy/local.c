#include "policy/local.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

static bool is_wanted(const struct passwd *pw, const char *name, uid_t uid)
{
    return name ? strcmp(pw->pw_name, name) == 0 : pw->pw_uid == uid;
}

/* The first line with this name, or without a name with this uid. */
static bool find(const char *name, uid_t *uid)
{
    struct passwd pw, *found;
    size_t size = 4096;
    bool hit = false;
    FILE *f = fopen("/etc/passwd", "re");
    char *buffer = malloc(size);
    while (f && buffer && !hit) {
        int r = fgetpwent_r(f, &pw, buffer, size, &found);
        if (r == ERANGE &&
            size < LINE_MAX_BYTES) { /* the C library goes back to the line's start */
            free(buffer);
            buffer = malloc(size *= 2);
            continue;
        }
        if (r != 0)
            break;
        hit = is_wanted(&pw, name, *uid);
    }
    if (hit)
        *uid = pw.pw_uid;
    free(buffer);
    if (f)
        fclose(f);
    return hit;
}

bool local_has_name(const char *name, uid_t *uid)
{
    return find(name, uid);
}

bool local_has_uid(uid_t uid)
{
    return find(NULL, &uid);
}

/* The first group with this name, or without a name with this gid. */
static bool find_group(const char *name, gid_t gid)
{
    struct group gr, *found;
    size_t size = 4096;
    bool hit = false;
    FILE *f = fopen("/etc/group", "re");
    char *buffer = malloc(size);
    while (f && buffer && !hit) {
        int r = fgetgrent_r(f, &gr, buffer, size, &found);
        if (r == ERANGE && size < LINE_MAX_BYTES) {
            free(buffer);
            buffer = malloc(size *= 2);
            continue;
        }
        if (r != 0)
            break;
        hit = name ? strcmp(gr.gr_name, name) == 0 : gr.gr_gid == gid;
    }
    free(buffer);
    if (f)
        fclose(f);
    return hit;
}

bool local_reserves_group(const char *name)
{
    static const char *const powers[] = {"root", "sudo",    "wheel",           "admin",  "adm",
                                         "disk", "shadow",  "staff",           "docker", "lxd",
                                         "kmem", "libvirt", "systemd-journal", "sssd"};
    for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++)
        if (strcmp(powers[i], name) == 0)
            return true;
    return find_group(name, 0);
}

bool local_has_gid(gid_t gid)
{
    return find_group(NULL, gid);
}
