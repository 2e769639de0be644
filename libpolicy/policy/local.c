#include "policy/local.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Name and number of a line of passwd or group: "name:x:number:…"; false for any other line. */
static bool parse(char *line, char **name, uint32_t *number)
{
    char *text = line + strspn(line, " \t"), *end;
    *name = strsep(&text, ":");
    strsep(&text, ":");
    if (!text || **name == '\0' || **name == '#' || !isdigit((unsigned char)*text))
        return false;
    unsigned long long value = strtoull(text, &end, 10);
    *number = (uint32_t)value;
    return *end == ':' && value <= UINT32_MAX;
}

/* The number in the first line with this name, or without a name the first line with this number.
 * The C library's readers would ask the kernel for their place in the file at each line. */
static bool find(const char *path, const char *name, uint32_t *number)
{
    char *line = NULL, *found;
    size_t size = 0;
    bool hit = false;
    uint32_t value;
    FILE *f = fopen(path, "re");
    while (f && !hit && getline(&line, &size, f) > 0)
        if (parse(line, &found, &value))
            hit = name ? strcmp(found, name) == 0 : value == *number;
    if (hit)
        *number = value;
    free(line);
    if (f)
        fclose(f);
    return hit;
}

bool local_has_name(const char *name, uid_t *uid)
{
    return find("/etc/passwd", name, uid);
}

bool local_has_uid(uid_t uid)
{
    return find("/etc/passwd", NULL, &uid);
}

bool local_is_power_group(const char *name)
{
    static const char *const powers[] = {"root", "sudo",    "wheel",           "admin",  "adm",
                                         "disk", "shadow",  "staff",           "docker", "lxd",
                                         "kmem", "libvirt", "systemd-journal", "sssd"};
    for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++)
        if (strcmp(powers[i], name) == 0)
            return true;
    return false;
}

bool local_reserves_group(const char *name)
{
    gid_t gid;
    return local_is_power_group(name) || find("/etc/group", name, &gid);
}

bool local_has_gid(gid_t gid)
{
    return find("/etc/group", NULL, &gid);
}
