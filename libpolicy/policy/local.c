#include "policy/local.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

/* The first line with this name, or without a name with this uid. */
static bool find(const char *name, uid_t *uid)
{
    struct passwd pw, *found;
    char buffer[4096];
    bool hit = false;
    FILE *f = fopen("/etc/passwd", "re");
    if (!f)
        return false;
    while (!hit) {
        int r = fgetpwent_r(f, &pw, buffer, sizeof(buffer), &found);
        if (r == ERANGE)
            continue; /* the rest of an overlong line does not parse and is passed over */
        if (r != 0)
            break;
        hit = name ? strcmp(pw.pw_name, name) == 0 : pw.pw_uid == *uid;
    }
    fclose(f);
    if (hit)
        *uid = pw.pw_uid;
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
