/* The local passwd and group files read once, for who asks for very many names. */
#include "policy/local.h"

#include "base/err.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

struct entry {
    const char *name;
    uint32_t id;
};

struct list {
    struct entry *by_name, *by_id;
    size_t count, room;
};

struct local_table {
    struct list users, groups;
};

static int add(struct arena *a, struct list *l, const char *name, uint32_t id)
{
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        struct entry *more = arena_alloc(a, room * sizeof(*more));
        if (!more)
            return GDPOP_ERR_NOMEM;
        if (l->count)
            memcpy(more, l->by_name, l->count * sizeof(*more));
        l->by_name = more;
        l->room = room;
    }
    l->by_name[l->count] = (struct entry){arena_strdup(a, name), id};
    return l->by_name[l->count++].name ? 0 : GDPOP_ERR_NOMEM;
}

/* What the C library reads next, as name and number; 0, -1 at the end, or an error code of errno.
 */
typedef int next_line(FILE *f, char *buffer, size_t size, const char **name, uint32_t *id);

static int next_user(FILE *f, char *buffer, size_t size, const char **name, uint32_t *id)
{
    struct passwd pw, *found;
    int r = fgetpwent_r(f, &pw, buffer, size, &found);
    *name = r == 0 ? pw.pw_name : NULL;
    *id = r == 0 ? pw.pw_uid : 0;
    return r;
}

static int next_group(FILE *f, char *buffer, size_t size, const char **name, uint32_t *id)
{
    struct group gr, *found;
    int r = fgetgrent_r(f, &gr, buffer, size, &found);
    *name = r == 0 ? gr.gr_name : NULL;
    *id = r == 0 ? gr.gr_gid : 0;
    return r;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = ((const struct entry *)a)->id, y = ((const struct entry *)b)->id;
    return (x > y) - (x < y);
}

static int sort(struct arena *a, struct list *l)
{
    if (l->count == 0)
        return 0;
    l->by_id = arena_memdup(a, l->by_name, l->count * sizeof(*l->by_name));
    if (!l->by_id)
        return GDPOP_ERR_NOMEM;
    qsort(l->by_name, l->count, sizeof(*l->by_name), by_name);
    qsort(l->by_id, l->count, sizeof(*l->by_id), by_id);
    return 0;
}

static int read_file(struct arena *a, const char *path, next_line *next, struct list *l)
{
    size_t size = 4096;
    FILE *f = fopen(path, "re");
    char *buffer = malloc(size);
    int r = buffer ? 0 : GDPOP_ERR_NOMEM;
    while (f && r == 0) {
        const char *name;
        uint32_t id;
        int read = next(f, buffer, size, &name, &id);
        if (read == ERANGE && size < LINE_MAX_BYTES) { /* it goes back to the line's start */
            free(buffer);
            buffer = malloc(size *= 2);
            r = buffer ? 0 : GDPOP_ERR_NOMEM;
            continue;
        }
        if (read != 0)
            break;
        r = add(a, l, name, id);
    }
    free(buffer);
    if (f)
        fclose(f);
    return r != 0 ? r : sort(a, l);
}

int local_read(struct arena *a, struct local_table **table)
{
    struct local_table *t = *table = arena_alloc(a, sizeof(*t));
    int r;
    if (!t)
        return GDPOP_ERR_NOMEM;
    if ((r = read_file(a, "/etc/passwd", next_user, &t->users)) != 0)
        return r;
    return read_file(a, "/etc/group", next_group, &t->groups);
}

static const struct entry *find_name(const struct list *l, const char *name)
{
    const struct entry key = {name, 0};
    return l->count ? bsearch(&key, l->by_name, l->count, sizeof(key), by_name) : NULL;
}

static const struct entry *find_id(const struct list *l, uint32_t id)
{
    const struct entry key = {NULL, id};
    return l->count ? bsearch(&key, l->by_id, l->count, sizeof(key), by_id) : NULL;
}

bool local_table_user(const struct local_table *t, const char *name, uid_t *uid)
{
    const struct entry *found = find_name(&t->users, name);
    if (found)
        *uid = found->id;
    return found != NULL;
}

const char *local_table_user_of(const struct local_table *t, uid_t uid)
{
    const struct entry *found = find_id(&t->users, uid);
    return found ? found->name : NULL;
}

bool local_table_group(const struct local_table *t, const char *name, gid_t *gid)
{
    const struct entry *found = find_name(&t->groups, name);
    if (found)
        *gid = found->id;
    return found != NULL;
}

const char *local_table_group_of(const struct local_table *t, gid_t gid)
{
    const struct entry *found = find_id(&t->groups, gid);
    return found ? found->name : NULL;
}
