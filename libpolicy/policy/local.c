#include "policy/local.h"

#include <errno.h>
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
